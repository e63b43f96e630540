// graphile-worker at its best documented settings: 24 concurrent jobs, a local queue of 500, completion in batches.
//   node graphile.mjs install|enqueue|work|trickle <url> [jobs]
// A worker says `ready`, waits for a line, works, and prints {"start", "end", "count"}; its start-up is not counted.

import { createInterface } from "node:readline";
import { Logger, makeWorkerUtils, run, runMigrations } from "graphile-worker";
import pg from "pg";

const [what, connectionString, jobs = "0"] = process.argv.slice(2);
const logger = new Logger(() => () => {});
const seconds = () => Number(process.hrtime.bigint() - began) / 1e9 + epoch;
const began = process.hrtime.bigint();
const epoch = Date.now() / 1000;
const BATCH = 1000;

const go = () => {
  console.log("ready");
  return new Promise((resolve) => createInterface({ input: process.stdin }).once("line", resolve));
};
const tell = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));

async function enqueue() {
  const pool = new pg.Pool({ connectionString });
  await pool.query("select 1");
  await go();
  const start = seconds();
  for (let done = 0; done < Number(jobs); done += BATCH) {
    await pool.query(
      `select graphile_worker.add_jobs(array(select json_populate_record(null::graphile_worker.job_spec,
         json_build_object('identifier', 'noop', 'payload', json_build_object('id', n))) from generate_series(1, $1::int) as n))`,
      [BATCH],
    );
  }
  tell({ start, end: seconds(), count: Number(jobs) });
}

const preset = {
  worker: {
    connectionString, concurrentJobs: 24, pollInterval: 1000, maxPoolSize: 26, logger,
    localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0,
  },
};

async function work() {
  let count = 0, start = 0;
  const noop = async () => {
    start ||= seconds();
    count += 1;
  };
  const pool = new pg.Pool({ connectionString });
  await pool.query("select 1");
  await go();
  await run({ preset, taskList: { noop }, noHandleSignals: true });
  // Done is what the database says: completion is written after the handler has ended.
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const left = await pool.query("select 1 from graphile_worker._private_jobs limit 1");
    if (left.rowCount === 0) break;
  }
  tell({ start: start || seconds(), end: seconds(), count });
}

async function trickle() {
  const waits = [];
  let done;
  const all = new Promise((resolve) => { done = resolve; });
  const noop = async (payload) => {
    waits.push((seconds() - payload.at) * 1000);
    if (waits.length === Number(jobs)) done();
  };
  await run({ preset, taskList: { noop }, noHandleSignals: true });
  const utils = await makeWorkerUtils({ connectionString, logger });
  await utils.addJob("noop", { at: seconds() });
  await go();
  for (let n = 1; n < Number(jobs); n += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    await utils.addJob("noop", { at: seconds() });
  }
  await all;
  tell({ start: 0, end: 0, count: waits.length, waits: waits.slice(1) });
}

if (what === "install") {
  await runMigrations({ connectionString, logger });
} else {
  await { enqueue, work, trickle }[what]();
}
