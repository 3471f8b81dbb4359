import assert from "node:assert/strict";
import { join } from "node:path";
import { readWeights } from "../../../../../scripts/run/weights_file.ts";
import { pageData } from "../../../../../scripts/views/pages/live/page_parts.ts";
import { readRunFiles } from "../../../../../scripts/views/pages/live/run_files.ts";
import { fc } from "../../../../fixtures/properties.ts";
import { temporaryFolder } from "../../../../fixtures/temporary_folder.ts";
import { epochOf, stateWith, writeRun } from "./view_page.ts";

const SUMMARY = {
  program: "train",
  adapter: { name: "Test adapter", software: false },
  seconds: 9,
  folds: [{
    fold: 1,
    epochs: 2,
    bestEpoch: 1,
    trainAccuracy: 0.5,
    valLoss: 3,
    valAccuracy: 0.5,
    testLoss: null,
    testAccuracy: 0.5,
  }],
  valLoss: { mean: 3, std: 0 },
  valAccuracy: { mean: 0.5, std: 0 },
  testLoss: { mean: null, std: null },
  testAccuracy: { mean: 0.5, std: 0 },
  optimistic: false,
};

/**
 * Reads a folder as the page does, and returns the files that could not be
 * read.
 */
async function show(folder: string) {
  const files = await readRunFiles(folder);
  const page = pageData(files);
  assert.equal(pageData(files, 7).run.folder, folder);
  return { files, page, problems: page.run.problems.join("\n") };
}

/** Replaces a value somewhere in JSON by another. */
function replaced(value: unknown, path: readonly number[], other: unknown) {
  const [first, ...rest] = path;
  if (first === undefined || typeof value !== "object" || value === null) {
    return other;
  }
  const copy: Record<string, unknown> = structuredClone(value) as never;
  const keys = Object.keys(copy);
  if (keys.length === 0) return other;
  const key = keys[first % keys.length];
  copy[key] = replaced(copy[key], rest, other);
  if (copy[key] === undefined) delete copy[key];
  return copy;
}

Deno.test("a run folder with any contents is shown", async () => {
  await using folder = await temporaryFolder();
  const write = (name: string, value: unknown) =>
    Deno.writeTextFile(
      join(folder.path, name),
      `${JSON.stringify(value) ?? ""}\n`,
    );
  const others = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(undefined, -1, 0.5, 1e9, Number.MAX_VALUE, "", [], {}),
    fc.constantFrom([[1e9, 1e9, 1]], [0, 1e9, 3], { mean: null }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("status.json", "metrics.jsonl", "summary.json"),
      fc.array(fc.nat(20), { maxLength: 5 }),
      others,
      async (name, path, other) => {
        const rows = [epochOf(1, 0), epochOf(2, 0)];
        await writeRun(folder.path, { rows, state: stateWith() });
        await write("summary.json", SUMMARY);
        const valid = {
          "status.json": stateWith(),
          "metrics.jsonl": epochOf(1, 0),
          "summary.json": SUMMARY,
        };
        const changed: unknown = replaced(valid[name], path, other);
        await write(name, JSON.parse(JSON.stringify(changed) ?? "null"));
        await show(folder.path);
      },
    ),
    { seed: 1, numRuns: 500 },
  );
});

Deno.test("a run is shown without its damaged files, which are named", async () => {
  await using folder = await temporaryFolder();
  const rows = [epochOf(1, 0), epochOf(1, 1)];
  await writeRun(folder.path, { rows, state: stateWith() });
  const status = join(folder.path, "status.json");
  for (
    const [text, problem] of [
      ['{"pass":{}}', '"program" is missing'],
      ['{"program":7}', '"program" is none of train, train-test-only'],
      [JSON.stringify({ ...stateWith(), pass: null }), '"pass" is no object'],
      ["7", "it is no object"],
      ["", "it is not JSON"],
    ]
  ) {
    await Deno.writeTextFile(status, text);
    const { page, problems } = await show(folder.path);
    assert(problems.includes(`Cannot read "${status}": ${problem}`), problems);
    assert.equal(page.figures?.title, "Epoch 1, fold 1");
  }
  const { rates: _rates, ...row } = epochOf(1, 2);
  const text = `${JSON.stringify(row)}\n`;
  await writeRun(folder.path, { rows: [...rows, text], state: stateWith() });
  const { page, problems } = await show(folder.path);
  assert.equal(problems, "1 line of metrics.jsonl cannot be read");
  assert.equal(page.epochs.length, 3);
});

