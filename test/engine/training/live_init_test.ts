import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import {
  initLive,
  type LiveLayer,
} from "../../../engine/training/live_init.ts";
import { numSpikes } from "../../../engine/losses/num_spikes.ts";
import { Model, type ModelDescription } from "../../../engine/model.ts";
import type { EventBatch } from "../../../engine/network/event_batch.ts";
import type { NamedArray } from "../../../engine/network/weights.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { busyInput, eventsOf, NEURON, part } from "../networks.ts";

const T = 40;
const samples = eventsOf(busyInput([6, 2, 9, 8, T], 3), [0, 1, 2, 3, 0, 1]);
const BATCHES = [part(samples, 0, 4), part(samples, 4, 6)];

/** A network whose layers start at a scale. */
function describe(weightScale: number): ModelDescription {
  return {
    input: { C: 2, H: 9, W: 8 },
    layers: [
      { conv: { out: 6, kernel: 3, padding: 1, weightScale } },
      { pool: 2 },
      { conv: { out: 8, kernel: 3, padding: 1, weightScale } },
      { dense: { out: 30, weightScale } },
    ],
    neuron: NEURON,
    Ts: 5,
    random: 7,
  };
}

/** Scales a network's weights, and measures the rates of its layers after. */
async function bring(
  description: ModelDescription,
  batches: readonly EventBatch[] = BATCHES,
) {
  using model = await Model.create({ device: device(), ...description });
  const before = await model.weights();
  using stepper = await model.compile({
    ...{ tSample: 5 * T, batch: 4, train: false },
    loss: numSpikes({ region: { start: 0, stop: 5 * T }, true: 9, false: 2 }),
  });
  const layers = await initLive(model, { stepper, batches });
  for (const batch of batches) await stepper.evaluate(batch);
  const records = await stepper.drain();
  const rates = model.layers.map(({ output: { C, H, W } }, index) =>
    records.reduce((sum, { spikes }) => sum + spikes[index], 0) /
    (samples.labels.length * T * C * H * W)
  );
  return { layers, rates, before, after: await model.weights() };
}

/** Requires weights to be the first ones times the factor that is told. */
function areScaled(
  { layers, before, after }: {
    readonly layers: readonly LiveLayer[];
    readonly before: Readonly<Record<string, NamedArray>>;
    readonly after: Readonly<Record<string, NamedArray>>;
  },
) {
  for (const { name, factor } of layers) {
    const { shape, data } = before[`${name}.weight`];
    const expected = { shape, data: data.map((w) => w * factor) };
    deepStrictEqual(after[`${name}.weight`], expected);
  }
}

for (const [words, scale] of [["silent", 0.5], ["wild", 3000]] as const) {
  gpuTest(`initLive() brings ${words} layers into the band`, async () => {
    const { rates: found, ...network } = await bring(describe(scale));
    const { layers } = network;
    deepStrictEqual(layers.map(({ name }) => name), ["conv1", "conv2", "fc1"]);
    deepStrictEqual(layers.map(({ rate }) => rate), [
      ...[found[0], found[2], found[3]],
    ]);
    for (const { live, rate, factor } of layers) {
      ok(live && rate >= 0.02 && rate <= 0.1, `${rate}`);
      ok(scale < 1 ? factor > 1 : factor < 1, `${factor}`);
    }
    areScaled(network);
    deepStrictEqual((await bring(describe(scale))).after, network.after);
  });
}

gpuTest("initLive() leaves layers alone that fire well", async () => {
  const network = await bring(describe(0.5));
  const [{ factor }] = network.layers;
  const { layers, before, after } = await bring(describe(0.5 * factor));
  strictEqual(layers[0].factor, 1);
  deepStrictEqual(after["conv1.weight"], before["conv1.weight"]);
});

gpuTest("initLive() tells of layers that nothing can help", async () => {
  const silence = {
    samples: [new Uint32Array()],
    labels: Uint32Array.of(0),
  };
  const { layers, before, after } = await bring(describe(10), [silence]);
  for (const layer of layers) {
    const { name } = layer;
    deepStrictEqual(layer, { name, factor: 1, rate: 0, live: false });
  }
  deepStrictEqual(after, before);
});

gpuTest("initLive() keeps what comes closest where rates jump", async () => {
  // One neuron that one event drives fires in every eighth bin, or not at all.
  const events = Uint32Array.from([0, 8, 16, 24, 32], (t) => t);
  using model = await Model.create({
    device: device(),
    ...describe(1),
    input: { C: 1, H: 1, W: 1 },
    layers: [{ dense: 1 }],
    neuron: { ...NEURON, tauSr: 1, scaleRef: 1e6, tauRef: 1 },
  });
  model.setWeights({
    "fc1.weight": { shape: [1, 1, 1, 1, 1], data: Float32Array.of(1) },
  });
  using stepper = await model.compile({
    ...{ tSample: 5 * T, batch: 1, train: false },
    loss: numSpikes({ region: { start: 0, stop: 5 * T }, true: 9, false: 2 }),
  });
  const batch = { samples: [events], labels: Uint32Array.of(0) };
  const [layer] = await initLive(model, { stepper, batches: [batch] });
  ok(!layer.live && layer.rate === 5 / T, JSON.stringify(layer));
});

gpuTest("initLive() refuses to scale by nothing", async () => {
  await rejects(bring(describe(1), []), {
    name: "RangeError",
    message: "Cannot scale weights: there are no batches",
  });
});
