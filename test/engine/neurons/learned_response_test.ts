import {
  deepStrictEqual,
  notDeepStrictEqual,
  ok,
  rejects,
  strictEqual,
} from "node:assert/strict";
import {
  differentiateLayer,
  type LayerDescription,
  Model,
  type ModelDescription,
  type NamedArray,
  numSpikes,
  probSpikes,
  runLayer,
} from "../../../mod.ts";
import type { Device } from "../../../engine/mod.ts";
import { SRM_LEARNED } from "../../../engine/neurons/srm_alpha.ts";
import { close, equalInner, noise } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import {
  filterBank,
  filterBankAdjoint,
  filterTapsGradient,
} from "../../oracle/neurons/filter.ts";
import {
  refractoryKernel,
  responseKernel,
} from "../../oracle/neurons/neuron.ts";
import { surrogate, withRefractory } from "../../oracle/neurons/srm.ts";
import {
  synapse,
  synapseInputGradient,
  synapseWeightGradient,
} from "../../oracle/layers/synapse.ts";
import { type Tensor, tensorOf } from "../../oracle/tensor.ts";
import { smallDevice } from "../device/small_device.ts";
import {
  busyInput,
  eventsOf,
  excite,
  NEURON,
  oracleOf,
  part,
} from "../networks.ts";
import { tensor } from "../trace/trace_agreement.ts";

const array = ({ shape, data }: Tensor): NamedArray => ({
  shape: [...shape],
  data: Float32Array.from(data),
});

const LAYERS: LayerDescription[] = [
  { conv: { out: 6, kernel: 3, groups: 2 } },
  { unpool: 1 },
  { dense: { out: 5, weightScale: 60 } },
];

const INPUT = { C: 2, H: 6, W: 5 };

function describe(Ts: number, layers = LAYERS): ModelDescription {
  return {
    input: INPUT,
    layers,
    neuron: { kind: SRM_LEARNED, ...NEURON },
    Ts,
    random: 4,
  };
}

/** Holds each layer against its twin. */
async function agrees(model: Model, T: number): Promise<void> {
  const { Ts } = model.description;
  const weights = await excite(model);
  for (const [name, { shape, data }] of Object.entries(weights)) {
    if (!name.endsWith(".response")) continue;
    const change = noise(shape, 5).data;
    weights[name] = { shape, data: data.map((h, k) => h + 0.3 * change[k]) };
  }
  model.setWeights(weights);
  const { layers } = oracleOf({ Ts }, model.layers, weights, T);
  const refractory = refractoryKernel(NEURON, Ts, T);
  for (const [l, own] of model.layers.entries()) {
    const { name, input, output } = own;
    const { filters, K } = own.response!;
    const x = busyInput([3, input.C, input.H, input.W, T], 3 + l);
    const unit = { ...x, data: x.data.map((spike) => spike / Ts) };
    const { shape, data } = weights[`${name}.response`];
    const all = Float64Array.from(data);
    const tables = Array.from(
      { length: filters },
      (_, i) => all.subarray(i * K, i * K + K),
    );
    const drive = synapse(layers[l], unit, NEURON);
    const response = filterBank(drive, tables, Ts);
    const found = await runLayer(model, { layer: name, spikes: array(x) });
    close(tensor(found.responses), response, 1e-5);
    const u = withRefractory(response, tensor(found.spikes), refractory);
    close(tensor(found.potentials), u, 1e-5);
    const ds = noise([3, output.C, output.H, output.W, T], 7);
    const back = await differentiateLayer(model, {
      layer: name,
      spikes: array(x),
      gradient: array(ds),
    });
    const rho = surrogate(tensor(found.potentials), NEURON);
    const du = { ...rho, data: rho.data.map((r, i) => r * ds.data[i]) };
    const dy = filterBankAdjoint(du, tables, Ts);
    const dx = synapseInputGradient(layers[l], dy, x.shape, NEURON);
    close(tensor(back.spikes), dx, 1e-5);
    const dw = synapseWeightGradient(layers[l], unit, dy);
    if (dw) close(tensor(back.weights!), dw, 1e-5);
    const gradients = await model.gradients();
    const taps = filterTapsGradient(drive, du, { filters, K }, Ts);
    close(
      tensor(gradients[`${name}.response`]),
      tensorOf(shape, taps),
      1e-5,
    );
    // The response is linear in its taps, and in its drives.
    const [h, dh] = [tensorOf(shape, all), tensorOf(shape, taps)];
    equalInner(response, du, h, dh);
    equalInner(response, du, drive, dy);
  }
}

