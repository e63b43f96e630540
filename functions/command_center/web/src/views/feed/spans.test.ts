import { expect, test } from "vitest";
import type { Mission, TaskRow } from "../../services/missions.ts";
import { attemptsOf, eventRows, flatten, stageRows, taskRows, thin, within } from "./spans.ts";

const stage = (version: number, to_state: string, at: string) =>
  ({ version, to_state, at, reason: null }) as unknown as Mission["stages"][number];
const task = (batch: number, change: Partial<TaskRow> = {}) =>
  ({
    id: `t${batch}`,
    agent: "writer",
    batch,
    round: 1,
    position: 2,
    state: "COMPLETED",
    retry_count: 0,
    error_code: null,
    created_at: "2026-01-01T00:00:00Z",
    started_at: "2026-01-01T00:00:01Z",
    finished_at: "2026-01-01T00:00:02Z",
    ...change,
  }) as TaskRow;

test("a stage lasts until the next begins, and the present one goes on", () => {
  const stages = [stage(1, "QUEUED", "2026-01-01T00:00:00Z"), stage(2, "ASSIGNED", "2026-01-01T00:00:05Z")];
  expect(stageRows({ stages, finished_at: null }).map(({ start, end }) => end && end - start)).toEqual([5_000, null]);
  expect(stageRows({ stages, finished_at: "2026-01-01T00:00:05Z" })[1]?.end).not.toBeNull();
});

test("a few tasks stand by themselves, many are one row that opens", () => {
  expect(
    taskRows(
      [1, 2, 3].map((batch) => task(batch)),
      false,
    ),
  ).toHaveLength(3);
  const many = taskRows(
    [1, 2, 3, 4, 5, 6].map((batch) => task(batch, batch === 4 ? { state: "FAILED", error_code: "timeout" } : {})),
    false,
  );
  expect(many.map(({ label, state }) => [label, state])).toEqual([["Writer: 6 tasks, 1 failed", "FAILED"]]);
  expect(flatten(many, new Set(["group-writer"]))).toHaveLength(7);
});

test("only what failed or was tried again", () => {
  expect(taskRows([task(1), task(2, { retry_count: 1 }), task(3, { state: "FAILED" })], true).map(({ id }) => id)).toEqual(["t2", "t3"]);
});

const step = (to_state: string, second: number, reason: string | null = null) => ({
  task_id: "t1",
  at: `2026-01-01T00:00:0${second}Z`,
  to_state,
  reason,
});

test("each try of a task is a bar of its own, which ends with what went wrong", () => {
  const tries = attemptsOf([step("RUNNING", 1), step("READY", 2, "timeout"), step("RUNNING", 5), step("COMPLETED", 6)]);
  const [row] = taskRows([task(1, { retry_count: 1, error_code: "timeout" })], false, tries);
  const [first, second] = row?.attempts ?? [];
  expect([first?.error, first && (first.end ?? 0) - first.start]).toEqual(["timeout", 1_000]);
  expect([second?.error, second && second.start - (first?.end ?? 0)]).toEqual([null, 3_000]);
  expect(row?.error).toBeNull();
});

test("a try that goes on has no end", () => {
  expect(attemptsOf([step("RUNNING", 1)]).get("t1")?.[0]?.end).toBeNull();
});

test("events of one kind are one row", () => {
  const event = (id: string, kind: string, second: number) => ({ id, kind, at: `2026-01-01T00:00:0${second}Z`, outreach_id: id });
  const rows = eventRows([event("c", "delivered", 4), event("a", "sent", 1), event("b", "delivered", 2)], true);
  expect(rows.map(({ id, label, moments }) => [id, label, moments?.length])).toEqual([
    ["events-sent", "Sent: 1+", 1],
    ["events-delivered", "Delivered: 2+", 2],
  ]);
});

test("moments that eyes cannot tell apart are one", () => {
  expect(thin([0.1, 0.1001, 0.5], 100)).toEqual([0.1, 0.5]);
});

test("what lies outside of the time that is looked at is left out, but for stages", () => {
  const rows = [
    ...stageRows({ stages: [stage(1, "QUEUED", "2026-01-01T00:00:00Z")], finished_at: "2026-01-01T00:00:01Z" }),
    ...taskRows([task(1)], false),
  ];
  const late = Date.parse("2026-01-01T01:00:00Z");
  expect(within(rows, late, late + 1_000).map(({ kind }) => kind)).toEqual(["stage"]);
});
