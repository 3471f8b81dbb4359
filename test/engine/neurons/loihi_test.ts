import { deepStrictEqual, ok, rejects, throws } from "node:assert/strict";
import {
  differentiateLayer,
  type LayerDescription,
  Model,
  type ModelDescription,
  type NamedArray,
  numSpikes,
  runLayer,
  trace,
} from "../../../mod.ts";
import {
  LOIHI,
  loihi,
  type LoihiParameters,
} from "../../../engine/neurons/loihi.ts";
import { close, counts, noise, same } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { dense, denseInputGradient } from "../../oracle/layers/dense.ts";
import {
  loihi as twin,
  loihiAdjoint,
  type LoihiNeuron,
  loihiResponse,
} from "../../oracle/neurons/loihi.ts";
import { numSpikesLoss } from "../../oracle/loss.ts";
import { type Tensor, tensorOf } from "../../oracle/tensor.ts";
import { loadVectors } from "../../fixtures/reference_vectors.ts";
import { busyInput, eventsOf } from "../networks.ts";
import { tensor } from "../trace/trace_agreement.ts";

const array = ({ shape, data }: Tensor): NamedArray => ({
  shape: [...shape],
  data: Float32Array.from(data),
});

/** A dense layer of such neurons with given weights. */
async function layerOf(
  weight: Tensor,
  neuron: LoihiParameters,
  Ts = 1,
): Promise<Model> {
  const [out, C, H, W] = weight.shape;
  const model = await Model.create({
    device: device(),
    input: { C, H, W },
    layers: [{ dense: out }],
    neuron: loihi(neuron),
    Ts,
    random: 0,
  });
  model.setWeights({ "fc1.weight": array(weight) });
  return model;
}

gpuTest("Loihi's neurons are those of loihi, integer by integer", async () => {
  const { params, tensors } = loadVectors<{ neuron: LoihiNeuron }>("loihi");
  const { type: _, ...neuron } = params.neuron as LoihiNeuron & {
    type: string;
  };
  const { x, weight, spike, voltage, gout } = tensors;
  using model = await layerOf(weight, neuron);
  const spikes = array(x);
  const found = await runLayer(model, { layer: "fc1", spikes });
  same(found.spikes.data, spike.data);
  const before = twin(tensors.weighted, neuron).voltage;
  same(found.potentials.data, before.data);
  voltage.data.forEach((v, i) => {
    if (spike.data[i] === 0) ok(v === found.potentials.data[i]);
  });
  const { spikes: dx } = await differentiateLayer(model, {
    layer: "fc1",
    spikes,
    gradient: array(gout),
  });
  const even = { ...weight, data: weight.data.map((w) => 2 * rounded(w / 2)) };
  const drive = loihiAdjoint(gout, before, neuron);
  close(tensor(dx), denseInputGradient(drive, even, x.shape), 2e-6);
});

/** Rounds halves to the even number. */
function rounded(value: number): number {
  const below = Math.floor(value);
  const half = value - below === 0.5;
  return half ? below + Math.abs(below % 2) : Math.round(value);
}

/** Neurons, and the size of their weights. */
const CASES: [why: string, LoihiParameters, weight: number, Ts?: number][] = [
  ["refractory for three bins", { refDelay: 4, vThMant: 10 }, 60],
  ["time steps of 5 ms", { iDecay: 400, tauRho: 0.5, scaleRho: 3 }, 60, 5],
  ["no decay of the voltage", { vDecay: 0, vThMant: 3000 }, 60],
  ["nothing is kept", { vDecay: 4096, iDecay: 4096 }, 100],
  ["products of more than 32 bits", { wgtExp: 7, vThMant: 131071 }, 200],
  ["exponents below 0", { wgtExp: -6, vThMant: 1 }, 200],
];

