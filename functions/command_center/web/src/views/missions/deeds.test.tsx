import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { act, fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { cancelMission, type MissionRow, reviewOutreach } from "../../services/missions.ts";
import { pause } from "../../services/pauses.ts";
import { useMay } from "../../session/use_account.ts";
import { Deeds } from "./deeds.tsx";

vi.mock("../../services/pauses.ts", async (real) => ({ ...(await real<object>()), pause: vi.fn() }));
vi.mock("../../services/missions.ts", async (real) => ({
  ...(await real<object>()),
  cancelMission: vi.fn(),
  reviewOutreach: vi.fn(),
  missionQuery: () => ({ queryKey: ["one"], queryFn: async () => ({ releasable: 3 }) }),
}));
vi.mock("../../session/use_account.ts", () => ({ useMay: vi.fn(() => true) }));

const mission = {
  id: "0192f3a4-0000-4000-8000-00000000abcd",
  type: "lead_reactivation",
  state: "COLLECTING",
  error_code: null,
  paused_at: null,
  finished_at: null,
  waiting_for: null,
  has_held: false,
} as MissionRow;
const undo = vi.fn();
const show = vi.fn(() => undo);

/** Links stand on a page that has addresses. */
const deeds = async (change: Partial<MissionRow> = {}) => {
  const component = () => <Deeds mission={{ ...mission, ...change }} onShow={show} />;
  const router = createRouter({ routeTree: createRootRoute({ component }), history: createMemoryHistory() });
  await act(async () => {
    render(
      <QueryClientProvider client={new QueryClient()}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>,
    );
  });
};
const names = () => screen.queryAllByRole("button").map(({ textContent }) => textContent);

beforeEach(() => {
  show.mockClear();
  undo.mockClear();
});

test.each([
  ["at work", {}, ["Pause", "Cancel"]],
  ["paused", { paused_at: "2026-01-01T00:00:00Z" }, ["Resume", "Cancel"]],
  ["failed", { state: "FAILED", error_code: "timeout", finished_at: "2026-01-01T00:00:00Z" }, ["Retry", "Cancel"]],
  ["cancelled", { state: "FAILED", error_code: "cancelled", finished_at: "2026-01-01T00:00:00Z" }, []],
  ["waiting for a person", { waiting_for: "review", has_held: true }, ["Approve", "Pause", "Cancel"]],
  ["waiting for more than a person", { waiting_for: "crew", has_held: true }, ["Approve", "Pause", "Cancel"]],
] as const)("one that is %s offers what it can take", async (_, change, offered) => {
  await deeds(change);
  expect(names()).toEqual(offered);
});

test("who may only look is offered nothing", async () => {
  vi.mocked(useMay).mockReturnValueOnce(false);
  await deeds();
  expect(names()).toEqual([]);
});

test("a refused pause is taken back, and told", async () => {
  vi.mocked(pause).mockRejectedValueOnce(new Error("no answer"));
  await deeds();
  await act(async () => fireEvent.click(screen.getByText("Pause")));
  expect(show).toHaveBeenCalledWith(mission, { paused_at: expect.any(String) });
  expect(undo).toHaveBeenCalledOnce();
});

test("a cancel is asked for first, as it cannot be undone", async () => {
  vi.mocked(cancelMission).mockResolvedValueOnce({} as never);
  await deeds();
  fireEvent.click(screen.getByText("Cancel"));
  expect(cancelMission).not.toHaveBeenCalled();
  await act(async () => fireEvent.click(screen.getByText("Cancel the mission")));
  expect(cancelMission).toHaveBeenCalledOnce();
  expect(undo).not.toHaveBeenCalled();
});

test("an approval says how many messages it releases, and shows that nothing waits any more", async () => {
  vi.mocked(reviewOutreach).mockResolvedValueOnce({ changed: 3, held: 0 } as never);
  await deeds({ waiting_for: "review", has_held: true });
  fireEvent.click(screen.getByText("Approve"));
  const release = await screen.findByText("Release 3 messages");
  expect(reviewOutreach).not.toHaveBeenCalled();
  await act(async () => fireEvent.click(release));
  expect(reviewOutreach).toHaveBeenCalledWith(mission.id, { action: "release" }, expect.any(String));
  expect(show).toHaveBeenCalledWith(expect.anything(), { has_held: false, waiting_for: null, waiting_since: null });
});
