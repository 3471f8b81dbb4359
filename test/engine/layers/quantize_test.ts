import { deepStrictEqual, notDeepStrictEqual, ok } from "node:assert/strict";
import {
  type LayerDescription,
  Model,
  type NamedArray,
  numSpikes,
  trace,
} from "../../../mod.ts";
import { quantized } from "../../../engine/network/quantized.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { busyInput, eventsOf, excite, NEURON } from "../networks.ts";

const [N, T] = [3, 40];
const EVENTS = eventsOf(busyInput([N, 2, 8, 6, T], 2), [0, 1, 2]);
const OPTIONS = { tSample: T, loss: numSpikes({ true: 9, false: 2 }) };

const LAYERS: LayerDescription[] = [
  { conv: { out: 4, kernel: 3 } },
  { pool: 2 },
  { convTranspose: { out: 3, kernel: 2 } },
  { dense: 3 },
];

/** A network, with its weights rounded where they are used, or not. */
async function modelOf(quantize?: number): Promise<Model> {
  const model = await Model.create({
    device: device(),
    input: { C: 2, H: 8, W: 6 },
    layers: LAYERS.map((layer) => ({ ...layer, quantize })),
    neuron: NEURON,
    optimizer: "SGD",
    Ts: 1,
    random: 4,
  });
  await excite(model);
  return model;
}

const rounded = (weights: Readonly<Record<string, NamedArray>>, step: number) =>
  Object.fromEntries(
    Object.entries(weights).map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map((w) => quantized(w, step)) },
    ]),
  );

gpuTest("rounded weights are used, and others are updated", async () => {
  using model = await modelOf(4);
  using plain = await modelOf();
  const before = await model.weights();
  notDeepStrictEqual(rounded(before, 4), before);
  plain.setWeights(rounded(before, 4));
  const found = await trace(model, EVENTS, OPTIONS);
  deepStrictEqual(found, await trace(plain, EVENTS, OPTIONS));
  ok(found.layers[3].spikes.data.some((spike) => spike !== 0));
  // The gradient of the rounded weights passes through to the others.
  const lr = 0.001;
  for (const network of [model, plain]) {
    using stepper = await network.compile({
      ...OPTIONS,
      batch: N,
      train: true,
    });
    await stepper.train(EVENTS, lr);
    await stepper.drain();
  }
  const [after, other] = [await model.weights(), await plain.weights()];
  for (const [name, { data }] of Object.entries(after)) {
    const gradient = found.gradients[name].data;
    ok(gradient.some((g) => g !== 0), name);
    data.forEach((w, i) => {
      const expected = before[name].data[i] - lr * gradient[i];
      ok(Math.abs(w - expected) <= 1e-6 * Math.abs(expected), `${name} ${i}`);
    });
  }
  notDeepStrictEqual(after, other);
});
