import assert from "node:assert/strict";
import { join } from "node:path";
import { Random } from "../../../engine/network/random.ts";
import type { RunSummary } from "../../../scripts/run/files.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import { readEvents } from "./tensorboard/read_events.ts";
import {
  outcomeOf,
  startInTerminal,
  startTask,
  startTraining,
} from "./resume_runs.ts";
import { prepareSigns, train } from "../training/train_runs.ts";

/** How often runs are killed in total. */
const KILLS = Number(Deno.env.get("SLAYER_KILLS") ?? 2);

/** Settings whose results could depend on where a run was stopped. */
const SETTINGS = [
  ...["training.epochs=2", "training.shuffle=True", "training.init=live"],
  ...["training.random_crop=True", "training.checkpoint={batches: 1}"],
  ...["training.schedule={type: cosine}", "simulation.tSample=640"],
  "testing.tSample=800",
  "training.augmentation={flip_x: 0.5, drop: 0.1}",
  ...["training.accumulate=2", "training.clip=50", "training.weightDecay=0.1"],
  "network=[{pool: 16}, {conv: {out: 2, kernel: 3}}, {dense: 19}]",
].flatMap((value) => ["--set", value]);

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);
const inFolder = (...names: string[]) => join(folder.path, ...names);

let prepared: Promise<string> | undefined;
async function argsFor(out: string, ...set: string[]): Promise<string[]> {
  const config = await (prepared ??= prepareSigns(folder.path));
  return [
    ...["--config", config, "--out", inFolder(out), "--folds", "1,2"],
    ...SETTINGS,
    ...set.flatMap((value) => ["--set", value]),
  ];
}

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Kills a run again and again; returns how often until it ended by itself. */
async function killUntilDone(
  program: RunSummary["program"],
  args: string[],
  { kills, span, random }: { kills: number; span: number; random: Random },
): Promise<number> {
  for (let killed = 0; killed < kills; killed++) {
    const run = await startTraining(program, [...args, "--resume"]);
    await run.printed("Training on");
    await wait(random.uniform() * span);
    try {
      run.process.kill("SIGKILL");
    } catch {
      // It ended before it could be killed.
    }
    const { code, signal } = await run.process.status;
    const said = await run.output();
    assert(signal === "SIGKILL" || code === 0, said);
    if (code === 0) return killed;
  }
  await train(program, ...args, "--resume");
  return kills;
}

/** A run that is not stopped, and how long it trains in ms. */
interface Whole {
  readonly outcome: Awaited<ReturnType<typeof outcomeOf>>;
  readonly span: number;
}

/** All values that TensorBoard reads of a fold, from all its event files. */
async function valuesLogged(out: string, fold: number) {
  const logs = join(out, "logs", `fold${fold}`);
  const names = (await Array.fromAsync(Deno.readDir(logs)))
    .map(({ name }) => name).sort();
  const files = await Promise.all(
    names.map(async (name) =>
      readEvents(await Deno.readFile(join(logs, name)))
    ),
  );
  return files.flatMap(({ events }) =>
    events.map(({ tag, step, value }) => ({ tag, step, value }))
  );
}

const wholes = new Map<string, Promise<Whole>>();
function wholeRun(program: RunSummary["program"]): Promise<Whole> {
  const whole = wholes.get(program) ?? runWhole(program);
  wholes.set(program, whole);
  return whole;
}

async function runWhole(program: RunSummary["program"]): Promise<Whole> {
  const run = await startTraining(program, await argsFor(program));
  await run.printed("Training on");
  const start = performance.now();
  const { code } = await run.process.status;
  const span = performance.now() - start;
  assert.equal(code, 0, await run.output());
  const outcome = await outcomeOf(inFolder(program));
  assert.equal(outcome.rows.length, 4);
  return { outcome, span };
}

for (
  const [program, kills] of [
    ["train", Math.ceil(KILLS / 2)],
    ["train-test-only", Math.floor(KILLS / 2)],
  ] as const
) {
  gpuTest(
    `${program} ends in the same bits however often it is killed`,
    async () => {
      const { outcome, span } = await wholeRun(program);
      const random = new Random(3);
      const args = await argsFor("killed");
      for (let left = kills; left > 0;) {
        left -= await killUntilDone(program, args, {
          kills: left,
          span: span / 2,
          random,
        });
        assert.deepEqual(await outcomeOf(inFolder("killed")), outcome);
        await Deno.remove(inFolder("killed"), { recursive: true });
      }
    },
  );
}

