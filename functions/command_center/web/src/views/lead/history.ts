/** All that happened between the account and one person, in one order; pure. */
import type { LeadEvent, LeadMessage } from "../../services/leads.ts";

export type Entry =
  | { readonly kind: "message"; readonly at: string; readonly message: LeadMessage }
  | { readonly kind: "event"; readonly at: string; readonly event: LeadEvent; readonly subject: string | null };

/** When a message was handed over, or will be; until it is planned, when it was written. */
const timeOf = (message: LeadMessage): string => message.handed_over_at ?? message.due_at ?? message.created_at;

/** The newest first; an event stands after the message it is about, also where both have the same time. */
export const historyOf = (messages: readonly LeadMessage[], events: readonly LeadEvent[]): Entry[] => {
  const subjects = new Map(messages.map(({ id, subject }) => [id, subject]));
  const entries: Entry[] = [
    ...events.map((event) => ({
      kind: "event" as const,
      at: event.occurred_at,
      event,
      subject: subjects.get(event.outreach_id) ?? null,
    })),
    ...messages.map((message) => ({ kind: "message" as const, at: timeOf(message), message })),
  ];
  return entries.toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at));
};
