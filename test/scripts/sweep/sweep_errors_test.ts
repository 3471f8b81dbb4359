import assert from "node:assert/strict";
import { join } from "node:path";
import { withFiles } from "../../dataset/layouts/recordings.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { runTask } from "../../fixtures/run_task.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import { gestures } from "../training/gestures.ts";
import { resultsOf, smallNetwork } from "./sweeps.ts";

/** Runs a task that fails with one line, and gives the line. */
async function problemOf(task: string, args: string[]): Promise<string> {
  const { code, stderr } = await runTask(task, args);
  assert.equal(code, 1, stderr);
  const [, problem] = /^error: ([^\n]*[^.\n])\n$/.exec(stderr) ?? [];
  assert(problem !== undefined, stderr);
  return problem;
}

Deno.test("a sweep that cannot be is refused in one line, before it begins", () =>
  withFiles(gestures(), async (folder) => {
    const out = join(folder, "out");
    const refused: [args: string[], problem: string | RegExp][] = [
      [
        [],
        `Cannot go on with a sweep in "${out}": there is none; begin one with ` +
        "--set KEY=VALUE,VALUE, --seeds or --folds",
      ],
      [
        ["--set", "training.lr=0.1,"],
        'Cannot sweep "training.lr=0.1,": value 2 is empty',
      ],
      [
        ["--set", "training.lr=1e-3,0.002,0.001"],
        "Cannot sweep: training.lr=1e-3 and training.lr=0.001 are the same",
      ],
      [
        ["--set", "training.lr=0.1,fast"],
        /^Cannot use configuration .+ with "training.lr=fast": training.lr .+/,
      ],
      [
        ["--set", "training.speed=1,2"],
        /^Cannot use configuration .+ with "training.speed=1": training.speed /,
      ],
      [
        ["--set", "training.lr=0.1..1"],
        "Cannot sweep: training.lr has a range, which is for --search random " +
        "or halving",
      ],
      [
        ["--runs", "3"],
        "Cannot sweep: --runs is given, which is for --search random or halving",
      ],
      [
        ["--search", "random", "--runs", "3"],
        "Cannot search: no key has values or a range, such as --set " +
        "training.lr=0.0005..0.01:log",
      ],
      [
        ["--search", "halving", "--set", "training.lr=0.1..1"],
        "Cannot search: --search halving needs a number of combinations, such " +
        "as --runs 20",
      ],
      [
        ["--seeds", "1000", "--set", "training.lr=1,2,3,4,5,6,7,8,9,10,11"],
        "Cannot sweep: 11000 runs, expected 10000 at most",
      ],
      [
        ["--seeds", "2", "--folds", "5"],
        'Cannot run fold "5": folds are numbers from 1 to 4',
      ],
    ];
    for (const [args, problem] of refused) {
      const chosen = args.length === 0 ? [] : smallNetwork(folder);
      const said = await problemOf("sweep", [...chosen, ...args, "--out", out]);
      if (typeof problem === "string") assert.equal(said, problem);
      else assert.match(said, problem);
    }
    await assert.rejects(Deno.stat(out), Deno.errors.NotFound);
  }));

Deno.test("results are of sweeps only", async () => {
  await using folder = await temporaryFolder();
  assert.equal(
    await problemOf("results", [folder.path]),
    `Cannot use sweep "${folder.path}": it has no sweep.json, which "deno ` +
      'task sweep" writes',
  );
  const path = join(folder.path, "sweep.json");
  for (const text of ["{", "{}", '{"axes": []}']) {
    await Deno.writeTextFile(path, text);
    assert.equal(
      await problemOf("results", [folder.path]),
      `Cannot use "${path}": it is no definition of a sweep`,
    );
  }
});

