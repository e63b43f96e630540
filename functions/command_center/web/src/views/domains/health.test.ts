import { expect, test } from "vitest";
import type { Domain } from "../../services/domains.ts";
import { rateOf, reputationInk, rotationsOf } from "./health.ts";

test("a reputation is marked from the value on at which a domain is rotated", () => {
  expect([0.69, 0.7, 0.79, 0.8].map(reputationInk)).toEqual(["text-failed", "text-escalated", "text-escalated", "text-completed"]);
});

test("nothing sent has no rate", () => {
  expect(rateOf(0, 0)).toBeNull();
  expect(rateOf(3, 12)).toBe(0.25);
});

test("rotations are those of the history that moved the domain out or back, in its order", () => {
  const history = ["return_domain", "assign_domain", "rotate_domain", "add_domain"].map((action) => ({ action })) as Domain["history"];
  expect(rotationsOf(history).map(({ action }) => action)).toEqual(["return_domain", "rotate_domain"]);
});
