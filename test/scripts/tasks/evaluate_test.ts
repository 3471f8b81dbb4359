import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import type { FoldEvaluation } from "../../../scripts/experiment/evaluate_fold.ts";
import { drawConfusions } from "../../../scripts/views/pictures/terminal/confusion_table.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { fc } from "../../fixtures/properties.ts";
import { runTask } from "../../fixtures/run_task.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import { prepareSigns, readResults, train } from "../training/train_runs.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);
const run = join(folder.path, "first");

gpuTest("evaluate tests weights as the run that left them did", async () => {
  const config = await prepareSigns(folder.path);
  await train("train", "--config", config, "--folds", "1,2");
  const { metrics, summary } = await readResults(run);
  const { code, stdout, stderr } = await runTask("evaluate", [
    ...["--run", run, "--json"],
  ]);
  deepStrictEqual([code, stderr], [0, ""]);
  const { folds, loss, accuracy } = JSON.parse(stdout);
  strictEqual(folds.length, 2);
  for (const [index, { testLoss, testAccuracy }] of summary.folds.entries()) {
    ok(Math.abs(folds[index].loss - testLoss) < 1e-9);
    strictEqual(folds[index].accuracy, testAccuracy);
    strictEqual(folds[index].outcomes.length, 19);
  }
  ok(Math.abs(loss.mean - summary.testLoss.mean) < 1e-9);
  ok(Math.abs(accuracy.std - summary.testAccuracy.std) < 1e-9);
  const words = await runTask("evaluate", ["--run", run, "--window", "2"]);
  const lines = words.stdout.trimEnd().split("\n");
  match(lines[0], /^fold 1: test loss [\d.]+, accuracy [\d.]+ %$/);
  match(lines[2], /^test loss [\d.]+ \+- [\d.]+, accuracy [\d.]+ \+- /);
  match(
    lines[3],
    /^by the last 2 bins: [\d.]+ \+- [\d.]+ % right, [\d.]+ \+- [\d.]+ % at the/,
  );
  const [first, second] = folds.map((fold: FoldEvaluation) => fold.energy);
  strictEqual(first.length, second.length);
  const operations = [...first, ...second].reduce(
    (sum, own) => sum + own.accumulates + own.multiplyAccumulates,
    0,
  ) / 2;
  ok(operations > 1000);
  for (const row of metrics) ok(row["fc1.operations"]! > 100);
  const all = lines.find((line) => line.startsWith("all "))!;
  strictEqual(
    all.split(/ {2,}/)[3],
    Math.round(operations).toLocaleString("en"),
  );
  ok(lines.every((line) => line.length <= 80), lines.join("\n"));
});

gpuTest("evaluate tests weights of a file as those of a run", async () => {
  const weights = join(run, "model_weights_fold1.safetensors");
  const config = join(run, "config.yaml");
  const given = ["--config", config, "--weights", weights, "--json"];
  const file = await runTask("evaluate", [...given, "--folds", "1"]);
  deepStrictEqual([file.code, file.stderr], [0, ""]);
  const ofRun = await runTask("evaluate", ["--run", run, "--json"]);
  const [fold] = JSON.parse(ofRun.stdout).folds;
  deepStrictEqual(JSON.parse(file.stdout).folds, [fold]);
  const wider = await runTask("evaluate", [
    ...given,
    ...["--folds", "1", "--set", "network=[{pool: 32}, {dense: 19}]"],
  ]);
  deepStrictEqual(wider.code, 1);
  match(wider.stderr, /^error: Cannot use ".*" with the configuration: /);
});

gpuTest("evaluate wants a run, or weights", async () => {
  for (
    const [args, problem] of [
      [[], "Cannot evaluate nothing: give --run DIR, or --weights FILE with"],
      [["--run", run, "--folds", "1"], "Cannot use --folds with --run: "],
      [["--run", run, "--set", "training.lr=1"], "Cannot use --set with --run"],
    ] as const
  ) {
    const { code, stderr } = await runTask("evaluate", [...args]);
    strictEqual(code, 1);
    ok(stderr.startsWith(`error: ${problem}`), stderr);
  }
});

