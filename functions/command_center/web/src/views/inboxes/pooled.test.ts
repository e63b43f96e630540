import { expect, test } from "vitest";
import type { Inbox, InboxToday } from "../../services/inboxes.ts";
import { pooled, troubleOf } from "./pooled.ts";

const inbox = {
  id: "i",
  domain_id: "d",
  address: "ann@x.example",
  login: "checked",
  login_error: null,
  paused_at: null,
} as unknown as Inbox;
const today: InboxToday = {
  id: "i",
  cap_today: 5,
  sent_today: 2,
  domain: { id: "d", domain: "x.example", status: "active", paused_at: null, reputation: 0.9, campaign: null },
};
const row = (inboxChange: object = {}, domainChange: object = {}, todayChange: object = {}) => {
  const [first] = pooled([{ ...inbox, ...inboxChange }], [{ ...today, ...todayChange, domain: { ...today.domain, ...domainChange } }]);
  if (!first) throw new Error("no row");
  return first;
};

test("an inbox knows what it may and did today", () => {
  expect([row().capToday, row().sentToday]).toEqual([5, 2]);
  expect(pooled([inbox], [])[0]?.capToday).toBeNull();
});

test("what keeps it from sending is said, the nearest cause first", () => {
  expect(troubleOf(row())).toBeNull();
  expect(troubleOf(row({ login: "failed", login_error: "535" }))).toContain("535");
  expect(troubleOf(row({ paused_at: "2026-01-01" }))).toBe("You paused it.");
  expect(troubleOf(row({}, { paused_at: "2026-01-01" }))).toContain("x.example");
  expect(troubleOf(row({}, { status: "pending_verification" }))).toContain("pending verification");
  expect(troubleOf(row({}, {}, { cap_today: 2 }))).toContain("tomorrow");
});
