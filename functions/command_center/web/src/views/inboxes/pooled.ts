/** An inbox with what is known of it today; pure. */
import type { Inbox, InboxFilter, InboxToday } from "../../services/inboxes.ts";

export interface Pooled {
  readonly inbox: Inbox;
  readonly domain: InboxToday["domain"] | undefined;
  readonly capToday: number | null;
  readonly sentToday: number | null;
}

export const pooled = (inboxes: readonly Inbox[], todays: readonly InboxToday[]): Pooled[] => {
  const known = new Map(todays.map((today) => [today.id, today]));
  return inboxes.map((inbox) => {
    const today = known.get(inbox.id);
    return { inbox, domain: today?.domain, capToday: today?.cap_today ?? null, sentToday: today?.sent_today ?? null };
  });
};

/** What the list asks for, of what its address says. */
export const filterOf = ({ q, after }: { readonly q?: string | undefined; readonly after?: string | undefined }): InboxFilter => ({
  q: q?.trim().toLowerCase() || undefined,
  cursor: after,
});

/** What keeps an inbox from sending, and what to do; null: nothing. */
export const troubleOf = ({ inbox, domain, capToday, sentToday }: Pooled): string | null => {
  if (inbox.login === "failed")
    return `Its login failed: ${inbox.login_error ?? "no reason given"}. Edit it, or enter its password once more: it is checked again at once.`;
  if (inbox.login === "unchecked") return "Its login is being checked; it sends nothing before.";
  if (inbox.paused_at) return "You paused it.";
  if (domain?.paused_at) return `Its domain ${domain.domain} is paused.`;
  if (domain && domain.status !== "active" && domain.status !== "warming")
    return `Its domain ${domain.domain} may not send: ${domain.status.replaceAll("_", " ")}.`;
  if (capToday !== null && sentToday !== null && sentToday >= capToday) return "It has sent all it may today; it goes on tomorrow.";
  return null;
};
