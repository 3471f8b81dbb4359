import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Model, type ModelDescription } from "../../../engine/model.ts";
import { numSpikes } from "../../../engine/losses/num_spikes.ts";
import { spikeTime } from "../../../engine/losses/spike_time.ts";
import { trace } from "../../../engine/trace.ts";
import { close, same } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import {
  busyInput,
  eventsOf,
  excite,
  lossOf,
  NEURON,
  oracleOf,
  referenceNetwork,
} from "../networks.ts";
import { bin, type BinningMode } from "../../oracle/bin.ts";
import { numSpikesLoss, predict, spikeTimeLoss } from "../../oracle/loss.ts";
import { responseKernel } from "../../oracle/neurons/neuron.ts";
import { reshape, type Tensor, tensorOf, zeros } from "../../oracle/tensor.ts";
import { haveFull } from "../../fixtures/reference_vectors.ts";
import { agrees, sum, tensor } from "./trace_agreement.ts";

for (const name of haveFull ? ["net_cnn", "net_mlp"] : ["net_cnn"]) {
  gpuTest(`trace() agrees with ${name}, spike for spike`, async () => {
    const { description, weights, batch, options, depth, tensors } =
      referenceNetwork(name);
    using model = await Model.create({ device: device(), ...description });
    model.setWeights(weights);
    const { layers, losses, predictions, gradients } = await trace(
      model,
      batch,
      options,
    );
    strictEqual(layers.length, depth);
    layers.forEach(({ spikes }, l) => {
      same(spikes.data, Float32Array.from(tensors[`layer${l}`].data));
    });
    deepStrictEqual(
      [...predictions],
      predict(tensors[`layer${depth - 1}`]),
    );
    close(sum(losses), tensors.loss0);
    const names = Object.keys(tensors).filter((key) => key.startsWith("grad."));
    deepStrictEqual(
      Object.keys(gradients).map((key) => `grad.${key}`).sort(),
      names.sort(),
    );
    for (const [key, dw] of Object.entries(gradients)) {
      const expected = tensors[`grad.${key}`];
      close(reshape(tensor(dw), expected.shape), expected, 2e-6);
    }
  });
}

/** Networks of odd sizes; each with time step, bins, samples. */
const CASES: [
  why: string,
  network: Pick<ModelDescription, "input" | "layers" | "Ts">,
  T: number,
  N: number,
][] = [
  [
    "every kind of layer, 33 bins",
    {
      input: { C: 2, H: 9, W: 7 },
      layers: [
        { pool: 2 },
        { conv: { out: 6, kernel: 3, padding: 1, groups: 2, weightScale: 10 } },
        { pool: 3 },
        { dense: 5 },
      ],
      Ts: 5,
    },
    33,
    3,
  ],
  [
    "pools of one pixel above odd numbers of maps, 20 bins",
    {
      input: { C: 2, H: 5, W: 4 },
      layers: [
        { conv: { out: 6, kernel: 3, padding: 1, groups: 2, weightScale: 10 } },
        { pool: 1 },
        { conv: { out: 3, kernel: 2, weightScale: 10 } },
        { pool: 1 },
        { dense: 4 },
      ],
      Ts: 5,
    },
    20,
    2,
  ],
  [
    "convolutions with stride and dilation, 31 bins",
    {
      input: { C: 2, H: 11, W: 8 },
      layers: [
        {
          conv: {
            ...{ out: 5, kernel: [3, 2], stride: [2, 1], padding: [1, 0] },
            weightScale: 20,
          },
        },
        {
          conv: {
            ...{ out: 3, kernel: [2, 3], dilation: [2, 1], padding: [0, 1] },
            weightScale: 20,
          },
        },
        { dense: { out: 4, weightScale: 5 } },
      ],
      Ts: 5,
    },
    31,
    2,
  ],
  [
    "dense layers, 300 bins of 1 ms, one sample",
    {
      input: { C: 2, H: 3, W: 5 },
      layers: [{ dense: 7 }, { dense: 70 }, { dense: 3 }],
      Ts: 1,
    },
    300,
    1,
  ],
  [
    "32 bins, another number of channels",
    {
      input: { C: 3, H: 4, W: 5 },
      layers: [{ conv: { out: 4, kernel: 2, weightScale: 20 } }, { dense: 2 }],
      Ts: 2,
    },
    32,
    2,
  ],
  [
    "pools and a convolution, 100 bins of 1 ms",
    {
      input: { C: 2, H: 9, W: 7 },
      layers: [
        { pool: 2 },
        { conv: { out: 6, kernel: 3, padding: 1, weightScale: 10 } },
        { pool: 2 },
        { dense: 5 },
      ],
      Ts: 1,
    },
    100,
    2,
  ],
  [
    "layers that make more pixels of fewer, 40 bins",
    {
      input: { C: 2, H: 4, W: 3 },
      layers: [
        { unpool: 2 },
        {
          convTranspose: {
            ...{ out: 6, kernel: [3, 2], stride: 2, groups: 2 },
            weightScale: 20,
          },
        },
        { pool: 3 },
        { convTranspose: { out: 3, kernel: 2, padding: 1 } },
        { dense: { out: 4, weightScale: 40 } },
      ],
      Ts: 5,
    },
    40,
    2,
  ],
  [
    "one bin",
    {
      input: { C: 2, H: 6, W: 6 },
      layers: [{ pool: 2 }, { conv: { out: 3, kernel: 3 } }, { dense: 2 }],
      Ts: 5,
    },
    1,
    2,
  ],
];

