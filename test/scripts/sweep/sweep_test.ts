import assert from "node:assert/strict";
import { join } from "node:path";
import { spreadOf } from "../../../scripts/run/files.ts";
import { lockFolder } from "../../../scripts/run/lock.ts";
import type { SweepDefinition } from "../../../scripts/sweep/definition/definition.ts";
import { runHere } from "../../../scripts/sweep/run_here.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import { withFiles } from "../../dataset/layouts/recordings.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { runTask } from "../../fixtures/run_task.ts";
import { outcomeOf, start, startTask } from "../run/resume_runs.ts";
import { gestures } from "../training/gestures.ts";
import {
  definitionOf,
  logOf,
  resultsOf,
  smallNetwork,
  sweep,
} from "./sweeps.ts";

/** Runs of two learning rates and two seeds, by their names. */
const NAMES = [0, 1].flatMap((seed) =>
  ["0.001", "0.05"].map((lr) => `training.lr=${lr},seed=${seed}`)
);

const argsFor = (folder: string, out: string) => [
  ...[...smallNetwork(folder), "--set", "training.epochs=2"],
  ...["--set", "training.lr=0.001,0.05", "--seeds", "2", "--folds", "1"],
  ...["--out", join(folder, out)],
];

/** The same, from one seed. */
const twoRuns = (folder: string, out: string) =>
  argsFor(folder, out).map((word, n, words) =>
    words[n - 1] === "--seeds" ? "1" : word
  );

/** Names of these two. */
const TWO = ["training.lr=0.001", "training.lr=0.05"];

/** A search by halving. */
const HALVING: SweepDefinition = {
  ...definitionOf("training.lr", ["0.1", "0.2"]),
  search: {
    kind: "halving",
    runs: 2,
    seed: 0,
    rungs: [{ combinations: 2, epochs: 1 }, { combinations: 1, epochs: 2 }],
  },
};

/** Names of runs that lines say were started. */
function startedIn(lines: readonly string[]): string[] {
  return lines.filter((line) => line.startsWith("started "))
    .map((line) => line.slice("started ".length)).sort();
}

gpuTest(
  "a sweep trains every combination to the bits of a training, once",
  () =>
    withFiles(gestures(), async (folder) => {
      const args = argsFor(folder, "sweep");
      const out = join(folder, "sweep");
      const lines = await sweep(...args, "--jobs", "2");
      assert(lines.includes(`4 runs in ${out}, 2 at once`), lines.join("\n"));
      assert.deepEqual(startedIn(lines), [...NAMES].sort());
      assert.equal(lines.at(-1), `Results: deno task results ${out}`);

      // Seeds are those of --seeds of a training, with the folds of the first.
      const trained = await runTask("train", [
        ...[...smallNetwork(folder), "--set", "training.epochs=2"],
        ...["--set", "training.lr=0.05", "--seeds", "2", "--folds", "1"],
        ...["--out", join(folder, "trained")],
      ]);
      assert.equal(trained.code, 0, trained.stderr);
      for (const seed of [0, 1]) {
        assert.deepEqual(
          await outcomeOf(join(out, `training.lr=0.05,seed=${seed}`)),
          await outcomeOf(join(folder, "trained", `seed${seed}`)),
        );
      }
      const log = await logOf(join(out, NAMES[0]));
      assert.match(log, /^\$ deno task train --recipe small .+ --resume\n/);
      assert.match(log, /\nfold 1 epoch 1 /);

      const { keys, states, combinations, runs } = await resultsOf(out);
      assert.deepEqual(keys, ["training.lr"]);
      assert.equal(states.done, 4);
      assert.deepEqual(runs.map(({ name }) => name), NAMES);
      for (const { values, valAccuracy, testLoss } of combinations) {
        const own = runs.filter((run) =>
          run.values["training.lr"] === values["training.lr"]
        );
        assert.equal(own.length, 2);
        assert.deepEqual(
          valAccuracy,
          spreadOf(own.map((run) => run.valAccuracy!)),
        );
        assert.deepEqual(testLoss, spreadOf(own.map((run) => run.testLoss!)));
      }
      assert.deepEqual(combinations.map(({ best }) => best), [true, false]);
      const [best, other] = combinations;
      const better = best.valAccuracy!.mean - other.valAccuracy!.mean ||
        other.valLoss!.mean - best.valLoss!.mean;
      assert(better > 0, `${better}`);

      // The same command, and one without arguments, find nothing to do.
      for (const again of [args, ["--out", out]]) {
        assert.deepEqual(startedIn(await sweep(...again)), []);
      }
      await drawSweep(out);
      await refuseOthers(folder, out);
    }),
);

