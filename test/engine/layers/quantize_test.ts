import { deepStrictEqual, notDeepStrictEqual, ok } from "node:assert/strict";
import {
  crossEntropy,
  leaky,
  Model,
  type ModelDescription,
  type NamedArray,
  numSpikes,
  packSpikes,
  trace,
} from "../../../mod.ts";
import { quantized } from "../../../engine/network/quantized.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { busyInput, excite, NEURON } from "../networks.ts";

const [N, T] = [3, 40];
const SPIKES = busyInput([N, 2, 8, 6, T], 2);

/** Networks of both families, with steps and losses that suit them. */
const CASES = {
  "SLAYER's networks": {
    layers: [
      { conv: { out: 4, kernel: 3 } },
      { pool: 2 },
      { convTranspose: { out: 3, kernel: 2 } },
      { dense: 3 },
    ],
    neuron: NEURON,
    step: 4,
    loss: numSpikes({ true: 9, false: 2 }),
  },
  "networks of units": {
    layers: [
      { conv: { out: 4, kernel: 3 }, pool: { max: 2 } },
      { dense: 6, recurrent: true },
      { dense: 3 },
    ],
    neuron: leaky({ threshold: 0.1 }),
    step: 0.125,
    loss: crossEntropy(),
  },
} as const;

/** A network, with its weights rounded where they are used, or not. */
async function modelOf(
  { layers, neuron }: Pick<ModelDescription, "layers" | "neuron">,
  quantize?: number,
): Promise<Model> {
  const model = await Model.create({
    device: device(),
    input: { C: 2, H: 8, W: 6 },
    layers: layers.map((layer) =>
      quantize ? { ...layer, quantize } : layer
    ) as ModelDescription["layers"],
    neuron,
    optimizer: "SGD",
    Ts: 1,
    random: 4,
  });
  if (!model.isLayerwise) await excite(model);
  return model;
}

/** Rounds all weights and biases. */
const rounded = (weights: Readonly<Record<string, NamedArray>>, step: number) =>
  Object.fromEntries(
    Object.entries(weights).map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map((w) => quantized(w, step)) },
    ]),
  );

for (const [what, { step, loss, ...network }] of Object.entries(CASES)) {
  gpuTest(
    `rounded weights of ${what} are used, and others are updated`,
    async () => {
      const options = { tSample: T, loss };
      using model = await modelOf(network, step);
      using plain = await modelOf(network);
      const input = {
        shape: SPIKES.shape,
        data: Float32Array.from(SPIKES.data, (n) => Math.min(n, 1)),
      };
      const events = packSpikes(input, [0, 1, 2], model.eventBinning(options));
      const before = await model.weights();
      notDeepStrictEqual(rounded(before, step), before);
      plain.setWeights(rounded(before, step));
      const found = await trace(model, events, options);
      deepStrictEqual(found, await trace(plain, events, options));
      ok(found.layers.at(-1)!.spikes.data.some((spike) => spike !== 0));
      // The gradient of the rounded weights passes through to the others.
      const lr = 0.001;
      for (const network of [model, plain]) {
        using stepper = await network.prepare({
          ...options,
          batch: N,
          train: true,
        });
        await stepper.train(events, lr);
        await stepper.drain();
      }
      const [after, other] = [await model.weights(), await plain.weights()];
      for (const [name, { data }] of Object.entries(after)) {
        const gradient = found.gradients[name].data;
        ok(gradient.some((g) => g !== 0), name);
        data.forEach((w, i) => {
          const expected = before[name].data[i] - lr * gradient[i];
          ok(
            Math.abs(w - expected) <= 1e-6 * Math.abs(expected),
            `${name} ${i}`,
          );
        });
      }
      notDeepStrictEqual(after, other);
    },
  );
}
