// graphile-worker at its batched settings with an undici pool: posts each job's payload to a server and reads the answer.
// node push.mjs CONNINFO-URL BASE-URL JOBS CONCURRENCY; the last line is {"jobs":...,"seconds":...,"cpu_seconds":...}, of a
// measured run that follows a warm one. Fetching 500 ahead and completing in batches is what its documentation advises for
// throughput.
import { Logger, run, runMigrations } from "graphile-worker";
import { Pool as HttpPool } from "undici";
import pg from "pg";

const [connectionString, baseUrl, jobsText, concurrencyText] = process.argv.slice(2);
const jobs = Number(jobsText);
const concurrency = Number(concurrencyText);
const warmUpJobs = 20_000;

const database = new pg.Pool({ connectionString, max: 2 });
const platform = new HttpPool(baseUrl, { connections: concurrency, pipelining: 1 });

let left = 0;
let drained = () => {};

async function item(payload) {
  const { statusCode, body } = await platform.request({
    path: "/item",
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", "x-account": "account-0001" },
    body: JSON.stringify(payload),
  });
  const answer = await body.json();
  if (statusCode !== 200 || typeof answer.id !== "string") throw new Error(`answered ${statusCode} without an id`);
  if (--left === 0) drained();
}

const preset = {
  worker: {
    connectionString,
    concurrentJobs: concurrency,
    maxPoolSize: 10,
    pollInterval: 2000,
    localQueue: { size: 500 },
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
  },
};
const quiet = { error: console.error, warn: console.error, info: () => {}, debug: () => {} };
const logger = new Logger(() => (level, message) => (quiet[level] ?? quiet.info)(message));

async function drain(count) {
  await database.query(
    `SELECT graphile_worker.add_jobs(array_agg(('item', json_build_object(
       'number', 'IT' || lpad(n::text, 8, '0'), 'email', 'person' || n || '@shop.example', 'name', 'Person Number ' || n,
       'street', n || ' rue de la Filature', 'city', 'Mulhouse', 'status', 'paid', 'amount_cents', 100 + n,
       'note', repeat('woven ', 16)), NULL, NULL, NULL, NULL, NULL, NULL)::graphile_worker.job_spec))
     FROM generate_series(1, $1::int) n`,
    [count],
  );
  await database.query("VACUUM ANALYZE graphile_worker._private_jobs");
  left = count;
  const done = new Promise((resolve) => (drained = resolve));
  const began = process.hrtime.bigint();
  const cpu = process.cpuUsage();
  const runner = await run({ preset, logger, noHandleSignals: true, taskList: { item } });
  await done;
  await runner.stop(); // completions that are still held back are written before it returns
  const used = process.cpuUsage(cpu);
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  const { rows } = await database.query("SELECT count(*)::int AS n FROM graphile_worker._private_jobs");
  if (rows[0].n !== 0) throw new Error(`${rows[0].n} jobs are left`);
  return { jobs: count, seconds, cpu_seconds: (used.user + used.system) / 1e6 };
}

await runMigrations({ connectionString, logger });
await drain(Math.min(warmUpJobs, jobs));
console.log(JSON.stringify(await drain(jobs)));
await platform.close();
await database.end();