Deno.test("folds of more than one digit are shown in their order", async () => {
  await using folder = await temporaryFolder();
  const folds = [2, 9, 10, 12];
  await writeRun(folder.path, {
    rows: folds.map((fold) => epochOf(fold, 0)),
    state: stateWith({ folds }),
  });
  for (const fold of folds) {
    const name = `model_weights_fold${fold}.safetensors`;
    await Deno.writeTextFile(join(folder.path, name), "");
  }
  const { files, page, problems } = await show(folder.path);
  assert.deepEqual([files.weights, page.run.folds], [folds, folds]);
  assert.equal(problems, "");
});

Deno.test("a confusion matrix is no larger than the classes", async () => {
  await using folder = await temporaryFolder();
  const confusions = [{
    fold: 1,
    epoch: 2,
    set: "validation" as const,
    counts: [[0, 0, 7], [1, 1e9, 3], [1, 2, 1], [1e9, 1, 9]] as const,
  }];
  await writeRun(folder.path, {
    rows: [epochOf(1, 0)],
    state: stateWith({ confusions }),
  });
  const { page: { confusion } } = await show(folder.path);
  assert.deepEqual(confusion?.names, ["cat", "dog", "no class"]);
  assert.deepEqual(confusion?.counts, [[7, 0, 0], [0, 0, 4], [0, 9, 0]]);
  const classes = Array.from({ length: 100_000 }, (_, n) => `class ${n}`);
  await writeRun(folder.path, {
    rows: [epochOf(1, 0)],
    state: stateWith({ classes, confusions }),
  });
  assert.equal((await show(folder.path)).page.confusion, null);
});

Deno.test("of very many epochs only some are drawn", async () => {
  await using folder = await temporaryFolder();
  const row = `${JSON.stringify(epochOf(1, 0))}\n`;
  const rows = [row.repeat(150_000)];
  await writeRun(folder.path, { rows, state: stateWith() });
  const { page, files } = await show(folder.path);
  assert.equal(files.epochs.length, 150_000);
  const [loss] = page.charts;
  assert(loss.values.length <= 2 * 502);
  assert.equal(loss.subtitle, "one epoch of 300 is drawn");
  assert.match(loss.summary, /^training: first 20, now 20, least 20, most 20/);
});

Deno.test("only regular files are read, up to a size", async () => {
  await using folder = await temporaryFolder();
  await writeRun(folder.path, { rows: [epochOf(1, 0)], state: stateWith() });
  const inFolder = (name: string) => join(folder.path, name);
  const names = ["status.json", "summary.json", "config.yaml"];
  for (const name of names) await Deno.remove(inFolder(name)).catch(() => {});
  const pipe = new Deno.Command("mkfifo", { args: [inFolder(names[0])] });
  assert((await pipe.output()).success);
  await Deno.symlink("/dev/zero", inFolder(names[1]));
  await Deno.mkdir(inFolder(names[2]));
  const { problems, page } = await show(folder.path);
  const device = "it is a device or a pipe";
  assert(problems.includes(`"${inFolder(names[0])}": ${device}`), problems);
  assert(problems.includes(`"${inFolder(names[1])}": ${device}`), problems);
  assert(problems.includes(`"${inFolder(names[2])}": it is a folder`));
  assert.equal(page.charts.length, 4);

  const metrics = await Deno.open(inFolder("metrics.jsonl"), { write: true });
  await metrics.truncate(200_000_000);
  metrics.close();
  const told = await show(folder.path);
  assert.match(told.problems, /metrics\.jsonl": it has 200000000 bytes, /);
  assert.equal(told.page.charts.length, 0);
});

Deno.test("weights that are a device are not read", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "model_weights_fold1.safetensors");
  await Deno.symlink("/dev/zero", path);
  await assert.rejects(readWeights(path), {
    message: `Cannot read weights "${path}": it is a device or a pipe`,
  });
});
