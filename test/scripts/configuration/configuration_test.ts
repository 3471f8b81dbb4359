import assert from "node:assert/strict";
import { parseConfiguration } from "../../../scripts/configuration/configuration.ts";
import { readConfigurationFile } from "../../../scripts/configuration/configuration_file.ts";
import { planOf } from "../../../scripts/configuration/model.ts";
import type { Loss } from "../../../engine/losses/loss.ts";
import { describeNeuron } from "../../../engine/neurons/describe_neuron.ts";
import { configuredLoss } from "../../../scripts/configuration/loss_target.ts";
import { fc } from "../../fixtures/properties.ts";
import {
  N_MNIST,
  SL_ANIMALS,
  SL_ANIMALS_CONFIGURATION,
} from "./configuration_files.ts";

Deno.test("parseConfiguration() reads every key of SL-Animals' file", () => {
  const path = "/home/me/src/network.yaml";
  assert.deepEqual(
    parseConfiguration(SL_ANIMALS, path),
    SL_ANIMALS_CONFIGURATION,
  );
});

Deno.test("parseConfiguration() fills in what SL-Animals' file has", () => {
  const path = "/home/me/src/network.yaml";
  assert.deepEqual(
    parseConfiguration("testing: {}", path),
    SL_ANIMALS_CONFIGURATION,
  );
  const { testing: _, ...fixed } = SL_ANIMALS_CONFIGURATION;
  assert.deepEqual(parseConfiguration("{}", path), fixed);
});

Deno.test("parseConfiguration() reads slayerPytorch's N-MNIST file", () => {
  const { simulation, neuron, training, testing } = parseConfiguration(
    N_MNIST,
    "/nmnist/network.yaml",
  );
  assert.deepEqual(simulation, { Ts: 1, tSample: 300, nSample: 12 });
  assert.equal("scaleRef" in neuron && neuron.scaleRef, 2);
  assert.deepEqual(training.error, {
    type: "NumSpikes",
    tgtSpikeRegion: { start: 0, stop: 300 },
    tgtSpikeCount: { true: 60, false: 10 },
    probSlidingWin: 20,
  });
  assert.deepEqual(training.path, {
    out: "/nmnist/OutFiles",
    data: "/data",
    file_list: "/data/filelist.txt",
    cache: "/data/cache",
    store: "/data/sliced.zarr",
    in: "/nmnist/NMNISTsmall",
    train: "/nmnist/NMNISTsmall/train1K.txt",
    test: "/nmnist/NMNISTsmall/test100.txt",
  });
  assert.equal(testing, undefined);
});

Deno.test("parseConfiguration() reads layers in every form", () => {
  const { network } = parseConfiguration(
    `network:
  - {pool: 2}
  - {conv: {out: 8, kernel: 5, padding: 2, weightScale: 10}}
  - conv: {out: 8, kernel: [3, 5], stride: [1, 2], dilation: 2, groups: 4}
  - {dense: {out: 100, weightScale: 3}}
  - dense: 19
`,
    "network.yaml",
  );
  assert.deepEqual(network, [
    { pool: 2 },
    { conv: { out: 8, kernel: 5, padding: 2, weightScale: 10 } },
    {
      conv: { out: 8, kernel: [3, 5], stride: [1, 2], dilation: 2, groups: 4 },
    },
    { dense: { out: 100, weightScale: 3 } },
    { dense: 19 },
  ]);
});

Deno.test("parseConfiguration() reads filters and augmentations", () => {
  const { training } = parseConfiguration(
    `training:
  sliced_dataset: False
  filter: {hot_pixels: 500, downsample_space: 2}
  augmentation:
    flip_x: 0.5
    time_jitter: 2.5
`,
    "network.yaml",
  );
  assert.equal(training.sliced_dataset, false);
  assert.deepEqual(training.filter, { hot_pixels: 500, downsample_space: 2 });
  assert.deepEqual(training.augmentation, { flip_x: 0.5, time_jitter: 2.5 });
});

