import assert from "node:assert/strict";
import { join } from "node:path";
import { gpuTest } from "../../fixtures/gpu.ts";
import { runTask } from "../../fixtures/run_task.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import { prepareDigits, train } from "./train_runs.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);
const inFolder = (...names: string[]) => join(folder.path, ...names);

/** Writes ten made-up digits and trains with them, once. */
let first: Promise<string> | undefined;
function firstRun(): Promise<string> {
  return first ??= trainOnDigits();
}

async function trainOnDigits(): Promise<string> {
  await Deno.mkdir(inFolder("made"));
  for (let id = 0; id < 10; id++) {
    const events = Array.from({ length: 200 }, (_, i) => {
      const place = [3 * id + i % 4, 10 + i % 13];
      return [...place, 0x80 * (i & 1) | i >> 2, (i << 6) & 0xff, i];
    });
    await Deno.writeFile(
      inFolder("made", `${id}.bs2`),
      Uint8Array.from(events.flat()),
    );
  }
  const lines = Array.from({ length: 10 }, (_, id) => `${id}\t${id}`);
  const made = { in: inFolder("made"), train: lines, test: lines };
  const config = await prepareDigits(folder.path, made);
  await train("train", "--config", config);
  return config;
}

/** Reads all files in the folder of results, by name. */
async function results(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (
    const folder of [inFolder("first"), inFolder("first", "logs", "fold1")]
  ) {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (!isFile) continue;
      files.set(name, (await Deno.readFile(join(folder, name))).toHex());
    }
  }
  return files;
}

gpuTest(
  "train refuses what it cannot use, and writes nothing over",
  async () => {
    const config = await firstRun();
    const before = await results();
    const log = [...before.keys()].find((name) => /tfevents/.test(name));
    assert.deepEqual([...before.keys()].sort(), [
      ...[".lock", "checkpoint_fold1.safetensors", "config.yaml", log],
      "metrics.jsonl",
      ...["model_weights_fold1.safetensors", "status.json", "summary.json"],
    ]);
    const write = async (name: string, text: string) => {
      await Deno.writeTextFile(inFolder(name), text);
      return inFolder(name);
    };
    const none = inFolder("none.yaml");
    const unknown = await write("unknown.yaml", "training:\n  rate: 1\n");
    const broken = await write("broken.yaml", "training:\n  lr: [0.1\n");
    const signs = await write(
      "signs.yaml",
      "training: {path: {store: s.zarr}}",
    );
    const letters = await write("letters.safetensors", "letters, and no more");
    await write("more.txt", "0 0\n11 1\n");
    const set = (text: string) => ["--config", config, "--set", text];
    const given = (...args: string[]) => ["--config", config, ...args];

    const refusals: [problem: RegExp, args: string[]][] = [
      [/configuration ".+none.yaml": there is no such /, ["--config", none]],
      [/line 2: training.rate is not a known key/, ["--config", unknown]],
      [/configuration ".+" line \d: /, ["--config", broken]],
      [/"training.rate=1": training.rate is not a/, set("training.rate=1")],
      [/"training.lr=x": training.lr is "x", expect/, set("training.lr=x")],
      [/with "quick": expected key=value/, set("quick")],
      [/s.zarr": there is no event store/, ["--config", signs]],
      [
        /none.txt": there is no /,
        set(`training.path.test=${inFolder("none.txt")}`),
      ],
      [
        /digits": there is no "11.bs2" /,
        set(`training.path.train=${inFolder("more.txt")}`),
      ],
      [/fold "5": folds are numbers from 1 to 4/, given("--folds", "1,5")],
      [/fold "": folds are numbers from 1 to 4/, given("--folds", "")],
      [/fold "2": the lists of samples are one fold/, given("--folds", "2")],
      [/none.safetensors/, given("--weights", inFolder("none.safetensors"))],
      [
        /^error: Cannot read weights ".+letters.+; use another copy /,
        given("--weights", letters),
      ],
    ];
    for (const [problem, args] of refusals) {
      const inFirst = ["--out", inFolder("first")];
      const { code, ...said } = await runTask("train", [...args, ...inFirst]);
      assert.match(said.stderr, problem);
      assert.match(said.stderr, /^error: [^\n]+[^.\n]\n$/);
      assert.deepEqual([code, said.stdout], [1, ""], said.stderr);
    }
    assert.deepEqual(await results(), before);
  },
);

gpuTest("train says what does not fit the data, in one line", async () => {
  const config = await firstRun();
  const weights = inFolder("first", "model_weights_fold1.safetensors");
  const network = (layers: string) => ["--set", `network=[${layers}]`];
  const refusals: [problem: RegExp, args: string[]][] = [
    [/start from ".+fold1.safetensors": .+"fc1.weight".+\[9,/, [
      "--weights",
      weights,
      ...network("{dense: 9}"),
    ]],
    [
      /start from ".+fold1.safetensors": .+"fc2.weight" is missing/,
      ["--weights", weights, ...network("{dense: 10}, {dense: 10}")],
    ],
    [
      /layer "conv1": a kernel of 35×35 does not fit an input of 34×34/,
      network("{conv: {out: 1, kernel: 35}}, {dense: 10}"),
    ],
    [/last layer has 9 outputs, fewer than the 10/, network("{dense: 9}")],
    [/Cannot train: no layer of the network has weights/, network("{pool: 2}")],
  ];
  for (const [problem, args] of refusals) {
    const out = ["--config", config, "--out", inFolder("unfit")];
    const { code, stderr } = await runTask("train", [...out, ...args]);
    const left = await Array.fromAsync(Deno.readDir(inFolder("unfit")));
    assert.deepEqual(left.map(({ name }) => name), [".lock"]);
    assert.match(stderr, problem);
    assert.match(stderr, /^error: [^\n]+[^.\n]\n$/);
    assert.equal(code, 1);
  }
});

gpuTest("train warns once of outputs that no class is for", async () => {
  const config = await firstRun();
  const warned = async (outputs: number) => {
    const { stderr } = await runTask("train", [
      ...["--config", config, "--out", inFolder(`outputs${outputs}`)],
      ...["--set", `network=[{dense: ${outputs}}]`],
      ...["--set", "training.epochs=1"],
    ]);
    return stderr.match(/^warning: the last layer .+$/gm) ?? [];
  };
  assert.deepEqual(await warned(10), []);
  assert.deepEqual(await warned(12), [
    "warning: the last layer has 12 outputs, more than the 10 classes: no " +
    "sample is of the others; dense: classes has one for each class",
  ]);
});

Deno.test("wrong usage of the training programs ends with exit code 2", async () => {
  for (const program of ["train", "train-test-only"]) {
    for (const args of [["--epoch", "3"], ["--config"], ["network.yaml"]]) {
      const { code, stdout, stderr } = await runTask(program, args);
      assert.match(stderr, /^error: [^\n]+ \(--help shows how it is used\)\n$/);
      assert.deepEqual([code, stdout], [2, ""], stderr);
    }
  }
});
