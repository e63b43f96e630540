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
vi.mock("../../services/outreach.ts", () => ({
  outreachQuery: (id: string) => ({ queryKey: ["outreach", id], queryFn: async () => ({ body_text: WHOLE }) }),
}));
const leaving = vi.hoisted(() => vi.fn((_: { disabled: boolean }) => ({ status: "idle" })));
vi.mock("@tanstack/react-router", () => ({ Link: ({ children }: { children: ReactNode }) => children, useBlocker: leaving }));

const WHOLE = `${"x".repeat(2_000)} and its end`;

type Held = Mission["parts"]["held"]["items"][number];
const message = {
  id: "o1",
  lead_id: "l1",
  step: 1,
  channel: "email",
  subject: "Hello",
  body_text: "As before",
  held_at: "2026-01-01T00:00:00Z",
} as Held;

const show = (change: Partial<Held> = {}) =>
  render(
    <QueryClientProvider client={new QueryClient()}>
      <HeldMessage missionId="m1" message={{ ...message, ...change }} sample={false} chosen={false} onToggle={() => undefined} />
    </QueryClientProvider>,
  );
const text = () => screen.getByLabelText("Text") as HTMLTextAreaElement;

test("a text that the list cuts is shown and edited in full", async () => {
  show({ body_text: WHOLE.slice(0, 2_000) });
  fireEvent.click(await screen.findByText("Edit"));
  expect(text().value).toBe(WHOLE);
});

test("an edit is left by its button, and otherwise only when a person says so", () => {
  show();
  fireEvent.click(screen.getByText("Edit"));
  expect(leaving.mock.lastCall?.[0].disabled).toBe(true);
  fireEvent.input(text(), { target: { value: "Much better" } });
  expect(leaving.mock.lastCall?.[0].disabled).toBe(false);
  fireEvent.click(screen.getByText("Leave it as it was"));
  expect(screen.getByText("As before")).toBeTruthy();
});

test("a message without a subject is edited without one", () => {
  show({ channel: "sms", subject: null });
  fireEvent.click(screen.getByText("Edit"));
  expect(screen.queryByLabelText("Subject")).toBeNull();
});

test("a refused edit keeps what was typed and says why; a saved one closes", async () => {
  vi.mocked(reviewOutreach).mockRejectedValueOnce(new Error("no answer"));
  show();
  fireEvent.click(screen.getByText("Edit"));
  fireEvent.input(text(), { target: { value: "Much better" } });
  fireEvent.click(screen.getByText("Save and check it"));
  expect(await screen.findByRole("alert")).toBeTruthy();
  expect(text().value).toBe("Much better");

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
