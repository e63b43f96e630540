import { expect, test } from "vitest";
import type { Schemas } from "../../types/api.ts";
import { hourly } from "./hours.ts";

const hour = (figures: object | null) => ({ starts_at: "2026-01-01T00:00:00Z", figures }) as Schemas["Point"];
const figures = { completed: 2, success_rate: null, sent: 5, replies: 0, cost: { nanos: 7 } };

test("an hour without figures is a gap, and so is a rate of nothing", () => {
  const hours = hourly([hour(figures), hour(null)]);
  expect(hours.sent).toEqual([5, null]);
  expect(hours.success).toEqual([null, null]);
});
