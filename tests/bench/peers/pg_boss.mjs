// pg-boss with a handler that does nothing: for throughput fetch() and complete() of large batches in a few loops, for latency
// workers that are woken by NOTIFY.
//   install URL [notify]     makes its schema and a queue, and prints the statement of send(): {"sql":...,"parameter":...}
//   drain URL JOBS           prints {"jobs_per_s":...}: from the first fetched batch to the last completion, after a warm run
//   listen URL PORT          prints "ready", then tells PORT of each call until it is killed
import { PgBoss } from "pg-boss";
import pg from "pg";
import { openMarks } from "./marks.mjs";

const [mode, connectionString, ...rest] = process.argv.slice(2);
const queue = "noop";
const warmUpJobs = 20_000;
const batchSize = 1_000;
const loops = 4;

const listens = mode === "listen" || rest[0] === "notify";
const boss = new PgBoss({ connectionString, max: 10, supervise: false, schedule: false, useListenNotify: listens });
boss.on("error", console.error);
await boss.start();
await boss.createQueue(queue, { notify: listens });

async function load(jobs) {
  for (let at = 0; at < jobs; at += 5_000) {
    const some = Array.from({ length: Math.min(5_000, jobs - at) }, (_, n) => ({
      data: { n: at + n, text: "forty bytes of text, as a small job has them" },
    }));
    await boss.insert(queue, some);
  }
  const database = new pg.Client({ connectionString });
  await database.connect();
  await database.query("VACUUM ANALYZE");
  await database.end();
}

async function drainOnce(jobs) {
  await load(jobs);
  let began;
  let done = 0;
  const loop = async () => {
    for (;;) {
      const batch = await boss.fetch(queue, { batchSize });
      if (batch.length === 0) return;
      began ??= process.hrtime.bigint();
      await boss.complete(queue, batch.map((job) => job.id));
      done += batch.length;
    }
  };
  await Promise.all(Array.from({ length: loops }, loop));
  if (done !== jobs) throw new Error(`${done} of ${jobs} jobs were done`);
  return jobs / (Number(process.hrtime.bigint() - began) / 1e9);
}

if (mode === "install") {
  const data = { n: "@id@", text: "forty bytes of text, as a small job has them" };
  const show = (sql, [parameter]) => {
    console.log(JSON.stringify({ sql, parameter }));
    return { rows: [{ id: "shown" }] };
  };
  await boss.send(queue, data, { db: { executeSql: async (sql, values) => show(sql, values) } });
  await boss.stop();
} else if (mode === "drain") {
  await drainOnce(warmUpJobs);
  console.log(JSON.stringify({ jobs_per_s: await drainOnce(Number(rest[0])) }));
  await boss.stop();
} else if (mode === "listen") {
  const mark = await openMarks(rest[0]);
  await boss.work(queue, async ([job]) => mark(job.data.n, process.hrtime.bigint()));
  console.log("ready");
}