for (const [signal, status] of [["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  gpuTest(
    `${signal} saves, says how to go on, and ends with code ${status}`,
    async () => {
      await stop(signal, status);
    },
  );
}

/** Stops a run with a signal, and returns its arguments. */
async function stop(signal: Deno.Signal, status: number): Promise<string[]> {
  const out = inFolder(signal);
  const args = await argsFor(signal);
  const run = startTask("train", args);
  await run.printed("fold 1 epoch 0");
  run.process.kill(signal);
  const { code } = await run.process.status;
  const said = await run.output();
  assert.equal(code, status, said);
  const last = said.trimEnd().split("\n").at(-1)!;
  assert.match(last, /^Stopped, to go on with: deno task train .+ --resume$/);
  assert(last.includes("--set 'training.checkpoint={batches: 1}'"), last);
  const names = await Array.fromAsync(Deno.readDir(out));
  assert.deepEqual(names.map(({ name }) => name).sort(), [
    ...[".lock", "checkpoint_fold1.safetensors", "config.yaml", "logs"],
    ...["metrics.jsonl", "model_weights_fold1.safetensors", "status.json"],
  ]);
  return args;
}

gpuTest("a run that was stopped goes on as if it never was", async () => {
  const { outcome } = await wholeRun("train");
  const args = await stop("SIGINT", 130);
  const out = inFolder("SIGINT");
  // A run that is killed leaves its status as it was.
  const status = join(out, "status.json");
  const text = await Deno.readTextFile(status);
  await Deno.writeTextFile(status, text.replace('"stopped"', '"training"'));
  assert.match(
    await train("train", ...args, "--resume"),
    /^The run ended without a word, as if it was killed; going on from fold 1 epoch \d+ batch \d+$/m,
  );
  assert.deepEqual(await outcomeOf(out), outcome);

  for (const fold of [1, 2]) {
    const logged = await valuesLogged(out, fold);
    assert.deepEqual(logged, await valuesLogged(inFolder("train"), fold));
  }

  const again = await train("train", ...args, "--resume");
  assert.doesNotMatch(again, /^fold \d+ epoch /m);
  assert.deepEqual(await outcomeOf(out), outcome);
});

gpuTest(
  "a run stopped before its first batch can be started anew",
  async () => {
    const { outcome } = await wholeRun("train");
    const args = await argsFor("hasty");
    const run = startTask("train", args);
    await run.printed("Training on");
    run.process.kill("SIGTERM");
    const { code } = await run.process.status;
    const said = await run.output();
    assert.equal(code, 143, said);
    assert.match(
      said,
      /^Training on .+\nStopped, to go on with: .+ --resume\n$/,
    );
    const names = await Array.fromAsync(Deno.readDir(inFolder("hasty")));
    assert.deepEqual(names.map(({ name }) => name), [".lock"]);
    await train("train", ...args, "--resume");
    assert.deepEqual(await outcomeOf(inFolder("hasty")), outcome);
  },
);

gpuTest(
  "a run whose terminal is closed saves a checkpoint and can be resumed",
  async () => {
    const { outcome } = await wholeRun("train");
    const out = inFolder("closed");
    const args = await argsFor("closed");
    const terminal = startInTerminal("train", args);
    await terminal.printed("fold 1 epoch 0  train loss");
    terminal.process.kill("SIGKILL");
    await terminal.output();
    {
      // The run has lost its parent process, but locks the folder until it ends.
      using file = await Deno.open(join(out, ".lock"), { write: true });
      await file.lock(true);
    }
    const { state } = JSON.parse(
      await Deno.readTextFile(join(out, "status.json")),
    );
    assert.equal(state, "stopped");
    assert.match(
      await train("train", ...args, "--resume"),
      /^Going on from fold 1 epoch \d+ batch \d+$/m,
    );
    assert.deepEqual(await outcomeOf(out), outcome);
  },
);