Deno.test("parseConfiguration() fills in schedules and checkpoints", () => {
  const read = (text: string) =>
    parseConfiguration(`training: {${text}}`, "network.yaml").training;
  assert.deepEqual(read("schedule: {type: exponential}").schedule, {
    type: "exponential",
    gamma: 0.95,
  });
  assert.deepEqual(read("schedule: {type: cosine}").schedule, {
    type: "cosine",
    lr_min: 0,
  });
  assert.deepEqual(read("schedule: {type: step, epochs: 9}").schedule, {
    type: "step",
    epochs: 9,
    gamma: 0.1,
  });
  assert.equal(read("lr: 1").schedule, undefined);
  assert.deepEqual(read("checkpoint: {batches: 7}").checkpoint, {
    batches: 7,
    minutes: 5,
  });
});

Deno.test("parseConfiguration() reads how weights start and are updated", () => {
  const { init, clip, accumulate, weightDecay } = parseConfiguration(
    "training: {init: live, clip: 5, accumulate: 4, weightDecay: 0.01}",
    "network.yaml",
  ).training;
  assert.deepEqual([init, clip, accumulate, weightDecay], ["live", 5, 4, 0.01]);
});

Deno.test("parseConfiguration() reads what the network sees of a sample", () => {
  const { input } = parseConfiguration(
    "input: {slices: 20, size: 64}\nnetwork: 8c3-bn-lif-4",
    "network.yaml",
    { set: ["input.most=15"] },
  );
  assert.deepEqual(input, { slices: 20, size: 64, most: 15 });
});

Deno.test("parseConfiguration() takes a region to be the whole sample", () => {
  const { training, testing } = parseConfiguration(
    "simulation: {tSample: 500}\ntraining: {random_crop: True, " +
      "error: {tgtSpikeCount: {true: 60, false: 10}}}\n" +
      "testing: {tSample: 2000, error: {tgtSpikeCount: {true: 240, false: 40}}}",
    "network.yaml",
  );
  assert.deepEqual(training.error.tgtSpikeRegion, { start: 0, stop: 500 });
  assert.deepEqual(testing?.error.tgtSpikeRegion, { start: 0, stop: 2000 });
});

Deno.test("parseConfiguration() lets a test have the loss of training", () => {
  const read = (training: string, testing: string) =>
    parseConfiguration(
      `training: {error: {${training}}}\ntesting: {error: {${testing}}}`,
      "network.yaml",
    ).testing?.error;
  const written = "type: SpikeTime, probSlidingWin: 50, " +
    "tgtSpikeTimes: {true: [10, 20], false: []}";
  const others = {
    tgtSpikeRegion: { start: 0, stop: 4360 },
    tgtSpikeCount: { true: 523, false: 87 },
  };
  assert.deepEqual(read(written, ""), {
    type: "SpikeTime",
    probSlidingWin: 50,
    tgtSpikeTimes: { true: [10, 20], false: [] },
    ...others,
  });
  assert.deepEqual(read("", written), {
    type: "SpikeTime",
    probSlidingWin: 50,
    tgtSpikeTimes: { true: [10, 20], false: [] },
    ...others,
  });
  assert.deepEqual(read("type: SpikeTime", "type: ProbSpikes"), {
    type: "ProbSpikes",
    probSlidingWin: 20,
    ...others,
  });
});

/** The constants of a loss's kernel, and the bins of the spikes it wants. */
function settled(
  loss: Loss,
  { Ts, tSample }: { readonly Ts: number; readonly tSample: number },
) {
  const T = Math.round(tSample / Ts);
  const { forward: [{ constants }], tables: { desired = [] } = {} } = loss
    .settle({
      Ts,
      tSample,
      T,
      O: 19,
      voters: 1,
      neuron: describeNeuron({}),
      software: true,
    });
  const words = Math.ceil(T / 32);
  const bins = [0, 1].map((row) =>
    Array.from({ length: T }, (_, bin) => bin).filter((bin) =>
      desired[row * words + Math.floor(bin / 32)] >>> bin % 32 & 1
    )
  );
  return { constants, bins };
}

