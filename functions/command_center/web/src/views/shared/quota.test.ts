import { expect, test } from "vitest";
import { quotaAt } from "./quota.ts";

const quota = { provider: "sendgrid" as const, used: 90, reserved: 4, limit: 100, resets_at: "2026-05-06T12:01:00Z" };

test.each([
  ["2026-05-06T12:00:59Z", 90, "2026-05-06T12:01:00.000Z"],
  ["2026-05-06T12:01:00Z", 0, "2026-05-06T12:02:00.000Z"],
  ["2026-05-06T12:05:30Z", 0, "2026-05-06T12:06:00.000Z"],
])("at %s %i calls of the minute are used, until %s", (now, used, resets) => {
  const is = quotaAt(quota, Date.parse(now));
  expect([is.used, new Date(is.resets_at).toISOString(), is.reserved]).toEqual([used, resets, 4]);
});
