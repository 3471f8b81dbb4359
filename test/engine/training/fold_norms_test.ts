import assert from "node:assert/strict";
import { foldNorms } from "../../../engine/training/fold_norms.ts";
import { Model, type ModelDescription } from "../../../engine/model.ts";
import { packSpikes } from "../../../engine/network/pack_spikes.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import { predict } from "../../../engine/trace.ts";
import { close } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { tensorOf } from "../../oracle/tensor.ts";
import { busyInput } from "../networks.ts";
import { unsettledWeights } from "../unsettled.ts";

const [N, C, H, W, T] = [2, 2, 8, 8, 12];

/** Convolutions, a ghost, a shortcut and a readout, each normalised. */
const DESCRIPTION: ModelDescription = {
  input: { C, H, W },
  layers: [
    {
      conv: { out: 6, kernel: 3, padding: 1 },
      norm: "batch",
      pool: { max: 2 },
    },
    {
      residual: [
        { ghost: { out: 6, kernel: 3, padding: 1 }, norm: { epsilon: 0.01 } },
      ],
      shortcut: [{ conv: { out: 6, kernel: 1 } }, { norm: "batch" }],
    },
    {
      conv: { out: 4, kernel: 3, groups: 2 },
      bias: false,
      neuron: leaky({ threshold: 0.1 }),
    },
    {
      dense: 5,
      recurrent: true,
      norm: "scale",
      quantize: 0.125,
      dropout: 0.5,
      neuron: leaky({ threshold: 0.1 }),
    },
    { dense: 3, norm: "mean", neuron: "none", quantize: 0.25 },
  ],
  neuron: leaky({ threshold: 0.6 }),
  Ts: 1,
  random: 0,
};

gpuTest(
  "foldNorms() gives a network with the same spikes and logits",
  async () => {
    const whole = {
      description: DESCRIPTION,
      weights: unsettledWeights(DESCRIPTION, 5),
    };
    const folded = foldNorms(whole);
    const layers = JSON.stringify(folded.description.layers);
    assert(!/norm|quantize/.test(layers), layers);
    assert(!Object.keys(folded.weights).join().includes("norm"));
    const spikes = busyInput([N, C, H, W, T], 3);
    const ones = { ...spikes, data: spikes.data.map((x) => Math.min(x, 1)) };
    const input = { ...ones, data: Float32Array.from(ones.data) };
    const outcomes = [];
    for (const { description, weights } of [whole, folded]) {
      using model = await Model.create({
        ...description,
        device: device(),
        random: 0,
      });
      model.setWeights(weights);
      const { bins } = model.eventBinning({ tSample: T });
      const batch = packSpikes(input, [0, 1], { bins });
      outcomes.push(await predict(model, batch, { tSample: T }));
    }
    const [before, after] = outcomes;
    for (const [n, { layers, outputs }] of before.entries()) {
      for (const [i, { name, spikes }] of layers.entries()) {
        const fired = spikes.data.reduce((sum, spike) => sum + spike, 0);
        assert(fired > 10 && fired < spikes.data.length, `${name}: ${fired}`);
        assert.deepEqual(after[n].layers[i].spikes, spikes, name);
      }
      const [logits, others] = [outputs!, after[n].outputs!].map((drive) =>
        tensorOf(drive.shape, drive.data)
      );
      close(others, logits, 1e-5);
    }
  },
);

Deno.test("foldNorms() leaves a network without normalisations alone", () => {
  const description = { ...DESCRIPTION, layers: [{ dense: 3 }] };
  const network = { description, weights: unsettledWeights(description, 1) };
  assert.deepEqual(foldNorms(network), network);
});

Deno.test("foldNorms() says which ghost channel hides what others need", () => {
  const description: ModelDescription = {
    ...DESCRIPTION,
    layers: [
      { ghost: { out: 4, kernel: 3 }, norm: "batch" },
      { dense: 3, neuron: "none" },
    ],
  };
  const weights = unsettledWeights(description, 2);
  weights["conv1.norm.weight"].data[3] = 0;
  foldNorms({ description, weights });
  weights["conv1.norm.weight"].data[1] = 0;
  assert.throws(() => foldNorms({ description, weights }), {
    name: "RangeError",
    message: /norm of layer "conv1": its weight of channel 1 is 0/,
  });
});
