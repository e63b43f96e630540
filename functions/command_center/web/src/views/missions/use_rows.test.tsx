import { act, fireEvent, render, screen } from "@testing-library/react";
import { useLayoutEffect } from "react";
import { beforeEach, expect, test, vi } from "vitest";
import { listMissions, type MissionRow } from "../../services/missions.ts";
import { useRows } from "./use_rows.ts";

vi.mock("../../services/missions.ts", async (real) => ({ ...(await real<object>()), listMissions: vi.fn(), readMissions: vi.fn() }));
vi.mock("../../live/use_live.ts", () => ({ useLiveRows: () => undefined }));

const asked = vi.mocked(listMissions);
const page = (id: string, next: string | null) => ({ items: [{ id } as MissionRow], next });

/** A list whose end is in sight, as a short one's always is. */
const List = ({ q }: { readonly q: string }) => {
  const { rows, more, again, error } = useRows({ q }, new Set());
  useLayoutEffect(() => {
    if (rows.length > 0) more();
  }, [rows.length, more]);
  return (
    <>
      <p>{rows.map(({ id }) => id).join()}</p>
      {error !== null && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </>
  );
};

beforeEach(() => void asked.mockReset());

/** More turns than the reads of any of these tests take. */
const settle = () =>
  act(async () => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  });

test("a page that failed waits for a person, who gets that page and keeps the rows before it", async () => {
  asked.mockImplementation(async (_, cursor) => {
    if (cursor) throw new Error("no answer");
    return page("a", "n");
  });
  render(<List q="" />);
  await settle();
  expect(asked.mock.calls.map(([, cursor]) => cursor)).toEqual([null, "n"]);

  asked.mockResolvedValue(page("b", null));
  fireEvent.click(screen.getByText("Try again"));
  await settle();
  expect(screen.getByText("a,b")).toBeTruthy();
});

test("rows of the former search do not stand under the new one", async () => {
  asked.mockResolvedValue(page("a", null));
  const { rerender } = render(<List q="one" />);
  await settle();
  expect(screen.getByText("a")).toBeTruthy();
  asked.mockReturnValue(new Promise(() => undefined));
  rerender(<List q="two" />);
  expect(screen.queryByText("a")).toBeNull();
});
