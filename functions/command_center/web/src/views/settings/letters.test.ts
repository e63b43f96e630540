import { expect, test } from "vitest";
import { FIRST_STEP, withStep, withTemplate } from "./letters.ts";

test("a changed template keeps what else it has", () => {
  const step = withTemplate(FIRST_STEP, "default", { subject: "Hi" });
  expect(step.templates.default).toEqual({ ...FIRST_STEP.templates.default, subject: "Hi" });
});

test("an emptied template of an angle is taken away, the default one never", () => {
  const more = withTemplate(FIRST_STEP, "recent", { subject: "New" });
  expect(Object.keys(more.templates).sort()).toEqual(["default", "recent"]);
  expect(Object.keys(withTemplate(more, "recent", { subject: " " }).templates)).toEqual(["default"]);
  expect(withTemplate(FIRST_STEP, "default", { subject: "", text: "" }).templates.default).toEqual({ subject: "", text: "" });
});

test("only the step that is meant changes", () => {
  expect(withStep([FIRST_STEP, FIRST_STEP], 1, { delay_hours: 5 }).map(({ delay_hours }) => delay_hours)).toEqual([0, 5]);
});
