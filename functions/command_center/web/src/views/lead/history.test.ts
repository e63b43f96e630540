import { expect, test } from "vitest";
import type { LeadEvent, LeadMessage } from "../../services/leads.ts";
import { historyOf } from "./history.ts";

const message = (id: string, times: Partial<LeadMessage>) =>
  ({ id, subject: `About ${id}`, created_at: "2026-01-01T00:00:00Z", due_at: null, handed_over_at: null, ...times }) as LeadMessage;
const event = (id: string, outreach_id: string, occurred_at: string) => ({ id, outreach_id, occurred_at }) as LeadEvent;
const told = (messages: LeadMessage[], events: LeadEvent[]) =>
  historyOf(messages, events).map((entry) => (entry.kind === "message" ? entry.message.id : entry.event.id));

test("the newest stands first, whatever it is and however its time is written", () => {
  const sent = message("sent", { due_at: "2026-01-05T00:00:00Z", handed_over_at: "2026-01-02T10:00:00+00:00" });
  const planned = message("planned", { due_at: "2026-01-09T00:00:00Z" });
  expect(told([message("draft", {}), planned, sent], [event("reply", "sent", "2026-01-02T12:00:00+01:00")])).toEqual([
    "planned",
    "reply",
    "sent",
    "draft",
  ]);
});

test("an event says what message it is about, also one that is not shown any more", () => {
  const events = [event("first", "sent", "2026-01-03T00:00:00Z"), event("second", "lost", "2026-01-02T00:00:00Z")];
  const [first, second] = historyOf([message("sent", {})], events);
  expect([first, second]).toMatchObject([{ subject: "About sent" }, { subject: null }]);
});
