/** A provider's quota as it is now; pure. */
import type { Status } from "../../services/status.ts";

const MINUTE = 60_000;

type Quota = Status["quotas"][number];

/** A window that has ended says nothing of the present one: nobody tells when it begins, and in it nothing is used yet. */
export const quotaAt = (quota: Quota, now: number): Quota => {
  const late = now - Date.parse(quota.resets_at);
  if (late < 0) return quota;
  const next = Date.parse(quota.resets_at) + (Math.floor(late / MINUTE) + 1) * MINUTE;
  return { ...quota, used: 0, resets_at: new Date(next).toISOString() };
};
