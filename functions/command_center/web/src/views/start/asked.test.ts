import { expect, test } from "vitest";
import { type Asked, EVERYBODY, missionOf } from "./asked.ts";

const asked: Asked = { importId: EVERYBODY, dormantDays: "", campaignId: "", review: "", priority: "50", notBefore: "" };

test("all leads are a filter that lets everybody through", () => {
  expect(missionOf("lead_reactivation", asked)).toEqual({
    type: "lead_reactivation",
    audience: { filter: { dormant_days: 0 } },
    priority: 50,
  });
});

test("a file alone asks nothing about dormancy", () => {
  expect(missionOf("lead_reactivation", { ...asked, importId: "i" }).audience).toEqual({ filter: { import_id: "i" } });
});

test("a time of the person's own zone goes as an instant", () => {
  const { not_before } = missionOf("lead_reactivation", { ...asked, notBefore: "2026-03-01T09:30" });
  expect(not_before).toBe(new Date(2026, 2, 1, 9, 30).toISOString());
});

test("what was chosen goes along, and nonsense does not", () => {
  expect(missionOf("lead_reactivation", { ...asked, campaignId: "c", review: "all", priority: "x" })).toEqual({
    type: "lead_reactivation",
    audience: { filter: { dormant_days: 0 } },
    campaign_id: "c",
    review: "all",
  });
});
