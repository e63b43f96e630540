import { expect, test } from "vitest";
import { Problem } from "../services/problem.ts";
import { fieldErrors, otherErrors } from "./form_errors.ts";

const listed = new Problem(422, "body_invalid", "Two fields are wrong.", "Mend them.", [
  { field: "body.company", problem: "Too long." },
  { field: "body.zone", problem: "Not known." },
]);

test("listed errors stand at their fields, and the rest is told", () => {
  const shown = fieldErrors(listed, ["company"]);
  expect(shown).toEqual(new Map([["company", "Too long."]]));
  expect(otherErrors(listed, shown)).toBe(true);
  expect(otherErrors(listed, fieldErrors(listed, ["company", "zone"]))).toBe(false);
});

test("a sentence that begins with a field is about it", () => {
  const problem = new Problem(422, "field_invalid", "company: one line, please.", "Mend it.");
  expect(fieldErrors(problem, ["company"])).toEqual(new Map([["company", "one line, please."]]));
  expect(fieldErrors(problem, ["other"]).size).toBe(0);
});
