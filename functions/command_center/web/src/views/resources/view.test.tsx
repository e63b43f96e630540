import { render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, test, vi } from "vitest";
import type { MissionRow } from "../../services/missions.ts";
import { Waiting } from "./view.tsx";

vi.mock("@tanstack/react-router", async (real) => ({
  ...(await real<object>()),
  Link: ({ children }: { children: ReactNode }) => children,
}));

const mission = {
  id: "00000000-0000-4000-8000-000000000001",
  type: "lead_reactivation",
  paused_at: null,
  waiting_for: "domain",
  waiting_since: "2026-11-24T08:00:00Z",
} as unknown as MissionRow;

test("a mission that waits says for what, and a list that is cut says so", () => {
  const { rerender } = render(<Waiting missions={[mission]} cut={false} />);
  expect(screen.getByText("waits for domain")).toBeTruthy();
  expect(screen.queryByText(/Only the oldest/)).toBeNull();

  rerender(<Waiting missions={[mission]} cut />);
  expect(screen.getByText(/Only the oldest 50 waiting missions/)).toBeTruthy();
});