gpuTest(
  "a run that fails leaves the others alone, and says why",
  () =>
    withFiles(gestures(), async (folder) => {
      const out = join(folder, "out");
      const args = [
        ...[...smallNetwork(folder), "--set", "training.epochs=1"],
        ...["--folds", "1", "--out", out],
      ].map((word) =>
        word === "network=4-bn-lif-2" ? `${word},4-bn-lif-1` : word
      );
      const { code, stderr } = await runTask("sweep", args);
      assert.equal(code, 1);
      const problem = "Cannot train: the last layer has 1 output, fewer than " +
        "the 2 classes";
      assert.equal(
        stderr,
        `warning: network=4-bn-lif-1 failed: ${problem}\n` +
          `error: 1 run failed; "deno task results ${out}" says why, to try ` +
          `again with: deno task sweep --out ${out}\n`,
      );
      const { runs, combinations } = await resultsOf(out);
      assert.deepEqual(runs.map(({ state }) => state), ["done", "failed"]);
      assert.equal(runs[1].problem, problem);
      assert.deepEqual(combinations.map(({ best }) => best), [true, false]);
      const { stdout } = await runTask("results", [out]);
      assert(
        stdout.includes(`failed network=4-bn-lif-1: ${problem}\n`),
        stdout,
      );
    }),
);

gpuTest(
  "a full disk ends a sweep in one line, which then goes on",
  () =>
    withFiles(gestures(), async (folder) => {
      await using empty = await temporaryFolder();
      const disk = empty.path;
      const mount = async (options: string) => {
        const { code } = await new Deno.Command("mount", {
          args: ["-t", "tmpfs", "-o", options, "none", disk],
          stderr: "null",
        }).output();
        return code === 0;
      };
      if (!await mount("size=48k")) {
        console.warn("Not tested, a full disk: only root may mount one");
        return;
      }
      try {
        const out = join(disk, "sweep");
        const args = [
          ...[...smallNetwork(folder), "--set", "training.epochs=1"],
          ...["--set", "training.lr=0.1,0.2", "--folds", "1", "--out", out],
        ];
        assert.equal(
          await problemOf("sweep", args),
          `Cannot go on with the sweep in "${out}": the disk is full; nothing ` +
            `that is done is lost, to go on with: deno task sweep --out ${out}`,
        );
        assert(await mount("remount,size=4m"));
        const { code, stderr } = await runTask("sweep", args);
        assert.deepEqual([code, stderr], [0, ""]);
        assert.equal((await resultsOf(out)).states.done, 2);
      } finally {
        await new Deno.Command("umount", { args: [disk] }).output();
      }
    }),
);

gpuTest(
  "a script for Slurm is written without Slurm, and edits are kept",
  () =>
    withFiles(gestures(), async (folder) => {
      const out = join(folder, "my sweep");
      const args = [...smallNetwork(folder), "--seeds", "3", "--folds", "1,2"];
      const process = new Deno.Command(Deno.execPath(), {
        args: ["task", "-q", "sweep", ...args, "--out", out, "--slurm"],
        env: { NO_COLOR: "1", PATH: "/nonexistent" },
      });
      const { code, stdout, stderr } = await process.output();
      assert.equal(code, 0);
      const [said, warned] = [stdout, stderr].map((bytes) =>
        new TextDecoder().decode(bytes)
      );
      const path = join(out, "slurm.sh");
      assert(said.endsWith(`then: sbatch '${path}'\n`), said);
      assert.equal(
        warned,
        "warning: no sbatch on this machine: submit the script where Slurm is\n",
      );
      const script = await Deno.readTextFile(path);
      assert(script.includes("\n#SBATCH --array=0-5\n"), script);
      assert(script.includes(`--out '${out}' --jobs 1 &`), script);
      const checked = await new Deno.Command("bash", { args: ["-n", path] })
        .output();
      assert.equal(checked.code, 0);

      const edited = script.replace("04:00:00", "08:00:00");
      await Deno.writeTextFile(path, edited);
      assert.equal(
        await problemOf("sweep", ["--out", out, "--slurm"]),
        `Cannot write "${path}": it was edited, or is of another machine; remove ` +
          "it to have it written anew",
      );
      assert.equal(await Deno.readTextFile(path), edited);
    }),
);
