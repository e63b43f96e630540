import { expect, test } from "vitest";
import type { Domain } from "../../services/domains.ts";
import { dayOf, rampOf } from "./ramp.ts";

const NOW = Date.parse("2026-05-06T12:00:00Z");
const inbox = (daily_cap: number, warmup_started_at: string | null, warmed_at: string | null = null) => ({
  daily_cap,
  warmup_started_at,
  warmed_at,
});
const domain = (change: object) =>
  ({ status: "warming", daily_cap: null, cap_today: 17, inboxes: [inbox(40, "2026-05-01T08:00:00Z")], ...change }) as unknown as Domain;

test("a domain that warms up tells the day, and what it may today and one day", () => {
  expect(rampOf(domain({}), NOW, "UTC")).toEqual({ day: 6, today: 17, full: 40 });
});

test("the first of its inboxes counts, and its own cap is never passed", () => {
  const inboxes = [
    inbox(40, "2026-05-05T08:00:00Z"),
    inbox(40, "2026-05-03T08:00:00Z"),
    inbox(40, "2026-01-01T08:00:00Z", "2026-02-01T08:00:00Z"),
  ];
  expect(rampOf(domain({ inboxes, daily_cap: 50 }), NOW, "UTC")).toEqual({ day: 4, today: 17, full: 50 });
});

test.each([
  ["may all it ever may", { cap_today: 40 }],
  ["has no inbox", { inboxes: [], cap_today: 0 }],
  ["has inboxes that are warm", { inboxes: [inbox(40, "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")] }],
  ["rests", { status: "rotated" }],
])("one that %s is on no ramp", (_, change) => {
  expect(rampOf(domain(change), NOW, "UTC")).toBeNull();
});

test("days begin at the account's midnight", () => {
  const since = "2026-05-05T23:30:00Z";
  expect([dayOf(since, NOW, "UTC"), dayOf(since, NOW, "Europe/Berlin"), dayOf(since, NOW, "America/New_York")]).toEqual([2, 1, 2]);
});