gpuTest(
  "evaluate tells classes by a window of all bins as by samples",
  async () => {
    const window = ["--window", "1000", "--json"];
    const { stdout } = await runTask("evaluate", ["--run", run, ...window]);
    for (const { movingWindow, accuracy } of JSON.parse(stdout).folds) {
      strictEqual(movingWindow.bins, 1000);
      ok(Math.abs(movingWindow.accuracy.at(-1) - accuracy) < 1e-12);
    }
  },
);

gpuTest("evaluate tells whose filtered samples are", async () => {
  const out = join(folder.path, "filtered");
  await train("train", ...[
    ...["--config", join(folder.path, "network.yaml"), "--out", out],
    ...["--folds", "1", "--set", "training.epochs=1"],
    ...["--set", "training.filter.downsample_time=5"],
  ]);
  const of = async (run: string) => {
    const { stdout } = await runTask("evaluate", ["--run", run, "--json"]);
    const [{ outcomes }] = JSON.parse(stdout).folds;
    return outcomes.map((outcome: Record<string, unknown>) => {
      const { name, person, session } = outcome;
      return { name, person, session };
    });
  };
  const named = await of(out);
  match(named[0].name, /^user\d\d_\w+_00$/);
  deepStrictEqual(named, await of(run));
});

gpuTest("evaluate names weights that are of another network", async () => {
  const path = join(run, "config.yaml");
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, text.replace(/dense: \d+/, "dense: 41"));
  const { code, stdout, stderr } = await runTask("evaluate", ["--run", run]);
  await Deno.writeTextFile(path, text);
  match(
    stderr,
    /^error: Cannot use "model_weights_fold1.safetensors" with the "config.yaml" beside it: Cannot set "fc1.weight": [^\n]+\n$/,
  );
  deepStrictEqual([code, stdout], [1, ""]);
});

gpuTest("evaluate refuses samples that the run did not have", async () => {
  const list = join(folder.path, "data", "filelist.txt");
  const text = await Deno.readTextFile(list);
  const [first, ...others] = text.trimEnd().split("\n");
  await Deno.writeTextFile(list, `${[...others, first].join("\n")}\n`);
  const { code, stdout, stderr } = await runTask("evaluate", ["--run", run]);
  await Deno.writeTextFile(list, text);
  match(
    stderr,
    /^error: Cannot test run ".+": its list of samples has changed since training, so the test set of fold 1 may hold training samples\n$/,
  );
  deepStrictEqual([code, stdout], [1, ""]);
});

gpuTest("evaluate refuses what is no run, in one line", async () => {
  for (const place of ["nowhere", "data"]) {
    const path = join(folder.path, place);
    const { code, stdout, stderr } = await runTask("evaluate", ["--run", path]);
    deepStrictEqual([code, stdout], [1, ""]);
    match(stderr, /^error: Cannot use run ".+": it has no metrics\.jsonl.+\n$/);
  }
});

Deno.test("drawConfusions() counts every sample once, in columns that fit", () => {
  const classes = Array.from({ length: 19 }, (_, n) => `a sign called ${n}`);
  const outcome = fc.record({
    label: fc.nat({ max: 18 }),
    prediction: fc.nat({ max: 18 }),
  });
  const samples = fc.array(outcome, { maxLength: 99 });
  const widths = fc.constantFrom(45, 60, 80, 200);
  fc.assert(fc.property(samples, widths, (outcomes, columns) => {
    const [, ...rows] = drawConfusions(outcomes, classes, columns);
    strictEqual(rows.length, 19);
    let all = 0;
    let right = 0;
    for (const row of rows) {
      ok([...row].length <= columns, row);
      const [, some, of] = row.match(/(\d+) of (\d+)$/)!;
      right += Number(some);
      all += Number(of);
    }
    strictEqual(all, outcomes.length);
    const matches = outcomes.filter((o) => o.label === o.prediction);
    strictEqual(right, matches.length);
  }));
});

Deno.test("drawConfusions() tells columns apart while there is room", () => {
  const classes = ["cat", "camel", "cow"];
  const outcomes = classes.map((_, label) => ({ label, prediction: label }));
  const heads = [30, 22, 18, 16].map((columns) =>
    drawConfusions(outcomes, classes, columns)[0].trim()
  );
  deepStrictEqual(heads, ["cat cam cow", "ca ca co", "c c c", "ccc"]);
});