for (const [T, Ts] of [[45, 1], [70, 5], [3, 5]]) {
  gpuTest(
    `learned responses agree with their twin, T = ${T}, Ts = ${Ts}`,
    async () => {
      using model = await Model.create({ device: device(), ...describe(Ts) });
      const first = await model.weights();
      const epsilon = Float32Array.from(responseKernel(NEURON, Ts, 4096));
      for (const name of ["conv1", "unpool1", "fc1"]) {
        const { shape, data } = first[`${name}.response`];
        deepStrictEqual(shape, [epsilon.length]);
        deepStrictEqual(data, epsilon);
      }
      await agrees(model, T);
    },
  );
}

gpuTest("several responses of a neuron agree with their twin", async () => {
  const neuron = { filters: 3, taps: 7 };
  using model = await Model.create({
    device: device(),
    ...describe(2, [
      { conv: { out: 6, kernel: 3, groups: 2 }, neuron },
      { dense: 5, neuron: { filters: 4, taps: 50 } },
    ]),
  });
  const first = await model.weights();
  deepStrictEqual(first["conv1.weight"].shape, [18, 1, 3, 3, 1]);
  deepStrictEqual(first["conv1.response"].shape, [3, 7]);
  deepStrictEqual(model.layers[0].output, { C: 6, H: 4, W: 3 });
  ok(first["fc1.response"].data.every((h) => Math.abs(h) <= 1 / Math.sqrt(50)));
  await agrees(model, 37);
});

const [N, T] = [4, 40];
const EVENTS = eventsOf(busyInput([N, 2, 6, 5, T], 4), [0, 1, 2, 0]);
const OPTIONS = {
  tSample: T,
  batch: N,
  train: true,
  loss: numSpikes({ true: 15, false: 3 }),
};

/** Trains a few steps, and gives the state and the losses. */
async function train(on: Device, parts = [[0, N]], clip?: number) {
  using model = await Model.create({ device: on, ...describe(1), clip });
  await excite(model);
  using stepper = await model.compile(OPTIONS);
  for (let step = 0; step < 8; step++) {
    for (const [first, end] of parts) {
      if (end < N) await stepper.accumulate(part(EVENTS, first, end));
      else await stepper.train(part(EVENTS, first, end), 0.02);
    }
  }
  const records = await stepper.drain();
  return {
    state: await model.state(),
    losses: records.map(({ losses }) => losses.reduce((a, b) => a + b)),
    M: stepper.microBatch,
  };
}

gpuTest("responses learn, the same bits however batches are cut", async () => {
  const whole = await train(device());
  const { "fc1.response": { data } } = whole.state.weights;
  notDeepStrictEqual(data, Float32Array.from(responseKernel(NEURON, 1, 4096)));
  ok(whole.losses[7] < whole.losses[0], whole.losses.join(" "));
  const small = smallDevice(4 * 3 * T * 8 * 12);
  const micro = await train(small);
  strictEqual(micro.M, 3);
  deepStrictEqual(micro.state, whole.state);
  for (const clip of [undefined, 1e9]) {
    const cut = await train(device(), [[0, 1], [1, 4]], clip);
    deepStrictEqual(cut.state, whole.state);
  }
});

gpuTest(
  "pools and losses that wake outputs take no learned response",
  async () => {
    await rejects(
      Model.create({ device: device(), ...describe(1), layers: [{ pool: 2 }] }),
      {
        name: "ShapeError",
        message: 'Cannot build layer "pool1" with a learned response: its ' +
          "kernel integrates neurons itself",
      },
    );
    using model = await Model.create({ device: device(), ...describe(1) });
    await rejects(
      model.compile({ ...OPTIONS, loss: probSpikes({ window: 5 }) }),
      {
        name: "ShapeError",
        message:
          'Cannot train layer "fc1" by loss "probSpikes": it learns its ' +
          "response, and the loss wakes silent neurons",
      },
    );
  },
);
