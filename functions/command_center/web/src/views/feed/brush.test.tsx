import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type { Window } from "./axis.ts";
import { Brush } from "./brush.tsx";
import { makeScale } from "./scale.ts";

const scale = makeScale([{ start: 0, end: 100_000 }], 100_000);
const brush = (part: Window) => {
  const change = vi.fn();
  render(<Brush rows={[]} scale={scale} part={part} onChange={change} />);
  return { change, slider: screen.getByRole("slider") };
};

test.each([
  ["ArrowUp", [0.45, 0.55]],
  ["ArrowDown", [0.3, 0.7]],
  ["ArrowRight", [0.45, 0.65]],
  ["Home", [0, 1]],
])("%s looks at another part", (key, to) => {
  const { change, slider } = brush([0.4, 0.6]);
  fireEvent.keyDown(slider, { key });
  const [part, calm] = change.mock.lastCall ?? [];
  expect(part.map((x: number) => Number(x.toFixed(2)))).toEqual(to);
  expect(calm).toBe(true);
});

test("it says what is looked at, and how to see all again", () => {
  const { change, slider } = brush([0.4, 0.6]);
  expect(slider.getAttribute("aria-valuetext")).toContain(" to ");
  fireEvent.click(screen.getByLabelText("Show all of the time"));
  expect(change).toHaveBeenCalledWith([0, 1], false);
});

test("what is drawn is looked at, whichever way it was drawn", () => {
  const { change, slider } = brush([0, 1]);
  slider.getBoundingClientRect = () => ({ left: 100, width: 200 }) as DOMRect;
  slider.setPointerCapture = () => undefined;
  fireEvent.pointerDown(slider, { clientX: 200, pointerId: 1 });
  fireEvent.pointerMove(slider, { clientX: 150, pointerId: 1 });
  fireEvent.pointerUp(slider, { clientX: 150, pointerId: 1 });
  expect(change).toHaveBeenCalledWith([0.25, 0.5], false);
});