for (const [why, network, T, N] of CASES) {
  gpuTest(`trace() agrees with the oracle, ${why}`, async () => {
    const { input: { C, H, W }, layers: { length }, Ts } = network;
    const description = { ...network, neuron: NEURON, random: 3 };
    using model = await Model.create({ device: device(), ...description });
    const weights = await excite(model);
    const counts = busyInput([N, C, H, W, T], 5);
    const labels = Array.from({ length: N }, (_, n) => n % 2);
    const target = {
      tgtSpikeRegion: { start: 0, stop: T * Ts },
      tgtSpikeCount: { true: 9, false: 2 },
    };
    const found = await trace(model, eventsOf(counts, labels), {
      tSample: T * Ts,
      loss: lossOf(target),
    });
    const spiking = found.layers.filter(({ spikes }) =>
      spikes.data.some((spike) => spike !== 0)
    );
    // The response to an event begins one bin later.
    strictEqual(spiking.length, T === 1 ? 0 : length);
    const oracle = oracleOf(description, model.layers, weights, T);
    const x = tensorOf(counts.shape, counts.data.map((count) => count / Ts));
    const oracleLoss = (out: Tensor) =>
      numSpikesLoss(out, labels, target, oracle.response, Ts);
    agrees(found, oracle, x, oracleLoss, 2e-6);
  });
}

gpuTest(
  "trace() agrees with the oracle where layers have neurons of their own",
  async () => {
    const [N, T, Ts] = [2, 70, 1];
    const description: ModelDescription = {
      input: { C: 2, H: 8, W: 6 },
      layers: [
        {
          conv: { out: 4, kernel: 3, padding: 1, weightScale: 10 },
          neuron: { tauSr: 2, theta: 5 },
        },
        { pool: 2, neuron: { tauSr: 12, tauRef: 3, scaleRho: 0.5 } },
        {
          conv: { out: 3, kernel: 2, weightScale: 15 },
          neuron: { tauRef: 1, scaleRef: 3, tauRho: 0.3 },
        },
        { dense: 4, neuron: { tauSr: 1, theta: 8 } },
      ],
      neuron: { ...NEURON, scaleRef: 4 },
      Ts,
      random: 3,
    };
    using model = await Model.create({ device: device(), ...description });
    deepStrictEqual(
      model.layers.map(({ neuron: { parameters } }) => parameters),
      [
        { ...NEURON, scaleRef: 4, tauSr: 2, theta: 5 },
        { ...NEURON, scaleRef: 4, tauSr: 12, tauRef: 3, scaleRho: 0.5 },
        { ...NEURON, tauRef: 1, scaleRef: 3, tauRho: 0.3 },
        { ...NEURON, scaleRef: 4, tauSr: 1, theta: 8 },
      ].map((parameters) => ({ ...parameters, refractoryGradient: 0 })),
    );
    const weights = await excite(model);
    const counts = busyInput([N, 2, 8, 6, T], 5);
    const target = {
      tgtSpikeRegion: { start: 10, stop: 60 },
      tgtSpikeCount: { true: 9, false: 2 },
    };
    const found = await trace(model, eventsOf(counts, [1, 3]), {
      tSample: T * Ts,
      loss: lossOf(target),
    });
    for (const { name, spikes } of found.layers) {
      ok(spikes.data.some((spike) => spike !== 0), name);
    }
    const oracle = oracleOf(description, model.layers, weights, T);
    const x = tensorOf(counts.shape, counts.data);
    const oracleLoss = (out: Tensor) =>
      numSpikesLoss(out, [1, 3], target, oracle.response, Ts);
    // Responses of a hundred taps lose a digit more.
    agrees(found, oracle, x, oracleLoss, 1e-5);
    // A loss may have a response of its own.
    const tauSr = 6;
    const filtered = await trace(model, eventsOf(counts, [1, 3]), {
      tSample: T * Ts,
      loss: spikeTime({ times: { true: [20, 40], false: [] }, tauSr }),
    });
    const response = responseKernel({ ...NEURON, tauSr }, Ts, T);
    const desired = zeros([N, 4, 1, 1, T]);
    for (const [n, label] of [1, 3].entries()) {
      for (const t of [20, 40]) desired.data[(n * 4 + label) * T + t] = 1;
    }
    agrees(
      filtered,
      oracle,
      x,
      (out) => spikeTimeLoss(out, desired, response, Ts),
      1e-5,
    );
  },
);

