/** Where something that sends stands on its way to its full cap; pure. */
import type { Domain } from "../../services/domains.ts";

export interface Ramp {
  /** Of the warm-up, the first is 1. */
  readonly day: number;
  readonly today: number;
  readonly full: number;
}

const dayIn = (at: number, zone: string): number => {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(at);
  return Date.parse(`${parts}T00:00:00Z`);
};

/** Caps are counted in days of the account's zone. */
export const dayOf = (since: string, now: number, zone: string): number =>
  Math.round((dayIn(now, zone) - dayIn(Date.parse(since), zone)) / 86_400_000) + 1;

/** Null once nothing of it warms up any more, and while it does not send. */
export const rampOf = ({ status, daily_cap, cap_today, inboxes }: Domain, now: number, zone: string): Ramp | null => {
  const begun = inboxes.flatMap(({ warmed_at: warmed, warmup_started_at: since }) => (warmed === null && since !== null ? [since] : []));
  const [first] = begun.sort((a, b) => Date.parse(a) - Date.parse(b));
  const full = Math.min(
    daily_cap ?? Number.POSITIVE_INFINITY,
    inboxes.reduce((sum, inbox) => sum + inbox.daily_cap, 0),
  );
  const sends = status === "warming" || status === "active";
  return sends && first !== undefined && cap_today < full ? { day: dayOf(first, now, zone), today: cap_today, full } : null;
};
