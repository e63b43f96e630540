/** An inbox with what its domain knows of it today; pure. */
import type { Domain } from "../../services/domains.ts";
import type { Inbox } from "../../services/inboxes.ts";

export interface Pooled {
  readonly inbox: Inbox;
  readonly domain: Domain | undefined;
  readonly capToday: number | null;
  readonly sentToday: number | null;
}

export const pooled = (inboxes: readonly Inbox[], domains: readonly Domain[], search: string): Pooled[] => {
  const wanted = search.trim().toLowerCase();
  return inboxes
    .filter(({ address }) => address.toLowerCase().includes(wanted))
    .map((inbox) => {
      const domain = domains.find(({ id }) => id === inbox.domain_id);
      const today = domain?.inboxes.find(({ id }) => id === inbox.id);
      return { inbox, domain, capToday: today?.cap_today ?? null, sentToday: today?.sent_today ?? null };
    });
};

/** What keeps an inbox from sending, and what to do; null: nothing. */
export const troubleOf = ({ inbox, domain, capToday, sentToday }: Pooled): string | null => {
  if (inbox.login === "failed") return `Its login failed: ${inbox.login_error ?? "no reason given"}. Edit it; it is checked again at once.`;
  if (inbox.login === "unchecked") return "Its login is being checked; it sends nothing before.";
  if (inbox.paused_at) return "You paused it.";
  if (domain?.paused_at) return `Its domain ${domain.domain} is paused.`;
  if (domain && domain.status !== "active" && domain.status !== "warming")
    return `Its domain ${domain.domain} may not send: ${domain.status.replaceAll("_", " ")}.`;
  if (capToday !== null && sentToday !== null && sentToday >= capToday) return "It has sent all it may today; it goes on tomorrow.";
  return null;
};