for (const mode of ["OR", "SUM", "SUM_NORM"] satisfies BinningMode[]) {
  gpuTest(`trace() agrees with the oracle on ${mode} of frames`, async () => {
    const [N, H, W, T] = [3, 5, 6, 40];
    const height = 1;
    const description = {
      input: { C: 2, H, W },
      layers: [
        { conv: { out: 4, kernel: 3, weightScale: 5 } },
        { dense: { out: 3, weightScale: 20 } },
      ],
      neuron: NEURON,
      Ts: 5,
      coding: { mode, height },
      random: 8,
    };
    using model = await Model.create({ device: device(), ...description });
    const weights = await excite(model);
    const batch = eventsOf(busyInput([N, 2, H, W, T], 2, 6), [0, 2, 1]);
    const x = bin(batch.samples, [N, 2, H, W, T], mode, height);
    ok(mode !== "SUM" || Math.max(...x.data) === 6);
    const target = {
      tgtSpikeRegion: { start: 50, stop: 150 },
      tgtSpikeCount: { true: 9, false: 2 },
    };
    const found = await trace(model, batch, {
      tSample: 5 * T,
      loss: lossOf(target),
    });
    ok(found.layers[1].spikes.data.some((spike) => spike !== 0));
    const oracle = oracleOf(description, model.layers, weights, T);
    const oracleLoss = (out: Tensor) =>
      numSpikesLoss(out, batch.labels, target, oracle.response, 5);
    agrees(found, oracle, x, oracleLoss, 2e-6);
  });
}

gpuTest("trace() of samples without events is silent", async () => {
  const description = {
    input: { C: 2, H: 4, W: 4 },
    layers: [{ dense: 6 }, { dense: 3 }],
    neuron: NEURON,
    Ts: 5,
    random: 1,
  };
  using model = await Model.create({ device: device(), ...description });
  const batch = {
    samples: [new Uint32Array(), new Uint32Array()],
    labels: Uint32Array.of(2, 1),
  };
  const { layers, predictions, losses, gradients } = await trace(model, batch, {
    tSample: 100,
    loss: numSpikes({ region: { start: 0, stop: 100 }, true: 4, false: 2 }),
  });
  for (const { spikes, potentials } of layers) {
    ok(spikes.data.every((spike) => spike === 0));
    ok(potentials.data.every((u) => u === 0));
  }
  deepStrictEqual([...predictions], [0, 0]);
  // ½·Ts·Σ_o Σ_t (count/T)², over T = 20 bins.
  close(sum(losses), tensorOf([1], [2 * 2.5 * (16 + 4 + 4) / 20]));
  for (const { data } of Object.values(gradients)) {
    ok(data.every((dw) => dw === 0));
  }
});
