import assert from "node:assert/strict";
import { Model } from "../../../../../engine/model.ts";
import { Random } from "../../../../../engine/network/random.ts";
import { parseConfiguration } from "../../../../../scripts/configuration/configuration.ts";
import { describeModel } from "../../../../../scripts/configuration/model.ts";
import { runNetwork } from "../../../../../scripts/views/pages/browser/data/network_run.ts";
import { digitSample } from "../../../../../scripts/views/pages/browser/data/page_sample.ts";
import { device, gpuTest } from "../../../../fixtures/gpu.ts";

const EVENTS = {
  x: Uint16Array.from({ length: 400 }, (_, i) => 3 * i % 34),
  y: Uint16Array.from({ length: 400 }, (_, i) => 7 * i % 34),
  t: Uint32Array.from({ length: 400 }, (_, i) => 500 * i),
  p: Uint8Array.from({ length: 400 }, (_, i) => i % 2),
};
const CLASSES = ["a", "b", "c"];
const SAMPLE = digitSample(EVENTS, { name: "a digit", classes: CLASSES });

/** Runs a network of a last layer on the sample. */
async function run(last: string) {
  const configuration = parseConfiguration(
    `input: {slices: 5}
neuron: {type: LIF, threshold: 0.2}
network:
  - { conv: { out: 2, kernel: 5, stride: 3 }, norm: batch }
  - ${last}
training: {binning_mode: SUM, error: {type: CrossEntropy}}
`,
    "network.yaml",
  );
  const { source } = SAMPLE;
  const description = describeModel(configuration, source, new Random(0));
  using model = await Model.create({ device: device(), ...description });
  const weights = await model.weights();
  return await runNetwork(
    device(),
    { configuration, weights, name: "a network" },
    SAMPLE,
  );
}

gpuTest("a page shows probabilities of a readout without neurons", async () => {
  const { layers, votes, Ts, prediction } = await run(
    "{ dense: classes, neuron: none }",
  );
  // 399 · 0.5 ms and a µs, cut into five.
  assert(Math.abs(Ts - 199.501 / 5) < 1e-9, `${Ts}`);
  assert.deepEqual(layers.map(({ name }) => name), ["conv1"]);
  assert(layers[0].neurons.length > 0);
  assert.equal(votes.of, "probability");
  assert.equal(votes.values.length, 5);
  for (const shares of votes.values) {
    assert.equal(shares.length, 3);
    const sum = shares.reduce((a, b) => a + b, 0);
    assert(Math.abs(sum - 1) < 1e-12, `${sum}`);
  }
  const last = votes.values[4];
  assert.equal(prediction, last.indexOf(Math.max(...last)));
});

gpuTest("a page shows spikes of outputs that are neurons", async () => {
  const { layers, votes, prediction } = await run("{ dense: classes }");
  assert.equal(votes.of, "spikes");
  const counts = [0, 0, 0];
  layers[1].neurons.forEach((neuron) => counts[neuron]++);
  assert.deepEqual(votes.values[4], counts);
  assert.equal(prediction, counts.indexOf(Math.max(...counts)));
  // Counts never fall.
  votes.values.slice(1).forEach((now, t) =>
    now.forEach((count, o) => assert(count >= votes.values[t][o]))
  );
});
