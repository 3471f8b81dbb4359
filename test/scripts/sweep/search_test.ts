import assert from "node:assert/strict";
import { join } from "node:path";
import { readResults } from "../training/train_runs.ts";
import { withFiles } from "../../dataset/layouts/recordings.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { runTask } from "../../fixtures/run_task.ts";
import { outcomeOf, startTask } from "../run/resume_runs.ts";
import { gestures } from "../training/gestures.ts";
import { resultsOf, smallNetwork, sweep } from "./sweeps.ts";

const argsFor = (folder: string, out: string) => [
  ...[...smallNetwork(folder), "--set", "training.epochs=4"],
  ...["--set", "training.lr=0.0001..0.05:log", "--folds", "1"],
  ...["--search", "halving", "--runs", "4", "--out", join(folder, out)],
];

gpuTest(
  "halving trains the better half twice as long, and the best to the end",
  () =>
    withFiles(gestures(), async (folder) => {
      const lines = await sweep(...argsFor(folder, "halving"));
      const out = join(folder, "halving");
      const { combinations, runs, states } = await resultsOf(out);
      assert.deepEqual([states.done, states.paused, states.eliminated], [
        ...[1, 0, 3],
      ]);
      const epochsOf = new Map(runs.map((run) => [run.name, run.epochs]));
      assert.deepEqual([...epochsOf.values()].sort(), [1, 1, 2, 4]);
      const started = lines.filter((line) => line.startsWith("started "))
        .map((line) => line.replace(/^started \d,training.lr=[\d.e-]+/, ""));
      assert.deepEqual(started, [
        ...Array(4).fill(", for 1 epoch"),
        ...Array(2).fill(", for 2 epochs"),
        "",
      ]);

      // Those that went on were the best by validation when they were chosen.
      const rows = new Map(
        await Promise.all(runs.map(async ({ name }) => {
          const path = join(out, name, "metrics.jsonl");
          const text = (await Deno.readTextFile(path)).trimEnd();
          return [
            name,
            text.split("\n").map((row) => JSON.parse(row)),
          ] as const;
        })),
      );
      const rank = (names: string[], epochs: number) => {
        const score = (name: string) =>
          rows.get(name)!.slice(0, epochs)
            .reduce((a, b) => b.valLoss < a.valLoss ? b : a);
        return names.sort((a, b) =>
          score(b).valAccuracy - score(a).valAccuracy ||
          score(a).valLoss - score(b).valLoss
        );
      };
      const all = runs.map(({ name }) => name);
      const better = rank(all, 1).slice(0, 2);
      const [best] = rank(better, 2);
      assert.deepEqual(
        all.filter((name) => epochsOf.get(name)! >= 2).sort(),
        better.toSorted(),
      );
      assert.equal(epochsOf.get(best), 4);
      const marked = combinations.filter(({ best }) => best);
      assert.deepEqual(
        marked.map(({ combination }) => runs[combination].name),
        [best],
      );

      // The pauses have not changed the bits of the winner.
      const { configuration: { training } } = await readResults(
        join(out, best),
      );
      const trained = await runTask("train", [
        ...[...smallNetwork(folder), "--set", "training.epochs=4"],
        ...["--set", "training.fold_seed=0", "--folds", "1"],
        ...["--set", `training.lr=${training.lr}`],
        ...["--out", join(folder, "trained")],
      ]);
      assert.equal(trained.code, 0, trained.stderr);
      assert.deepEqual(
        await outcomeOf(join(out, best)),
        await outcomeOf(join(folder, "trained")),
      );
      await stopAndGoOn(folder, all);
    }),
);

/** A search that is stopped, and shared by two, comes to the same runs. */
async function stopAndGoOn(folder: string, names: string[]): Promise<void> {
  const args = argsFor(folder, "parts");
  const out = join(folder, "parts");
  const run = startTask("sweep", args);
  await run.printed("for 1 epoch\nstarted");
  run.process.kill("SIGTERM");
  assert.equal((await run.process.status).code, 143, await run.output());
  await Promise.all([sweep("--out", out), sweep("--out", out)]);
  for (const name of names) {
    const [one, other] = await Promise.all(
      ["halving", "parts"].map((sweep) =>
        Deno.readTextFile(join(folder, sweep, name, "metrics.jsonl"))
      ),
    );
    const withoutSeconds = (text: string) =>
      text.replaceAll(/"seconds":[\d.e-]+/g, "");
    assert.equal(withoutSeconds(one), withoutSeconds(other));
  }
}

gpuTest(
  "a random search trains what its seed draws",
  () =>
    withFiles(gestures(), async (folder) => {
      const args = (out: string, seed: number) => [
        ...[...smallNetwork(folder), "--set", "training.epochs=1"],
        ...["--set", "training.lr=0.001..0.01", "--search", "random"],
        ...["--set", `training.seed=${seed}`, "--set", "training.clip=1,2"],
        ...["--runs", "2", "--folds", "1", "--out", join(folder, out)],
      ];
      const values = async (out: string, seed: number) => {
        await sweep(...args(out, seed), "--jobs", "2");
        const { runs } = await resultsOf(join(folder, out));
        assert(runs.every(({ state }) => state === "done"));
        return runs.map((run) => run.values);
      };
      const first = await values("one", 5);
      assert.deepEqual(await values("same", 5), first);
      assert.notDeepEqual(await values("other", 6), first);
      for (const { "training.lr": lr, "training.clip": clip } of first) {
        assert(Number(lr) >= 0.001 && Number(lr) <= 0.01);
        assert(["1", "2"].includes(clip));
      }
      const { configuration: { training } } = await readResults(
        join(
          folder,
          "one",
          `1,training.lr=${first[0]["training.lr"]},` +
            `training.clip=${first[0]["training.clip"]}`,
        ),
      );
      assert.equal(String(training.lr), first[0]["training.lr"]);
    }),
);