for (const [why, parameters, size, Ts = 1] of CASES) {
  gpuTest(`Loihi's neurons agree with their twin: ${why}`, async () => {
    const neuron = {
      vThMant: 80,
      vDecay: 128,
      iDecay: 1024,
      refDelay: 1,
      wgtExp: 0,
      tauRho: 1,
      scaleRho: 1,
      ...parameters,
    };
    const weight = noise([9, 3, 2, 2, 1], 3);
    weight.data.forEach((w, i) =>
      weight.data[i] = 2 * Math.round((w + 0.1) * size)
    );
    const x = counts([2, 3, 2, 2, 90], 5, 0.2);
    using model = await layerOf(weight, parameters, Ts);
    const spikes = array(x);
    const found = await runLayer(model, { layer: "fc1", spikes });
    const expected = twin(dense(x, weight), neuron);
    ok(expected.spikes.data.some((s) => s === 1), "none fires");
    same(found.spikes.data.map((s) => s && 1), expected.spikes.data);
    same(
      found.potentials.data,
      expected.voltage.data.map((v) => Math.fround(v)),
    );
    const ds = noise(expected.spikes.shape, 4);
    const { spikes: dx } = await differentiateLayer(model, {
      layer: "fc1",
      spikes,
      gradient: array(ds),
    });
    const drive = loihiAdjoint(ds, expected.voltage, neuron);
    drive.data.forEach((value, i) => drive.data[i] = Ts * value);
    close(tensor(dx), denseInputGradient(drive, weight, x.shape), 5e-6);
  });
}

const LAYERS: LayerDescription[] = [
  { pool: 2, delay: 1 },
  { conv: { out: 6, kernel: 3 } },
  { unpool: 2 },
  { dense: { out: 3, weightScale: 100 } },
];

const NETWORK: Omit<ModelDescription, "device"> = {
  input: { C: 2, H: 9, W: 8 },
  layers: LAYERS,
  neuron: loihi({ vThMant: 40 }),
  Ts: 1,
  random: 2,
};

const [N, T] = [4, 60];
const LABELS = [0, 1, 2, 0];
const EVENTS = eventsOf(busyInput([N, 2, 9, 8, T], 4), LABELS);
const LOSS = numSpikes({
  region: { start: 0, stop: 40 },
  true: 15,
  false: 3,
});

gpuTest("a loss filters spikes by the response of Loihi's neuron", async () => {
  using model = await Model.create({ device: device(), ...NETWORK });
  const { layers, losses } = await trace(model, EVENTS, {
    tSample: T,
    loss: LOSS,
  });
  for (const { name, spikes } of layers) {
    ok(spikes.data.some((spike) => spike !== 0), name);
  }
  const neuron = { vDecay: 128, iDecay: 1024, wgtExp: 0 } as LoihiNeuron;
  const taps = loihiResponse(neuron, T);
  const response = taps.map((tap) => tap / Math.max(...taps));
  const target = {
    tgtSpikeRegion: { start: 0, stop: 40 },
    tgtSpikeCount: { true: 15, false: 3 },
  };
  const out = tensor(layers[3].spikes);
  const { loss } = numSpikesLoss(out, LABELS, target, response, 1);
  const sum = losses.reduce((total, one) => total + one, 0);
  close(tensorOf([1], [sum]), tensorOf([1], [loss]));
});

gpuTest("a network of Loihi's neurons learns", async () => {
  using model = await Model.create({ device: device(), ...NETWORK });
  using stepper = await model.compile({
    tSample: T,
    batch: N,
    train: true,
    loss: LOSS,
  });
  for (let step = 0; step < 25; step++) await stepper.train(EVENTS, 2);
  const records = await stepper.drain();
  const sums = records.map(({ losses }) => losses.reduce((a, b) => a + b));
  ok(sums[24] < 0.5 * sums[0], sums.join(" "));
});

gpuTest("Loihi's pools have an even weight", async () => {
  using model = await Model.create({ device: device(), ...NETWORK });
  const { neuron } = model.layers[0];
  // 1.1 · 2560 / 195 is 14.4.
  deepStrictEqual(LOIHI.poolWeight!(neuron.parameters), 14);
});

Deno.test("loihi() refuses what the processor does not have", async () => {
  for (
    const [parameters, problem] of [
      [{ vThMant: 0 }, "vThMant 0: it is not an integer from 1 to 131071"],
      [{ vDecay: 4097 }, "vDecay 4097: it is not an integer from 0 to 4096"],
      [{ iDecay: 0.5 }, "iDecay 0.5: it is not an integer from 0 to 4096"],
      [{ refDelay: 0 }, "refDelay 0: it is not an integer from 1 to 63"],
      [{ wgtExp: 8 }, "wgtExp 8: it is not an integer from -6 to 7"],
      [{ tauRho: 0 }, "tauRho 0: it is not positive"],
    ] as const
  ) {
    throws(() => loihi(parameters), {
      name: "RangeError",
      message: `Cannot build a neuron with ${problem}`,
    });
  }
  await rejects(
    Model.create({ ...NETWORK, layers: [{ dense: 3, quantize: 0 }] }),
    {
      name: "RangeError",
      message: 'Cannot build layer "fc1" with weights in steps of 0: not ' +
        "positive",
    },
  );
});
