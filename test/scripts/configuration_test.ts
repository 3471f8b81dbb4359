import assert from "node:assert/strict";
import {
  loadConfiguration,
  parseConfiguration,
} from "../../scripts/configuration.ts";
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
  assert.equal(neuron.scaleRef, 2);
  assert.deepEqual(training.error, {
    type: "NumSpikes",
    tgtSpikeRegion: { start: 0, stop: 300 },
    tgtSpikeCount: { true: 60, false: 10 },
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
    ...{ type: "exponential", gamma: 0.95 },
  });
  assert.deepEqual(read("schedule: {type: cosine}").schedule, {
    ...{ type: "cosine", lr_min: 0 },
  });
  assert.deepEqual(read("schedule: {type: step, epochs: 9}").schedule, {
    ...{ type: "step", epochs: 9, gamma: 0.1 },
  });
  assert.equal(read("lr: 1").schedule, undefined);
  assert.deepEqual(read("checkpoint: {batches: 7}").checkpoint, {
    ...{ batches: 7, minutes: 5 },
  });
});

Deno.test("parseConfiguration() takes a region to be the whole sample", () => {
  const { training, testing } = parseConfiguration(
    "simulation: {tSample: 500}\ntraining: {random_crop: True}\n" +
      "testing: {tSample: 2000}",
    "network.yaml",
  );
  assert.deepEqual(training.error.tgtSpikeRegion, { start: 0, stop: 500 });
  assert.deepEqual(testing?.error.tgtSpikeRegion, { start: 0, stop: 2000 });
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

Deno.test("parseConfiguration() sets values on top of the file", () => {
  const { training, network } = parseConfiguration(
    "training:\n  lr: 0.1\n  seed: 3\nnetwork: [{pool: 2}, {dense: 4}]",
    "network.yaml",
    {
      set: [
        "training.lr=1e-3",
        "training.error.tgtSpikeCount.true=99",
        "training.error.tgtSpikeCount.false=9",
        "network.1.dense=5",
        "training.lr=0.25",
      ],
    },
  );
  assert.equal(training.lr, 0.25);
  assert.equal(training.seed, 3);
  assert.deepEqual(training.error.tgtSpikeCount, { true: 99, false: 9 });
  assert.deepEqual(network, [{ pool: 2 }, { dense: 5 }]);
  const replaced = parseConfiguration(N_MNIST, "network.yaml", {
    set: ["training.error.tgtSpikeCount.true=99"],
  });
  assert.deepEqual(replaced.training.error.tgtSpikeCount, {
    true: 99,
    false: 10,
  });
});

Deno.test("loadConfiguration() resolves paths against the file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/network.yaml`;
    await Deno.writeTextFile(path, SL_ANIMALS);
    const { training } = await loadConfiguration(path);
    assert.equal(training.path.out, `${folder}/output`);
    const missing = `${folder}/missing.yaml`;
    await assert.rejects(loadConfiguration(missing), {
      name: "ConfigurationError",
      message: `Cannot use configuration "${missing}": there is no such file`,
    });
    await assert.rejects(loadConfiguration(folder), {
      name: "ConfigurationError",
      path: folder,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
