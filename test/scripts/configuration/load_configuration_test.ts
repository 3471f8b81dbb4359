import assert from "node:assert/strict";
import { join } from "node:path";
import {
  evaluate,
  fit,
  loadConfiguration,
  Model,
  openNmnist,
  type SampleSource,
} from "../../../mod.ts";
import { Random } from "../../../engine/mod.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { runTask } from "../../fixtures/run_task.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";

const CONFIGURATION = `
simulation: { Ts: 1, tSample: 40, nSample: 4 }
neuron: { tauRef: 1, scaleRef: 2 }
network: [{ pool: 2 }, { dense: 10 }]
training:
  seed: 5
  lr: 0.05
  shuffle: True
  epochs: 2
  schedule: { type: exponential, gamma: 0.5 }
  augmentation: { drop: 0.2, flip_x: 0.5 }
  filter: { downsample_time: 2 }
  error: { tgtSpikeCount: { true: 20, false: 2 } }
  path: { out: run, in: digits, train: train.txt, test: test.txt }
`;

/** The same digits for a network that is computed layer by layer. */
const LAYERWISE = `
simulation: { Ts: 10, tSample: 40, nSample: 4 }
input: { slices: 3, most: 9 }
network:
- { conv: { out: 4, kernel: 3, padding: 1 }, norm: batch, pool: { max: 4 } }
- { dense: classes, neuron: none }
training:
  seed: 5
  lr: 0.01
  binning_mode: SUM
  shuffle: True
  epochs: 2
  augmentation: { flip_x: 0.5, flip_not: ["2"], shift: 2, drop: 0.2 }
  path: { out: run, in: digits, train: train.txt, test: test.txt }
`;

/** Writes twelve digits, their lists and the configuration. */
async function prepare(folder: string, text: string): Promise<string> {
  await Deno.mkdir(join(folder, "digits"));
  const lines: string[] = [];
  for (let id = 1; id <= 12; id++) {
    // Events of 5 bytes: column, row, then polarity and time in µs.
    const events = Array.from({ length: 60 }, (_, n) => [
      (3 * id + n) % 34,
      (7 * n) % 34,
      ...[n % 2 * 0x80, (650 * n) >> 8, (650 * n) & 0xff],
    ]);
    await Deno.writeFile(
      join(folder, "digits", `${id}.bs2`),
      Uint8Array.from(events.flat()),
    );
    lines.push(`${id} ${id % 3}`);
  }
  const list = (name: string, from: number, to: number) =>
    Deno.writeTextFile(
      join(folder, name),
      ["#sample #class", ...lines.slice(from, to)].join("\n"),
    );
  await list("train.txt", 0, 9);
  await list("test.txt", 9, 12);
  const path = join(folder, "network.yaml");
  await Deno.writeTextFile(path, text);
  return path;
}

for (
  const [kind, text] of [["at once", CONFIGURATION], [
    "layer by layer",
    LAYERWISE,
  ]]
) {
  gpuTest(
    `a program trains a network ${kind} by a configuration as the command line does`,
    async () => {
      await using folder = await temporaryFolder();
      const path = await prepare(folder.path, text);
      const { network, training, testing, samples, paths } =
        await loadConfiguration(path, { classes: Array.from("0123456789") });
      const train = samples(await openNmnist(paths.train!, paths.in), {
        use: "train",
      });
      const test = samples(await openNmnist(paths.test!, paths.in), {
        use: "test",
      });
      using model = await Model.create({
        device: device(),
        ...network,
        input: train.extent,
      });
      const epochs = await Array.fromAsync(
        fit(model, train, { ...training, test }),
      );
      const { loss } = await evaluate(model, test, testing);
      assert.equal(loss, epochs[1].test!.loss);

      const { code, stderr } = await runTask("train-test-only", [
        "--config",
        path,
      ]);
      assert.equal(code, 0, stderr);
      const written = await Deno.readTextFile(join(paths.out, "metrics.jsonl"));
      const rows = written.trimEnd().split("\n").map((row) => JSON.parse(row));
      assert.deepEqual(
        epochs.map(({ number, lr, train, test }) => ({
          number,
          lr,
          losses: [train.loss, test!.loss],
          rates: train.rates,
        })),
        rows.map(({ epoch, lr, trainLoss, testLoss, rates }) => ({
          number: epoch,
          lr,
          losses: [trainLoss, testLoss],
          rates,
        })),
      );
      assert(epochs[0].train.loss > 0);
    },
  );
}

Deno.test("loadConfiguration() wants the classes that a configuration names", async () => {
  const file = () => new File([LAYERWISE], "a.yaml");
  await assert.rejects(loadConfiguration(file()), {
    message: 'Cannot use configuration "a.yaml": network names classes, and ' +
      "the option classes is missing",
  });
  const classes = ["1", "2", "3"];
  const { network } = await loadConfiguration(file(), { classes });
  assert.deepEqual(network.layers.at(-1), { dense: 3, neuron: "none" });
  await assert.rejects(loadConfiguration(file(), { classes: ["1", "two"] }), {
    name: "RangeError",
    message: "Cannot use training.augmentation.flip_not: no class is " +
      '"2"; classes are 1, two',
  });
});

Deno.test("loadConfiguration() reads a text, and leaves its paths as written", async () => {
  const { paths, training, testing, network, init } = await loadConfiguration(
    new File([CONFIGURATION], "network.yaml"),
    { set: ["training.epochs=7", "training.init=live"] },
  );
  assert.equal(paths.train, "train.txt");
  assert.equal(training.epochs, 7);
  assert.equal(init, "live");
  assert.equal(testing.tSample, 40);
  assert.deepEqual(network.layers, [{ pool: 2 }, { dense: 10 }]);
  await assert.rejects(loadConfiguration(new File(["a: 1"], "b.yaml")), {
    name: "ConfigurationError",
    path: "b.yaml",
    key: "a",
  });
});

Deno.test("loadConfiguration() changes training samples alone at random", async () => {
  const { samples } = await loadConfiguration(
    new File([CONFIGURATION], "network.yaml"),
    { set: ["training.augmentation={drop: 1}"] },
  );
  const source: SampleSource = {
    sensor: { width: 3, height: 2 },
    timing: { unitUs: 1000, fromFirstEvent: true },
    classes: ["cat"],
    labels: [0, 0],
    // Two events of a pixel within 2 ms, of which the filter keeps one.
    events: () =>
      Promise.resolve({
        x: Uint16Array.of(1, 1),
        y: Uint16Array.of(0, 0),
        p: Uint8Array.of(1, 1),
        t: Uint32Array.of(0, 1),
      }),
  };
  const request = { batch: 1, bins: 40, Ts: 1, random: new Random(0) };
  const eventsOf = async (use: "train" | "test") => {
    const set = samples(source, { use, indices: [1] });
    const [batch] = await Array.fromAsync(set.batches(request));
    return batch.samples.map(({ length }) => length);
  };
  assert.deepEqual(await eventsOf("train"), [0]);
  assert.deepEqual(await eventsOf("test"), [1]);
});
