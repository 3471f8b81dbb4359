import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import {
  differentiateLayer,
  type LayerDescription,
  Model,
  type NamedArray,
  numSpikes,
  packSpikes,
  runLayer,
  trace,
} from "../../../mod.ts";
import type { Device } from "../../../engine/mod.ts";
import { close, noise, same } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { createNetwork, forwardGiven } from "../../oracle/network.ts";
import { pspAdjoint, surrogate } from "../../oracle/neurons/srm.ts";
import {
  synapseInputGradient,
  synapseWeightGradient,
} from "../../oracle/layers/synapse.ts";
import { type Tensor, zeros } from "../../oracle/tensor.ts";
import { smallDevice } from "../device/small_device.ts";
import { busyInput, excite, NEURON, oracleOf } from "../networks.ts";
import { leaky } from "../own_kinds/leaky_neuron.ts";
import { scale } from "../own_kinds/scale_layer.ts";
import { tensor } from "../trace/trace_agreement.ts";

const [N, T] = [3, 45];

const LAYERS: LayerDescription[] = [
  { pool: 2 },
  { conv: { out: 6, kernel: 3, stride: 2, padding: 1, groups: 2 } },
  { dense: 3 },
];

/** A network whose layers all fire. */
async function excited(on: Device, Ts: number): Promise<Model> {
  const model = await Model.create({
    device: on,
    input: { C: 4, H: 9, W: 7 },
    layers: LAYERS,
    neuron: NEURON,
    Ts,
    random: 4,
  });
  await excite(model);
  return model;
}

const array = ({ shape, data }: Tensor): NamedArray => ({
  shape: [...shape],
  data: Float32Array.from(data),
});

const INPUT = array(busyInput([N, 4, 9, 7, T], 2));

/** Incoming spikes of each layer, as a trace of the whole network has them. */
async function traced(model: Model) {
  const { Ts } = model.description;
  const { layers } = await trace(model, packSpikes(INPUT, [0, 1, 2]), {
    tSample: T * Ts,
    loss: numSpikes({ true: 9, false: 2 }),
  });
  return layers.map((layer, l) => ({
    ...layer,
    incoming: l === 0 ? INPUT : layers[l - 1].spikes,
  }));
}

for (const Ts of [1, 5]) {
  gpuTest(
    `runLayer() does what the layer does in its network, Ts = ${Ts}`,
    async () => {
      using model = await excited(device(), Ts);
      const network = oracleOf({ Ts }, model.layers, await model.weights(), T);
      for (
        const [l, { name, incoming, ...whole }] of (await traced(model))
          .entries()
      ) {
        const found = await runLayer(model, { layer: name, spikes: incoming });
        ok(whole.spikes.data.some((spike) => spike !== 0), name);
        same(found.spikes.data, whole.spikes.data);
        same(found.potentials.data, whole.potentials.data);
        // Without spikes of its own, a neuron has no refractory response.
        const own = createNetwork(NEURON, Ts, T, [network.layers[l]]);
        const x = tensor(incoming);
        const unit = { ...x, data: x.data.map((value) => value && 1 / Ts) };
        const silent = [zeros(found.spikes.shape)];
        const [{ u }] = forwardGiven(own, unit, silent);
        close(tensor(found.responses), u);
      }
    },
  );

  gpuTest(
    `differentiateLayer() agrees with the oracle, Ts = ${Ts}`,
    async () => {
      using model = await excited(device(), Ts);
      const network = oracleOf({ Ts }, model.layers, await model.weights(), T);
      for (
        const [l, { name, incoming, potentials }] of (await traced(model))
          .entries()
      ) {
        const ds = noise(potentials.shape, 7);
        const found = await differentiateLayer(model, {
          layer: name,
          spikes: incoming,
          gradient: array(ds),
        });
        const { neuron, response } = network.neurons[l];
        const rho = surrogate(tensor(potentials), neuron);
        const du = { ...rho, data: rho.data.map((r, i) => r * ds.data[i]) };
        const dy = pspAdjoint(du, response, Ts);
        const x = tensor(incoming);
        const unit = { ...x, data: x.data.map((value) => value && 1 / Ts) };
        const synapse = network.layers[l];
        close(
          tensor(found.spikes),
          synapseInputGradient(synapse, dy, x.shape, neuron),
          2e-6,
        );
        const dw = synapseWeightGradient(synapse, unit, dy);
        strictEqual(found.weights === undefined, dw === undefined);
        if (dw) close(tensor(found.weights!), dw, 2e-6);
      }
    },
  );
}

