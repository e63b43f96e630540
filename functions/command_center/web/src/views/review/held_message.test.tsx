import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, test, vi } from "vitest";
import { type Mission, reviewOutreach } from "../../services/missions.ts";
import { HeldMessage } from "./held_message.tsx";

vi.mock("../../services/missions.ts", () => ({ reviewOutreach: vi.fn() }));
vi.mock("../../services/leads.ts", () => ({
  leadQuery: () => ({ queryKey: ["lead"], queryFn: () => new Promise(() => undefined) }),
  nameOf: () => "",
}));
vi.mock("@tanstack/react-router", () => ({ Link: ({ children }: { children: ReactNode }) => children }));

type Held = Mission["parts"]["held"]["items"][number];
const message = { id: "o1", lead_id: "l1", step: 1, subject: "Hello", body_text: "As before", held_at: "2026-01-01T00:00:00Z" } as Held;

test("a refused edit keeps what was typed and says why; a saved one closes", async () => {
  vi.mocked(reviewOutreach).mockRejectedValueOnce(new Error("no answer"));
  render(
    <QueryClientProvider client={new QueryClient()}>
      <HeldMessage missionId="m1" message={message} sample={false} chosen={false} onToggle={() => undefined} />
    </QueryClientProvider>,
  );
  fireEvent.click(screen.getByText("Edit"));
  fireEvent.input(screen.getByLabelText("Text"), { target: { value: "Much better" } });
  fireEvent.click(screen.getByText("Save and check it"));
  expect(await screen.findByRole("alert")).toBeTruthy();
  expect((screen.getByLabelText("Text") as HTMLTextAreaElement).value).toBe("Much better");

  vi.mocked(reviewOutreach).mockResolvedValueOnce({
    mission_id: "m1",
    action: "edit",
    changed: 1,
    held: 1,
    held_by_import: 0,
    being_checked: 1,
  });
  fireEvent.click(screen.getByText("Save and check it"));
  expect(await screen.findByText("Edit")).toBeTruthy();
  expect(vi.mocked(reviewOutreach).mock.lastCall?.[1]).toMatchObject({ action: "edit", outreach_ids: ["o1"], body_text: "Much better" });
});
