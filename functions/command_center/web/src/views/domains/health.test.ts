import { expect, test } from "vitest";
import { behind, notVerified, rateOf, replacementsOf, reputationInk } from "./health.ts";

test("a reputation is marked from the value on at which a domain is rotated", () => {
  expect([0.69, 0.7, 0.79, 0.8].map(reputationInk)).toEqual(["text-failed", "text-escalated", "text-escalated", "text-completed"]);
});

test("nothing sent has no rate", () => {
  expect(rateOf(0, 0)).toBeNull();
  expect(rateOf(3, 12)).toBe(0.25);
});

test("a value tells the signals behind it, those that harm first", () => {
  const measured = { at: "", value: 0.9, sends: 120.4, complaints: 0.5, bounces: 2, blocks: 0, unsubscribes: 1, replies: 3 };

  expect(behind(measured).map(([name, amount]) => `${name} ${amount}`)).toEqual([
    "Messages that count 120",
    "Complaints 0.5",
    "Hard bounces 2.0",
    "Blocks 0.0",
    "Unsubscribes 1.0",
    "Replies 3.0",
  ]);
});

test("who took over stands in the row of a rotation, and in no other", () => {
  expect([{ replacements: ["a", "b"] }, { daily_cap: 20 }, null].map((data) => replacementsOf({ data }))).toEqual([["a", "b"], [], []]);
});

test("a domain that another has verified says so, and any other reason by its code", () => {
  expect(notVerified({ verification_error: null })).toBeNull();
  expect(notVerified({ verification_error: "domain_taken" })).toContain("Another account");
  expect(notVerified({ verification_error: "records_missing" })).toContain("records missing");
});
