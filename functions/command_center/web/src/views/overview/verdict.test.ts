import { expect, test } from "vitest";
import type { Status } from "../../services/status.ts";
import { judge } from "./verdict.ts";

const well = {
  paused_at: null,
  missions: { COMPLETED: 4 },
  domains: { states: { active: 2, warming: 1 }, paused: 0, sick: 0, lowest_reputation: 0.9, cap_today: 100, sent_today: 5 },
  oldest_waiting: null,
  queue_age_seconds: null,
  anomalies_open: 0,
  crews: [],
} as unknown as Status;

const waiting = (waiting_for: string | null, seconds: number) =>
  ({ ...well, oldest_waiting: { mission_id: "m", waiting_for }, queue_age_seconds: seconds }) as unknown as Status;

test("nothing wrong is operational", () => {
  expect(judge(well)).toEqual({ verdict: "operational", reason: "Nothing waits and nothing is wrong.", step: null });
});

test("an escalated mission is an error, and more urgent than a sick domain", () => {
  const { verdict, reason, step } = judge({ ...well, missions: { ESCALATED: 1 }, domains: { ...well.domains, sick: 2 } } as Status);
  expect([verdict, reason]).toEqual(["error", "1 mission could not go on and waits for you."]);
  expect(step).toMatchObject({ to: "/missions", state: "ESCALATED" });
});

test("a stopped account says so before anything else", () => {
  expect(judge({ ...well, paused_at: "2026-01-01T00:00:00Z", missions: { ESCALATED: 1 } } as Status).reason).toContain("stopped");
});

test("all sending domains paused is an error, some are not", () => {
  expect(judge({ ...well, domains: { ...well.domains, paused: 3 } }).verdict).toBe("error");
  expect(judge({ ...well, domains: { ...well.domains, paused: 2 } }).verdict).toBe("operational");
});

test("a long wait says for what, and a planned one is none", () => {
  expect(judge(waiting("domain", 1_200))).toMatchObject({ verdict: "degraded", step: { to: "/domains" } });
  expect(judge(waiting("domain", 60)).verdict).toBe("operational");
  expect(judge(waiting("not_before", 9_000)).verdict).toBe("operational");
  expect(judge(waiting(null, 1_200)).step).toMatchObject({ to: "/missions", state: "QUEUED" });
});

test("what a person cancelled is nothing wrong", () => {
  expect(judge({ ...well, missions: { FAILED: 2 } }).verdict).toBe("operational");
});

test("figures that are not as usual point to where they stand", () => {
  expect(judge({ ...well, anomalies_open: 1 })).toMatchObject({ verdict: "degraded", reason: "1 figure is not as usual: see below." });
});

test("what only a person can let go is told as such, and not as what goes on by itself", () => {
  const collecting = (many: number) => ({ ...well, missions: { COLLECTING: many } });
  expect(judge(collecting(1), 1).reason).toBe("1 mission waits for you to review its messages: see below.");
  expect(judge(collecting(3), 2).reason).toBe(
    "1 mission sends and collects answers; 2 missions wait for you to review their messages: see below.",
  );
  const busy = { ...collecting(1), crews: [{ crew: "dead_lead_crew", held: 1 }] } as unknown as Status;
  expect(judge(busy, 1).reason).toBe("At work: Dead lead crew. 1 mission waits for you to review its messages: see below.");
});

test("what sends and collects is told, although no crew is at work", () => {
  expect(judge({ ...well, missions: { COLLECTING: 2 } })).toMatchObject({
    verdict: "operational",
    reason: "2 missions send and collect answers.",
  });
});
