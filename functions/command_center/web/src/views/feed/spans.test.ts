import { expect, test } from "vitest";
import type { Mission, TaskRow } from "../../services/missions.ts";
import { flatten, stageRows, taskRows } from "./spans.ts";

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