Deno.test("SL-Animals' file takes another loss by its name alone", () => {
  const losses = ["NumSpikes", "SpikeTime", "ProbSpikes"].map((type) => {
    const configuration = parseConfiguration(
      SL_ANIMALS.replace("NumSpikes", type),
      "network.yaml",
      { set: ["training.random_crop=True"] },
    );
    assert.equal(configuration.testing?.error.type, type);
    return (["train", "test"] as const).map((use) => {
      const { loss, tSample } = planOf(configuration, use);
      return settled(loss, { Ts: 5, tSample });
    });
  });
  const [[counts], [sample, test], [windows, whole]] = losses;
  const { start, stop, trueCount, falseCount } = counts.constants;
  assert.deepEqual([start, stop, trueCount, falseCount], [0, 300, 180, 30]);
  assert.deepEqual([windows.constants.stop, windows.constants.window], [
    300,
    4,
  ]);
  assert.deepEqual([whole.constants.stop, whole.constants.window], [872, 4]);
  assert.deepEqual(sample.bins.map(({ length }) => length), [180, 30]);
  assert.deepEqual(test.bins.map(({ length }) => length), [523, 87]);
  // In the middle of 30 equal parts of 50 ms.
  assert.deepEqual(sample.bins[1].slice(0, 3), [5, 15, 25]);
  assert.equal(sample.bins[1].at(-1), 295);
});

Deno.test("SpikeTime spreads spikes evenly over the region, a bin each", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(0.1, 1, 5, 20),
      fc.integer({ min: 0, max: 50 }),
      fc.integer({ min: 1, max: 200 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (Ts, first, bins, share) => {
        const count = Math.round(share * bins);
        const { loss, desired } = configuredLoss({
          type: "SpikeTime",
          tgtSpikeRegion: { start: first * Ts, stop: (first + bins) * Ts },
          tgtSpikeCount: { true: count, false: 0 },
          probSlidingWin: 20,
        }, Ts);
        assert.deepEqual(desired, { true: count, false: 0 });
        const tSample = (first + bins) * Ts;
        const [right, wrong] = settled(loss, { Ts, tSample }).bins;
        assert.deepEqual(wrong, []);
        assert.equal(right.length, count);
        right.forEach((bin, n) => {
          const place = bin - first;
          assert(place >= 0 && place < bins);
          // No further than a bin from the middle of its part.
          assert(Math.abs(place + 0.5 - (n + 0.5) * bins / count) <= 1);
        });
      },
    ),
    { seed: 3, numRuns: 200 },
  );
});

Deno.test("parseConfiguration() puts the store into the data folder", () => {
  const path = "/home/me/src/network.yaml";
  const given = parseConfiguration(
    "training: {path: {data: /mnt/signs}}",
    path,
  );
  assert.equal(given.training.path.store, "/mnt/signs/sliced.zarr");
  const set = parseConfiguration("training: {path: {store: x.zarr}}", path);
  assert.equal(set.training.path.store, "/home/me/src/x.zarr");
});

Deno.test("readConfigurationFile() resolves paths against the file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/network.yaml`;
    await Deno.writeTextFile(path, SL_ANIMALS);
    const { training } = await readConfigurationFile(path);
    assert.equal(training.path.out, `${folder}/output`);
    const missing = `${folder}/missing.yaml`;
    await assert.rejects(readConfigurationFile(missing), {
      name: "ConfigurationError",
      message: `Cannot use configuration "${missing}": there is no such file ` +
        "or folder",
    });
    await assert.rejects(readConfigurationFile(folder), {
      name: "ConfigurationError",
      path: folder,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a URL is refused where only a file or folder can be used", () => {
  const url = "https://example.org/digits";
  const read = (...set: string[]) =>
    parseConfiguration(N_MNIST, "network.yaml", { set });
  for (const key of ["in", "train", "file_list", "out"]) {
    assert.throws(() => read(`training.path.${key}=${url}`), {
      name: "ConfigurationError",
      message: `Cannot use configuration "network.yaml" with ` +
        `"training.path.${key}=${url}": training.path.${key} is "${url}", ` +
        "expected a file or folder here: only an event store can be at a URL",
    });
  }
  const flying = "training.sliced_dataset=False";
  assert.throws(() => read(flying, `training.path.data=${url}`), /data is "/);
});
