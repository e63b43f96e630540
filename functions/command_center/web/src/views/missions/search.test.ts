import { expect, test } from "vitest";
import { filterOf, parseSearch, suggest, writeSearch } from "./search.ts";

test.each([
  ["", {}],
  ["state:failed", { state: "FAILED" }],
  ["state:failed,Escalated ann@x.example", { state: "FAILED,ESCALATED", q: "ann@x.example" }],
  ["type:lead_reactivation campaign:c1 since:2026-01-02", { type: "lead_reactivation", campaign: "c1", since: "2026-01-02" }],
  ["Domain:Mail.Example", { domain: "mail.example" }],
  ["state:nonsense two words", { q: "state:nonsense two words" }],
  ["since:soon", { q: "since:soon" }],
])("%s is understood", (text, meant) => {
  expect(JSON.parse(JSON.stringify(parseSearch(text)))).toEqual(meant);
});

test("what is written is read as the same", () => {
  const text = "state:running type:domain_rotation campaign:c domain:x.example since:today some text";
  expect(writeSearch(parseSearch(text))).toBe(text);
});

test("today begins at the person's own midnight", () => {
  expect(filterOf({ since: "today" }, new Date(2026, 4, 6, 13)).created_from).toBe(new Date(2026, 4, 6).toISOString());
});

test.each([
  ["st", ["state:"]],
  ["ann state:e", ["ann state:executing", "ann state:escalated"]],
  ["since:today", []],
  ["ann@x.example", []],
])("%s may become", (text, suggestions) => {
  expect(suggest(text)).toEqual(suggestions);
});
