import assert from "node:assert/strict";
import { parseConfiguration } from "../../../scripts/configuration/configuration.ts";
import { readConfigurationFile } from "../../../scripts/configuration/configuration_file.ts";
import { N_MNIST } from "./configuration_files.ts";

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
  const { training: { schedule, checkpoint } } = parseConfiguration(
    "training: {schedule: {type: exponential, gamma: 0.9}}",
    "network.yaml",
    {
      set: [
        "training.schedule={type: cosine}",
        "training.checkpoint={batches: 2}",
      ],
    },
  );
  assert.deepEqual(schedule, { type: "cosine", lr_min: 0 });
  assert.deepEqual(checkpoint, { batches: 2, minutes: 5 });
  const replaced = parseConfiguration(N_MNIST, "network.yaml", {
    set: ["training.error.tgtSpikeCount.true=99"],
  });
  assert.deepEqual(replaced.training.error.tgtSpikeCount, {
    true: 99,
    false: 10,
  });
});

Deno.test("a value that is set to null leaves out a key, or an entry of a list", () => {
  const text = "{network: [{dense: 9, dropout: 0.5}, {dropout: 0.5}, " +
    "{dense: 4}], neuron: {type: LIF}, input: {slices: 20}, " +
    "training: {lr: 0.3}}";
  const { input, network, training } = parseConfiguration(
    text,
    "network.yaml",
    {
      set: [
        "input.slices=null",
        "network.0.dropout=null",
        "network.1=null",
        "training.lr=null",
      ],
    },
  );
  assert.deepEqual(
    [input?.slices, training.lr, network],
    [undefined, 0.01, [{ dense: 9 }, { dense: 4 }]],
  );
  assert.throws(
    () =>
      parseConfiguration(text, "network.yaml", {
        set: ["training.speed=null"],
      }),
    /training\.speed is not a known key/,
  );
});

Deno.test("paths that are set are resolved against the current folder", async () => {
  const { data, training } = await readConfigurationFile(
    "scripts/recipes/small.yaml",
    { set: ["data={path: mine, window: 500}", "training.path.out=runs"] },
  );
  assert.equal(data?.path, `${Deno.cwd()}/mine`);
  assert.equal(training.path.out, `${Deno.cwd()}/runs`);
  assert.equal(training.path.data, `${Deno.cwd()}/data`);
  const store = "https://example.org/a.zarr";
  const { training: { path } } = await readConfigurationFile(
    "scripts/recipes/small.yaml",
    { set: [`training.path.store=${store}`] },
  );
  assert.equal(path.store, store);
});

Deno.test("epochs that are set are kept, whatever updates the file asks for", () => {
  const updatesOf = (...set: string[]) =>
    parseConfiguration("training: {epochs: 9, updates: 500}", "a.yaml", {
      set,
    }).training.updates;
  assert.equal(updatesOf(), 500);
  assert.equal(updatesOf("training.epochs=3"), undefined);
  assert.equal(updatesOf("training.updates=70", "training.epochs=3"), 70);
});
