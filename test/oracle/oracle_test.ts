import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { delay, delayGradient, delayInputGradient } from "./layers/axon.ts";
import {
  conv,
  convInputGradient,
  convWeightGradient,
  type Geometry,
} from "./layers/conv.ts";
import {
  dense,
  denseInputGradient,
  denseWeightGradient,
} from "./layers/dense.ts";
import { numSpikesLoss, predict, spikeTimeLoss, type Target } from "./loss.ts";
import {
  loihi,
  loihiAdjoint,
  type LoihiNeuron,
  loihiResponse,
} from "./neurons/loihi.ts";
import {
  type Neuron,
  refractoryKernel,
  responseKernel,
} from "./neurons/neuron.ts";
import {
  backward,
  createNetwork,
  forward,
  forwardGiven,
  trainStep,
} from "./network.ts";
import { adam, nadam, type Optimizer, sgd } from "./optimizer.ts";
import { pool, poolInputGradient } from "./layers/pool.ts";
import { psp, pspAdjoint, spike, surrogate } from "./neurons/srm.ts";
import type { Synapse } from "./layers/synapse.ts";
import { type Tensor, tensorOf } from "./tensor.ts";
import {
  convTranspose,
  convTransposeInputGradient,
  convTransposeWeightGradient,
  unpool,
  unpoolInputGradient,
} from "./layers/transposed.ts";
import { haveFull, loadVectors } from "../fixtures/reference_vectors.ts";

interface Simulated {
  neuron: Neuron;
  simulation: { Ts: number; tSample: number };
}

/** Compares with float32 results; `tolerance` is relative to the largest. */
function close(actual: Tensor, expected: Tensor, tolerance = 1e-6): void {
  deepStrictEqual([...actual.shape], [...expected.shape]);
  let largest = 0;
  let worst = 0;
  expected.data.forEach((value, i) => {
    largest = Math.max(largest, Math.abs(value));
    worst = Math.max(worst, Math.abs(value - actual.data[i]));
  });
  ok(worst <= tolerance * largest, `off by ${worst}, the largest ${largest}`);
}

function distance(a: Tensor, b: Tensor): number {
  return Math.sqrt(
    a.data.reduce((sum, value, i) => sum + (value - b.data[i]) ** 2, 0),
  );
}

function sameSpikes(actual: Tensor, expected: Tensor): void {
  const differ = actual.data.findIndex((value, i) =>
    (value !== 0) !== (expected.data[i] !== 0)
  );
  strictEqual(differ, -1);
}

function kernels({ neuron, simulation: { Ts, tSample } }: Simulated) {
  const T = tSample / Ts;
  return {
    response: responseKernel(neuron, Ts, T),
    refractory: refractoryKernel(neuron, Ts, T),
  };
}

for (const set of [0, 1, 2, 3]) {
  Deno.test(`the oracle has the taps of kernels_${set}`, () => {
    const { params, tensors } = loadVectors<Simulated>(`kernels_${set}`);
    const { response, refractory } = kernels(params);
    close(tensorOf([response.length], response), tensors.srm, 3e-8);
    close(tensorOf([refractory.length], refractory), tensors.ref, 6e-8);
  });

  Deno.test(`the oracle responds and fires as psp_spike_${set}`, () => {
    const { params, tensors } = loadVectors<Simulated>(`psp_spike_${set}`);
    const { neuron, simulation: { Ts } } = params;
    const { response, refractory } = kernels(params);
    close(psp(tensors.x, response, Ts), tensors.psp);
    close(pspAdjoint(tensors.psp_gout, response, Ts), tensors.psp_gin);
    const before = tensors.u.data.slice();
    const { spikes, u } = spike(tensors.u, refractory, neuron.theta, Ts);
    deepStrictEqual(tensors.u.data, before);
    close(spikes, tensors.spike);
    close(u, tensors.u_after);
    const rho = surrogate(tensors.u_after, neuron);
    const gradient = rho.data.map((r, i) => r * tensors.spike_gout.data[i]);
    close(tensorOf(rho.shape, gradient), tensors.spike_gin);
  });
}

