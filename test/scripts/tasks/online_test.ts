import assert from "node:assert/strict";
import { join } from "node:path";
import { serveFaulty } from "../../dataset/store/zarr/faulty_server.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { writeGestures } from "../../fixtures/own_recordings.ts";
import { runTask } from "../../fixtures/run_task.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import { outcomeOf, startTask } from "../run/resume_runs.ts";
import { prepareSigns } from "../training/train_runs.ts";

/** Runs a task, which must succeed, and gives its output. */
async function succeed(task: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runTask(task, args);
  assert.deepEqual([code, stderr], [0, ""]);
  return stdout;
}

Deno.test("inspect and show read a store from a server that fails at times", async () => {
  await using folder = await temporaryFolder();
  await writeGestures(folder.path);
  const store = join(folder.path, "gestures.zarr");
  const list = join(folder.path, "gestures.csv");
  await succeed("slice", "--data", list, "--out", store);
  await using server = await serveFaulty(
    folder.path,
    (path, before) => before > 0 ? undefined : path.length % 2 ? "drop" : 500,
  );
  const url = `${server.url}/gestures.zarr`;
  const { train, ...here } = JSON.parse(
    await succeed("inspect", store, "--json"),
  );
  const { train: online, ...there } = JSON.parse(
    await succeed("online", server.host, "inspect", url, "--json"),
  );
  assert.deepEqual(there, here);
  assert.equal(train, `deno task train --data ${store}`);
  assert.equal(
    online,
    `deno task online ${server.host} train --data ${url}`,
  );
  const pictures = [];
  for (
    const [n, words] of [
      ["show", "--store", store],
      ["online", server.host, "show", "--store", url],
    ].entries()
  ) {
    const out = join(folder.path, `pictures${n}`);
    const sample = ["gestures_wave_ann_1/wave", "--out", out];
    const [task, ...args] = [...words, ...sample];
    const paths = (await succeed(task, ...args)).trim().split("\n");
    pictures.push(await Promise.all(paths.map((path) => Deno.readFile(path))));
  }
  assert.equal(pictures[0].length, 6);
  assert.deepEqual(pictures[1], pictures[0]);
});

Deno.test("a task reaches no server that is not named", async () => {
  await using folder = await temporaryFolder();
  await using server = await serveFaulty(folder.path);
  const url = `${server.url}/my%20events.zarr`;
  const advice =
    `error: Cannot use "${url}": tasks reach no server unless it ` +
    `is named, as in deno task online ${server.host} inspect ${url} --json\n`;
  for (const online of [[], ["online", "example.org"]]) {
    const [task, ...args] = [...online, "inspect", url, "--json"];
    const { code, stdout, stderr } = await runTask(task, args);
    assert.deepEqual({ code, stdout, stderr }, {
      code: 1,
      stdout: "",
      stderr: advice,
    });
  }
  assert.deepEqual(server.seen, []);
  for (const host of ["a,b", "", "http://example.org", "a:b"]) {
    const { code, stdout } = await runTask("online", [host, "show", "--help"]);
    assert.notEqual(code, 0, host);
    assert.equal(stdout, "");
  }
  const { code, stderr } = await runTask("online", [
    ...[server.host, "inspect", url],
  ]);
  assert.equal(code, 1);
  assert.equal(
    stderr,
    `error: Cannot use "${url}": there is no event store; slice recordings ` +
      "to make one\n",
  );
});

Deno.test("a signal ends the task that reads from a server", async () => {
  await using folder = await temporaryFolder();
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  await using server = await serveFaulty(folder.path, () => {
    resolve();
    return "never";
  });
  const run = startTask("online", [
    ...[server.host, "inspect", `${server.url}/events.zarr`],
  ]);
  await asked;
  run.process.kill("SIGTERM");
  const { success } = await run.process.status;
  assert(!success);
  // Its pipes close when the last process that has them ends.
  await run.output();
});

gpuTest(
  "training from a URL gives the bits of training from the disk",
  async () => {
    await using folder = await temporaryFolder();
    const config = await prepareSigns(folder.path);
    await using server = await serveFaulty(
      folder.path,
      (path, before) =>
        before === 0 && /\/c\/\d+$/.test(path) ? "wrong" : undefined,
    );
    const outcomes = [];
    for (
      const [n, [words, store]] of ([
        [["train-test-only"], []],
        [
          ["online", server.host, "train-test-only"],
          ["--set", `training.path.store=${server.url}/data/sliced.zarr`],
        ],
      ] as const).entries()
    ) {
      const out = join(folder.path, `run${n}`);
      const [task, ...args] = [...words, "--config", config, ...store];
      args.push(
        "--set",
        "training.epochs=1",
        "--set",
        `training.path.cache=${join(folder.path, "cache")}`,
      );
      await succeed(task, ...args, "--out", out, "--folds", "1");
      const { summary: _, ...outcome } = await outcomeOf(out);
      outcomes.push(outcome);
    }
    assert.deepEqual(outcomes[1], outcomes[0]);
    server.seen.splice(0);
    // Allowed to write nothing, it reads what training kept.
    const run = ["evaluate", "--run", join(folder.path, "run1")];
    await succeed("online", server.host, ...run);
    const paths = server.seen.map(({ path }) => path);
    assert.deepEqual(paths.filter((path) => /\/c\/\d+$/.test(path)), []);
    assert(paths.includes("data/sliced.zarr/zarr.json"));
  },
);
