import assert from "node:assert/strict";
import { DatasetError } from "../../../dataset/files/errors.ts";
import { WorkerPool } from "../../../dataset/threads/worker_pool.ts";
import type { CountingJob } from "./counting_worker.ts";

const WORKER = import.meta.resolve("./counting_worker.ts");

function makePool(size: number) {
  return new WorkerPool<CountingJob, { jobs: number; memory: Uint8Array }>(
    WORKER,
    { size },
  );
}

Deno.test("a pool runs each job on the thread with the fewest", async () => {
  using pool = makePool(2);
  const run = () => pool.run({ end: "answer" });
  const four = await Promise.all([run(), run(), run(), run()]);
  assert.deepEqual(four.map(({ jobs }) => jobs), [1, 1, 2, 2]);
  // The first thread is idle, so no second one is asked.
  assert.deepEqual([(await run()).jobs, (await run()).jobs], [3, 4]);
  assert.equal(four[0].memory.length, 9);
});

Deno.test("a pool runs a job on the thread it is meant for", async () => {
  using pool = makePool(3);
  const counts = [2, 0, 2, 2].map(async (thread) =>
    (await pool.run({ end: "answer" }, thread)).jobs
  );
  assert.deepEqual(await Promise.all(counts), [1, 1, 2, 3]);
});

Deno.test("a job's error keeps its class, and the thread goes on", async () => {
  using pool = makePool(1);
  const failing = pool.run({ end: "throw" });
  const after = pool.run({ end: "answer" });
  await assert.rejects(
    failing,
    (error) => error instanceof DatasetError && error.path === "list.txt",
  );
  assert.equal((await after).jobs, 2);
});

Deno.test("a thread that crashes fails its jobs, and another takes its place", async () => {
  using pool = makePool(1);
  const jobs = [pool.run({ end: "crash" }), pool.run({ end: "crash" })];
  for (const { status } of await Promise.allSettled(jobs)) {
    assert.equal(status, "rejected");
  }
  await assert.rejects(jobs[0], /nobody catches this/);
  assert.equal((await pool.run({ end: "answer" })).jobs, 1);
});
