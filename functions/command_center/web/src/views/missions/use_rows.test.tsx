import { act, fireEvent, render, screen } from "@testing-library/react";
import { useLayoutEffect } from "react";
import { beforeEach, expect, test, vi } from "vitest";
import type { useLiveRows } from "../../live/use_live.ts";
import { listMissions, type MissionRow, readMissions } from "../../services/missions.ts";
import { useRows } from "./use_rows.ts";

vi.mock("../../services/missions.ts", async (real) => ({ ...(await real<object>()), listMissions: vi.fn(), readMissions: vi.fn() }));
let changed: Parameters<typeof useLiveRows>[0]["read"] = async () => undefined;
vi.mock("../../live/use_live.ts", () => ({
  useLiveRows: (given: Parameters<typeof useLiveRows>[0]) => {
    changed = given.read;
  },
}));

const asked = vi.mocked(listMissions);
const page = (id: string, next: string | null) => ({ items: [{ id } as MissionRow], next });

/** What is new, and what is chosen. */
const Watched = ({ chosen }: { readonly chosen: readonly string[] }) => {
  const { rows, aside, waiting, afresh } = useRows({ q: "x" }, new Set(chosen));
  return (
    <button type="button" onClick={afresh}>
      {`${waiting} new; ${rows.map(({ id }) => id).join()}; aside ${aside.map(({ id }) => id).join()}`}
    </button>
  );
};

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

test("only missions that match are new, and a refresh keeps what is chosen", async () => {
  asked.mockResolvedValue(page("a", null));
  vi.mocked(readMissions).mockImplementation(async (ids, _, filter) =>
    filter ? [{ id: "b" } as MissionRow] : ids.map((id) => ({ id }) as MissionRow),
  );
  render(<Watched chosen={["a"]} />);
  await settle();
  await act(async () => void (await changed(new Set(["b", "c"]))));
  expect(screen.getByText("1 new; a; aside")).toBeTruthy();
  expect(vi.mocked(readMissions).mock.lastCall).toEqual([["b", "c"], undefined, { q: "x" }]);

  asked.mockResolvedValue(page("b", null));
  fireEvent.click(screen.getByRole("button"));
  await settle();
  expect(screen.getByText("0 new; b; aside a")).toBeTruthy();
});
