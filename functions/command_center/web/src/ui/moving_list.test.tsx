import { render } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { MovingList } from "./moving_list.tsx";

const HEIGHT = 36;
const moved: string[] = [];

vi.mock("motion/mini", () => ({
  animate: (entry: HTMLElement, { transform }: { transform: string[] }) => moved.push(`${entry.textContent}: ${transform[0]}`),
}));

const still = vi.fn(() => false);

beforeEach(() => {
  moved.length = 0;
  still.mockReturnValue(false);
  vi.stubGlobal("matchMedia", () => ({ matches: still() }));
  vi.spyOn(HTMLElement.prototype, "offsetTop", "get").mockImplementation(function (this: HTMLElement) {
    return [...(this.parentElement?.children ?? [])].indexOf(this) * HEIGHT;
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const List = ({ names }: { readonly names: string }) => (
  <MovingList>
    {[...names].map((name) => (
      <li key={name}>{name}</li>
    ))}
  </MovingList>
);

test("what was there before glides from where it was; what is new stands where it is", () => {
  const { rerender } = render(<List names="ab" />);
  rerender(<List names="nab" />);

  expect(moved).toEqual([`a: translateY(-${HEIGHT}px)`, `b: translateY(-${HEIGHT}px)`]);
});

test("what keeps its place stays still, and so does everything for who asked for that", () => {
  const { rerender } = render(<List names="ab" />);
  rerender(<List names="ab" />);
  still.mockReturnValue(true);
  rerender(<List names="ba" />);

  expect(moved).toEqual([]);
});