gpuTest("layers of a user's own kind are run and differentiated", async () => {
  using model = await Model.create({
    device: device(),
    input: { C: 2, H: 2, W: 1 },
    layers: [{ kind: scale, weight: 0.7 }],
    neuron: { kind: leaky, tau: 10, width: 1 },
    Ts: 1,
    random: 0,
  });
  const spikes = array(busyInput([1, 2, 2, 1, T], 3));
  const { responses, potentials } = await runLayer(model, {
    layer: "scale1",
    spikes,
  });
  // Without a reset, potentials are the leaky sums of all incoming spikes. The
  // layer has a weight for each neuron, channels last.
  const { data } = (await model.weights())["scale1.weight"];
  let largest = 0;
  for (let row = 0; row < 4; row++) {
    const weight = data[row % 2 * 2 + Math.floor(row / 2)];
    let v = 0;
    for (let t = row * T; t < (row + 1) * T; t++) {
      v = Math.exp(-1 / 10) * v + weight * spikes.data[t];
      largest = Math.max(largest, Math.abs(responses.data[t] - v));
    }
  }
  ok(largest < 1e-5, `${largest}`);
  ok(responses.data.some((value, i) => value > potentials.data[i] + 0.5));
});

gpuTest("a layer gives the same bits in smaller micro-batches", async () => {
  const run = async (on: Device) => {
    using model = await excited(on, 1);
    const spikes = array(busyInput([N, 4, 5, 4, T], 5));
    const { potentials } = await runLayer(model, { layer: "conv1", spikes });
    const gradients = await differentiateLayer(model, {
      layer: "conv1",
      spikes,
      gradient: array(noise(potentials.shape, 7)),
    });
    return { potentials, gradients };
  };
  const whole = await run(smallDevice(1e9));
  // A sample takes more than 10,000 bytes, so that two do not fit 20,000.
  await rejects(run(smallDevice(10_000)), { name: "ShapeError" });
  const cut = await run(smallDevice(20_000));
  same(cut.potentials.data, whole.potentials.data);
  same(cut.gradients.spikes.data, whole.gradients.spikes.data);
  same(cut.gradients.weights!.data, whole.gradients.weights!.data);
});

gpuTest("a layer refuses what does not fit it", async () => {
  using model = await excited(device(), 1);
  const spikes = array(zeros([1, 4, 9, 7, T]));
  await rejects(runLayer(model, { layer: "fc2", spikes }), {
    name: "RangeError",
    message: 'Cannot run layer "fc2": the network has pool1, conv1, fc1',
  });
  await rejects(runLayer(model, { layer: "conv1", spikes }), {
    name: "ShapeError",
    message: "Cannot run a layer on spikes of shape [1,4,9,7,45] with 11340 " +
      "values: expected [1, 4, 5, 4, 45]",
  });
  await rejects(
    differentiateLayer(model, { layer: "pool1", spikes, gradient: spikes }),
    { name: "ShapeError", message: /on a gradient of .* \[1, 4, 5, 4, 45\]$/ },
  );
  using stepper = await model.compile({
    tSample: T,
    batch: 3,
    train: true,
    loss: numSpikes({ true: 9, false: 2 }),
  });
  await stepper.accumulate(packSpikes(INPUT, [0, 1, 2]));
  await rejects(
    differentiateLayer(model, { layer: "pool1", spikes, gradient: spikes }),
    { name: "TypeError", message: /no update has used$/ },
  );
  deepStrictEqual((await stepper.drain()).length, 1);
});