for (const name of ["pool_2_even", "pool_2_odd", "pool_3_odd", "pool_4"]) {
  Deno.test(`the oracle pools as ${name}`, () => {
    const { params, tensors } = loadVectors<{ kernel: number }>(name);
    const { x, gout } = tensors;
    close(pool(x, params.kernel, 11), tensors.y);
    const dx = poolInputGradient(gout, params.kernel, 11, x.shape);
    close(dx, tensors.gin);
  });
}

for (const name of ["3_dil2", "3_groups2", "3_stride2", "5_pad2", "rect"]) {
  Deno.test(`the oracle convolves as conv_${name}`, () => {
    const { params, tensors } = loadVectors<Geometry>(`conv_${name}`);
    const { x, weight, gout } = tensors;
    close(conv(x, weight, params), tensors.y);
    close(convInputGradient(gout, weight, params, x.shape), tensors.gin);
    close(convWeightGradient(x, gout, params, weight.shape), tensors.gw);
  });
}

for (const name of ["dense_1d", "dense_3d"]) {
  Deno.test(`the oracle connects as ${name}`, () => {
    const { x, weight, gout, ...expected } = loadVectors(name).tensors;
    close(dense(x, weight), expected.y);
    close(denseInputGradient(gout, weight, x.shape), expected.gin);
    close(denseWeightGradient(x, gout, weight.shape), expected.gw);
  });
}

Deno.test("the oracle convolves transposed as conv_transpose", () => {
  const { params, tensors } = loadVectors<Geometry>("conv_transpose");
  const { x, weight, gout } = tensors;
  close(convTranspose(x, weight, params), tensors.y);
  const dx = convTransposeInputGradient(gout, weight, params, x.shape);
  close(dx, tensors.gin);
  const dw = convTransposeWeightGradient(x, gout, params, weight.shape);
  close(dw, tensors.gw);
});

Deno.test("the oracle unpools as unpool_2", () => {
  const { params, tensors } = loadVectors<{ kernel: number }>("unpool_2");
  close(unpool(tensors.x, params.kernel, 11), tensors.y);
  close(unpoolInputGradient(tensors.gout, params.kernel, 11), tensors.gin);
});

Deno.test("the oracle computes in integers as loihi", () => {
  const { params: { neuron }, tensors } = loadVectors<{ neuron: LoihiNeuron }>(
    "loihi",
  );
  const { weighted, spike: spikes, voltage, current, gout, gin } = tensors;
  const found = loihi(weighted, neuron);
  deepStrictEqual(found.spikes, spikes);
  deepStrictEqual(found.current, current);
  // It keeps vDecay in place of a voltage above the threshold.
  const marked = found.voltage.data.map((v, i) =>
    spikes.data[i] ? neuron.vDecay : v
  );
  deepStrictEqual(marked, voltage.data);
  const epsilon = loihiResponse(neuron);
  deepStrictEqual([...epsilon, 0], [...tensors.srm.data]);
  close(loihiAdjoint(gout, voltage, neuron), gin);
});

Deno.test("the oracle delays as delay", () => {
  const { params, tensors } = loadVectors<{ Ts: number }>("delay");
  const { x, delay: delays, gout, ...expected } = tensors;
  const axon = { delays, Ts: params.Ts };
  const y = delay(x, axon);
  close(y, expected.y);
  close(delayInputGradient(gout, axon), expected.gin);
  close(delayGradient(y, gout, axon), expected.gdelay);
});

for (const set of haveFull ? ["00", "01", "10", "11"] : ["00", "11"]) {
  Deno.test(`the oracle counts spikes as loss_numspikes_${set}`, () => {
    const { params, tensors } = loadVectors<Simulated & { error: Target }>(
      `loss_numspikes_${set}`,
    );
    const { out, label } = tensors;
    const { Ts } = params.simulation;
    const { response } = kernels(params);
    const { loss, gradient } = numSpikesLoss(
      out,
      label.data,
      params.error,
      response,
      Ts,
    );
    close(tensorOf([1], [loss]), tensors.loss);
    close(gradient, tensors.gout);
    deepStrictEqual(predict(out), [...tensors.cls.data]);
  });
}

