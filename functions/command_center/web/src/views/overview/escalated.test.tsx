import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, test, vi } from "vitest";
import type { MissionRow } from "../../services/missions.ts";
import { retryMission } from "../../services/missions.ts";
import { Problem } from "../../services/problem.ts";
import { useMay } from "../../session/use_account.ts";
import { ESCALATED, Escalated } from "./escalated.tsx";

vi.mock("../../session/use_account.ts", () => ({ useMay: vi.fn(() => true) }));
vi.mock("../../services/missions.ts", async (real) => ({ ...(await real<object>()), retryMission: vi.fn() }));
vi.mock("@tanstack/react-router", async (real) => ({
  ...(await real<object>()),
  Link: ({ children }: { children: ReactNode }) => children,
}));

const mission = {
  id: "00000000-0000-4000-8000-000000000001",
  type: "lead_reactivation",
  error_code: "timeout",
  stage_at: "2026-11-24T08:00:00Z",
} as unknown as MissionRow;

const show = () => {
  const client = new QueryClient({ defaultOptions: { queries: { enabled: false } } });
  client.setQueryData(ESCALATED.queryKey, { items: [mission], next: null });
  render(
    <QueryClientProvider client={client}>
      <Escalated mission={mission} />
    </QueryClientProvider>,
  );
  return () => client.getQueryData(ESCALATED.queryKey)?.items.length;
};

test("a retry takes the mission off the list at once, and a refusal puts it back", async () => {
  const answer = Promise.withResolvers<never>();
  vi.mocked(retryMission).mockReturnValue(answer.promise);
  const listed = show();

  fireEvent.click(screen.getByRole("button", { name: /^Retry/ }));
  await waitFor(() => expect(listed()).toBe(0));
  answer.reject(new Problem(409, "state_changed", "It is not escalated any more.", "Look again."));

  await waitFor(() => expect(listed()).toBe(1));
});

test("a viewer is offered nothing that would be refused", () => {
  vi.mocked(useMay).mockReturnValue(false);
  show();

  expect(screen.queryAllByRole("button")).toEqual([]);
});
