import { expect, test } from "vitest";
import { matches } from "./matches.ts";

test.each([
  ["Start: Lead reactivation", "", true],
  ["Start: Lead reactivation", "lead", true],
  ["Start: Lead reactivation", "REACT start", true],
  ["Start: Lead reactivation", "ead", false],
  ["Agents", "a domain", false],
  ["Domains", "(", false],
])("%s is meant by '%s': %s", (name, text, meant) => {
  expect(matches(name, text)).toBe(meant);
});