for (const set of [0, 1]) {
  Deno.test(`the oracle compares spike trains as loss_spiketime_${set}`, () => {
    const { params, tensors } = loadVectors<Simulated>(`loss_spiketime_${set}`);
    const { out, desired } = tensors;
    const { Ts } = params.simulation;
    const { response } = kernels(params);
    const { loss, gradient } = spikeTimeLoss(out, desired, response, Ts);
    close(tensorOf([1], [loss]), tensors.loss);
    close(gradient, tensors.gout);
  });
}

const OPTIMIZERS: [name: string, Optimizer, lr: number][] = [
  ["adam", adam, 0.01],
  ["nadam", nadam, 0.01],
  ["sgd", sgd, 0.001],
];
const LAYERS: Record<string, string[]> = {
  net_cnn: ["pool1", "conv1", "pool2", "conv2", "pool3", "fc1", "fc2"],
  net_mlp: ["fc1", "fc2"],
};

function loadNetwork(name: string) {
  const { params: { params, T }, tensors } = loadVectors<{
    params: Simulated & { training: { error: Target } };
    T: number;
  }>(name);
  const layers = LAYERS[name].map((layer): Synapse => {
    const { shape, data } = tensors[`w0.${layer}.weight`];
    const weight = tensorOf(shape, data);
    if (layer.startsWith("pool")) return { type: "pool", kernel: shape[2] };
    return layer.startsWith("conv")
      ? { type: "conv", weight, geometry: { padding: 2 } }
      : { type: "dense", weight };
  });
  const { neuron, simulation: { Ts }, training: { error } } = params;
  const network = createNetwork(neuron, Ts, T, layers);
  return { network, target: error, tensors, names: LAYERS[name] };
}

function testNetwork(name: string): void {
  Deno.test(`the oracle fires and learns as ${name}`, () => {
    const { network, target, tensors, names } = loadNetwork(name);
    const { x, label } = tensors;
    const { neurons: [{ neuron: { theta } }], response, Ts } = network;
    const given = names.map((_, l) => tensors[`layer${l}`]);
    forward(network, x).forEach(({ spikes }, l) =>
      sameSpikes(spikes, given[l])
    );
    const activities = forwardGiven(network, x, given);
    activities.forEach(({ u }, l) => {
      const undecided = u.data.findIndex((value, i) =>
        Math.abs(value - theta) > 1e-4 &&
        (value >= theta) !== (given[l].data[i] !== 0)
      );
      strictEqual(undecided, -1);
    });
    const out = given.at(-1)!;
    const { loss, gradient } = numSpikesLoss(
      out,
      label.data,
      target,
      response,
      Ts,
    );
    close(tensorOf([1], [loss]), tensors.loss0);
    const gradients = backward(network, x, activities, { gradient });
    gradients.forEach((dw, l) => {
      const expected = tensors[`grad.${names[l]}.weight`];
      strictEqual(dw === undefined, expected === undefined);
      if (dw !== undefined) close(dw, expected);
    });
  });

  for (const [optimizer, make, lr] of OPTIMIZERS) {
    Deno.test(`the oracle trains ${name} with ${optimizer}`, () => {
      const { network, target, tensors, names } = loadNetwork(name);
      const { x, label } = tensors;
      const updates = names.map(() => make(lr));
      const losses = Array.from(
        { length: 5 },
        () => trainStep(network, x, label.data, target, updates),
      );
      close(tensorOf([5], losses), tensors[`${optimizer}.loss`]);
      network.layers.forEach((layer, l) => {
        if (!("weight" in layer)) return;
        const expected = tensors[`${optimizer}.w5.${names[l]}.weight`];
        const initial = tensors[`w0.${names[l]}.weight`];
        const error = distance(layer.weight, expected);
        ok(error <= 1e-4 * distance(initial, expected), `off by ${error}`);
      });
    });
  }
}

testNetwork("net_cnn");
if (haveFull) testNetwork("net_mlp");
else console.warn("Not tested, only in the full set: net_mlp, two losses");