/** A sweep is drawn, in every form and theme. */
async function drawSweep(out: string): Promise<void> {
  const { code, stdout, stderr } = await runTask("plot", ["--run", out]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.equal(stdout, `${out}/plots: 2 charts, in light and dark\n`);
  const entries = await Array.fromAsync(Deno.readDir(join(out, "plots")));
  assert.deepEqual(
    entries.map(({ name }) => name).sort(),
    ["accuracy_by_training_lr", "combinations"].flatMap((name) =>
      ["", "_dark"].flatMap((theme) =>
        ["png", "svg", "vl.json"].map((form) => `${name}${theme}.${form}`)
      )
    ).sort(),
  );
  const traced = await runTask("plot", ["--run", out, "--neuron", "fc1:0"]);
  assert.deepEqual([traced.code, traced.stderr], [
    1,
    `error: Cannot trace neuron "fc1:0": "${out}" is a sweep; choose one of ` +
    "its runs\n",
  ]);
}

/** Other sweeps and runs do not get into the folder of a sweep. */
async function refuseOthers(folder: string, out: string): Promise<void> {
  const other = `Cannot go on with the sweep in "${out}": its `;
  const elsewhere = "; choose another folder with --out DIR";
  const args = argsFor(folder, "sweep");
  const run = join(out, NAMES[0]);
  const refused: [task: string, args: string[], problem: string][] = [
    [
      "sweep",
      args.map((word) => word.replace("epochs=2", "epochs=3")),
      `${other}training.epochs is 2, expected 3${elsewhere}`,
    ],
    [
      "sweep",
      [...args, "--set", "training.clip=1,2"],
      `${other}training.clip is missing, expected 1,2${elsewhere}`,
    ],
    [
      "sweep",
      args.with(args.indexOf("--seeds") + 1, "3"),
      `${other}--seeds is 0,1, expected 0,1,2${elsewhere}`,
    ],
    // The data of the default configuration are not there.
    [
      "sweep",
      ["--set", "training.lr=0.1", "--out", out],
      `Cannot begin a sweep in "${out}": the sweep there has other settings; ` +
      "go on with --out alone, or choose another folder with --out DIR",
    ],
    [
      "train",
      [...smallNetwork(folder), "--folds", "1", "--out", out],
      `Cannot start in "${out}": it holds the runs of a sweep${elsewhere}`,
    ],
    [
      "evaluate",
      ["--run", out],
      `Cannot use run "${out}": it holds the runs of a sweep; choose one of ` +
      `its folders, such as "${run}"`,
    ],
    [
      "sweep",
      args.with(args.length - 1, run),
      `Cannot begin a sweep in "${run}": it holds a run${elsewhere}`,
    ],
  ];
  for (const [task, args, problem] of refused) {
    const { code, stderr } = await runTask(task, args);
    assert.deepEqual([code, stderr], [1, `error: ${problem}\n`]);
  }
}

gpuTest(
  "a sweep that is stopped or killed goes on to the same bits",
  () =>
    withFiles(gestures(), async (folder) => {
      // Runs that no signal comes too late for.
      const argsFor = (out: string) => [
        ...twoRuns(folder, out).map((word) =>
          word.replace("epochs=2", "epochs=20")
        ),
        ...["--jobs", "1"],
      ];
      const args = argsFor("parts");
      const out = join(folder, "parts");
      assert.deepEqual(startedIn(await sweep(...argsFor("whole"))), TWO);
      const stopped = startTask("sweep", args);
      await stopped.printed(`started ${TWO[1]}`);
      stopped.process.kill("SIGTERM");
      const { code } = await stopped.process.status;
      const said = await stopped.output();
      assert.equal(code, 143, said);
      assert(
        said.includes(`Stopped, to go on with: deno task sweep --out ${out}\n`),
      );
      assert.equal((await resultsOf(out)).states.done, 1);

      const killed = startTask("sweep", args);
      await killed.printed(`started ${TWO[1]}`);
      killed.process.kill("SIGKILL");
      await killed.process.status;
      // Its run may still be under way, and is left alone until it has ended.
      while ((await resultsOf(out)).states.done < 2) {
        await runTask("sweep", args);
      }
      for (const name of TWO) {
        assert.deepEqual(
          await outcomeOf(join(out, name)),
          await outcomeOf(join(folder, "whole", name)),
        );
      }
    }),
);

gpuTest(
  "two sweeps in one folder at once share its runs",
  () =>
    withFiles(gestures(), async (folder) => {
      const args = twoRuns(folder, "shared");
      const both = await Promise.all([sweep(...args), sweep(...args)]);
      const done = both.flat().filter((line) => line.startsWith("done "));
      assert.deepEqual(
        done.map((line) => line.split(/[ ,]+/)[1]).sort(),
        TWO,
      );
      for (const name of TWO) {
        const log = await logOf(join(folder, "shared", name));
        assert.equal(log.match(/^fold 1 epoch 0 /gm)?.length, 1);
      }
    }),
);

gpuTest(
  "a run that is under way elsewhere is left alone and listed",
  () =>
    withFiles(gestures(), async (folder) => {
      const out = join(folder, "sweep");
      {
        using _lock = await lockFolder(join(out, TWO[0]));
        const lines = await sweep(...twoRuns(folder, "sweep"));
        assert.deepEqual(startedIn(lines), [TWO[1]]);
        const { stdout } = await runTask("results", [out]);
        assert.match(stdout, /^2 runs: 1 done, 1 running\n/);
        assert(
          stdout.includes(`running ${TWO[0]}: 0 epochs, without a sweep\n`),
          stdout,
        );
      }
      assert.deepEqual(startedIn(await sweep("--out", out)), [TWO[0]]);
    }),
);

gpuTest(
  "a job of an array takes its share, once the job before it has let go",
  () =>
    withFiles(gestures(), async (folder) => {
      const out = join(folder, "array");
      const lock = await lockFolder(join(out, TWO[1]));
      const args = ["task", "--quiet", "sweep", ...twoRuns(folder, "array")];
      const job = start(Deno.execPath(), args, {
        SLURM_ARRAY_TASK_ID: "1",
        SLURM_ARRAY_TASK_COUNT: "2",
        SLURM_ARRAY_TASK_MIN: "0",
        SLURM_ARRAY_TASK_MAX: "1",
      });
      await job.printed("; job 1 of an array\n");
      await new Promise((done) => setTimeout(done, 300));
      lock[Symbol.dispose]();
      const { code } = await job.process.status;
      const said = await job.output();
      assert.equal(code, 0, said);
      assert.match(said, /; job 1 of an array\n/);
      const { runs } = await resultsOf(out);
      assert.deepEqual(runs.map(({ state }) => state), ["waiting", "done"]);
    }),
);

Deno.test("a search is not shared where files have no locks", async () => {
  await using folder = await temporaryFolder();
  (await lockFolder(folder.path))[Symbol.dispose]();
  const { tryLock } = Deno.FsFile.prototype;
  Deno.FsFile.prototype.tryLock = () =>
    Promise.reject(new Error("unsupported"));
  try {
    await assert.rejects(
      runHere({ folder: folder.path, definition: HALVING }, {
        cards: [],
        jobs: 1,
        share: { index: 0, step: 2 },
        command: "",
      }),
      /^Error: Cannot share the search in .+: its file system has no locks; /,
    );
  } finally {
    Deno.FsFile.prototype.tryLock = tryLock;
  }
});
