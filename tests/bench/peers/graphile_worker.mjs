// graphile-worker with a handler that does nothing, at the settings that its documentation advises: for throughput a local queue
// and completions in batches, for latency its defaults.
//   install URL                   makes its schema
//   drain URL JOBS PROCESSES      prints {"jobs_per_s":...}: from the first call to the empty table, after a warm run
//   listen URL PORT               prints "ready", then tells PORT of each call until it is killed
import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Logger, run, runMigrations } from "graphile-worker";
import pg from "pg";
import { openMarks } from "./marks.mjs";

const [mode, connectionString, ...rest] = process.argv.slice(2);
const warmUpJobs = 20_000;

const quiet = { error: console.error, warning: console.error };
const logger = new Logger(() => (level, message) => quiet[level]?.(message));
const batched = {
  worker: {
    connectionString,
    concurrentJobs: 24,
    maxPoolSize: 30,
    localQueue: { size: 500 },
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
  },
};

/** A process of its own that works when it is told to, "start" and "stop", and tells how often it was called now and then. */
function worker() {
  let runner;
  let calls = 0;
  const noop = async () => {
    if (calls++ % 500 === 0) process.send({ calls, at: String(process.hrtime.bigint()) });
  };
  process.on("message", async (order) => {
    if (order === "start") {
      calls = 0;
      runner = await run({ preset: batched, logger, noHandleSignals: true, taskList: { noop } });
    } else {
      await runner.stop();
      process.send("stopped");
    }
  });
  process.on("disconnect", () => process.exit());
}

async function drainOnce(database, workers, jobs) {
  await database.query(
    `SELECT graphile_worker.add_jobs(array_agg(('noop', json_build_object('n', n, 'text', 'forty bytes of text, as a small job has them'),
       NULL, NULL, NULL, NULL, NULL, NULL)::graphile_worker.job_spec)) FROM generate_series(1, $1::int) n`,
    [jobs],
  );
  await database.query("VACUUM ANALYZE graphile_worker._private_jobs");
  let began;
  const calls = workers.map(() => 0);
  const follow = workers.map((_, at) => (message) => {
    if (!message.calls) return;
    began ??= BigInt(message.at);
    calls[at] = message.calls;
  });
  workers.forEach((child, at) => child.on("message", follow[at]).send("start"));
  // To look whether the table is empty costs a walk over what was deleted: only when nearly all was called.
  const nearlyDone = () => calls.reduce((sum, some) => sum + some) > jobs - 1_000 * workers.length;
  const empty = async () => {
    const { rows } = await database.query("SELECT NOT EXISTS (SELECT FROM graphile_worker._private_jobs) AS empty");
    return rows[0].empty;
  };
  while (!(nearlyDone() && (await empty()))) await sleep(5);
  const ended = process.hrtime.bigint();
  for (const [at, child] of workers.entries()) {
    child.off("message", follow[at]);
    const stopped = once(child, "message");
    child.send("stop");
    await stopped;
  }
  return jobs / (Number(ended - began) / 1e9);
}

if (mode === "install") {
  await runMigrations({ connectionString, logger });
  console.log("{}");
} else if (mode === "drain") {
  const [jobs, processes] = rest.map(Number);
  await runMigrations({ connectionString, logger });
  const database = new pg.Client({ connectionString });
  await database.connect();
  const workers = Array.from({ length: processes }, () => fork(process.argv[1], ["worker", connectionString]));
  await drainOnce(database, workers, warmUpJobs);
  console.log(JSON.stringify({ jobs_per_s: await drainOnce(database, workers, jobs) }));
  for (const child of workers) child.disconnect();
  await database.end();
} else if (mode === "worker") {
  worker();
} else if (mode === "listen") {
  const mark = await openMarks(rest[0]);
  const noop = async (payload) => mark(payload.n, process.hrtime.bigint());
  await run({ preset: { worker: { connectionString, concurrentJobs: 4 } }, logger, taskList: { noop } });
  console.log("ready");
}
