import { deepStrictEqual, ok } from "node:assert/strict";
import { readBytes } from "../../../engine/device/readback.ts";
import type { UnitDescription } from "../../../engine/layerwise/units/unit_descriptions.ts";
import { planesOf } from "../../../engine/layerwise/units/units.ts";
import type { Sparsity } from "../../../engine/losses/loss.ts";
import {
  crossEntropy,
  type ReadoutOptions,
  spikeMax,
  spikeMoid,
  spikeRate,
  squaredRate,
} from "../../../engine/losses/readout.ts";
import { Model } from "../../../engine/model.ts";
import { adaptiveLeaky } from "../../../engine/neurons/adaptive_leaky.ts";
import { cubaLeaky } from "../../../engine/neurons/cuba_leaky.ts";
import {
  fixedAdaptiveResonator,
  fixedResonator,
} from "../../../engine/neurons/fixed_point.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import { sigmaDelta } from "../../../engine/neurons/sigma_delta.ts";
import { resonator } from "../../../engine/neurons/resonator.ts";
import { adaptiveResonator } from "../../../engine/neurons/adaptive_resonator.ts";
import { parametricLeaky } from "../../../engine/neurons/parametric_leaky.ts";
import type { InputCoding } from "../../../engine/plan/sizes.ts";
import { close, same } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { unpack } from "../../kernels/kernel_orders.ts";
import { runUnits } from "../../oracle/units/network.ts";
import { tensorOf } from "../../oracle/tensor.ts";
import { busyInput } from "../networks.ts";
import { unitEvents } from "./unit_events.ts";
import { twinsOf } from "./unit_twins.ts";

/** Gradients pass layers, norms and bins. */
const TOLERANCE = 2e-5;

/** A network and its input. */
interface Case {
  readonly what: string;
  readonly shape: readonly number[];
  readonly layers: readonly UnitDescription[];
  readonly coding?: InputCoding;
  readonly loss?: "rates" | "sigmoids" | "target rates" | "shares";
  readonly sparsity?: Sparsity;
  readonly classWeights?: readonly number[];
  /** @default TOLERANCE */
  readonly tolerance?: number;
}

const conv = (out: number, more: Partial<Record<string, unknown>> = {}) => ({
  conv: { out, kernel: 3, padding: 1, ...more },
});

const CASES: readonly Case[] = [
  {
    what: "strides, groups, dropout and pixels that no window covers",
    shape: [3, 2, 9, 7, 33],
    layers: [
      {
        ...conv(6, { stride: 2 }),
        norm: "batch",
        neuron: leaky({ threshold: 0.25, reset: "soft", detachReset: false }),
        pool: { max: 2 },
      },
      {
        ...conv(6, { groups: 3 }),
        norm: { epsilon: 0.01, momentum: 0.2 },
        neuron: adaptiveLeaky({ threshold: 0.5, tauAdaptation: 4 }),
      },
      { dropout: 0.4 },
      { dense: 3, norm: "batch", neuron: "none" },
    ],
    coding: { mode: "SUM_NORM", height: 1 },
    classWeights: [1, 0.5, 2],
  },
  {
    what: "a gate, ghost maps around a shortcut, pooled counts and rates",
    shape: [2, 3, 4, 4, 5],
    layers: [
      {
        ...conv(3),
        norm: "batch",
        neuron: parametricLeaky({ threshold: 0.5, tau: 3 }),
      },
      {
        residual: [{
          ...conv(3),
          bias: true,
          neuron: cubaLeaky({
            threshold: 0.5,
            tauSyn: 3,
            decays: "learned",
          }),
        }],
        join: "gate",
      },
      {
        residual: [{ ghost: conv(6).conv, norm: "batch" }],
        shortcut: [{ conv: { out: 6, kernel: 1 }, norm: "batch" }],
        pool: { max: 2 },
      },
      { dense: 3, neuron: leaky({ tau: Infinity, threshold: 0.05 }) },
    ],
    coding: { mode: "SUM", height: 0.5, most: 5 },
    loss: "rates",
  },
  {
    what: "resonators, of which groups vote",
    shape: [2, 2, 4, 3, 40],
    layers: [
      { ...conv(4), norm: "batch", neuron: resonator({ threshold: 0.8 }) },
      {
        ...conv(6, { groups: 2 }),
        neuron: adaptiveResonator({ threshold: 0.1, period: 5 }),
      },
      { average: 3 },
    ],
    sparsity: { maxRate: 0.02, lam: 30 },
    loss: "sigmoids",
  },
  {
    what: "delays of pixels, of channels and of all, joined and pooled",
    shape: [2, 2, 5, 4, 35],
    layers: [
      {
        ...conv(6, { groups: 2 }),
        norm: "batch",
        neuron: leaky({ threshold: 0.25 }),
        delay: {},
        pool: { max: 2 },
        dropout: 0.2,
      },
      {
        residual: [{ ...conv(6), delay: 1.5 }],
        shortcut: [{
          conv: { out: 6, kernel: 1 },
          neuron: leaky({ threshold: 0.1 }),
          delay: { per: "channel" },
        }],
        join: "gate",
      },
      {
        dense: 4,
        recurrent: true,
        neuron: leaky({ threshold: 0.05 }),
        delay: {},
      },
      { dense: 3, neuron: leaky({ threshold: 0.05 }) },
    ],
    sparsity: { maxRate: 0.02, lam: 9 },
    loss: "shares",
    classWeights: [1, 2, 0.5],
  },
  {
    what: "neurons that send changes, and leaky ones that read them",
    shape: [2, 2, 5, 4, 35],
    layers: [
      {
        ...conv(6, { groups: 2 }),
        norm: "batch",
        neuron: sigmaDelta({ threshold: 0.2 }),
      },
      { ...conv(4), neuron: sigmaDelta({ threshold: 0.05 }) },
      { ...conv(4), neuron: leaky({ threshold: 0.1 }), pool: { max: 2 } },
      { dense: 6, neuron: sigmaDelta({ threshold: 0.02 }) },
      { dense: 3, neuron: "none" },
    ],
    coding: { mode: "SUM_NORM", height: 1 },
  },
  {
    what: "changes in steps, of several activations",
    shape: [2, 2, 5, 4, 35],
    layers: [
      {
        ...conv(6, { groups: 2 }),
        norm: "batch",
        neuron: sigmaDelta({
          threshold: 0.2,
          step: 1 / 64,
          activation: "identity",
        }),
      },
      {
        ...conv(4),
        neuron: sigmaDelta({
          threshold: 0.5,
          step: 1 / 64,
          cumError: true,
          activation: "tanh",
        }),
      },
      {
        ...conv(4),
        neuron: sigmaDelta({
          threshold: 0.02,
          step: 1 / 128,
          activation: "sigmoid",
        }),
      },
      {
        dense: 6,
        neuron: sigmaDelta({
          threshold: 0.3,
          step: 1 / 4096,
          cumError: true,
          activation: "leaky relu",
        }),
      },
      { dense: 3, neuron: "none" },
    ],
    coding: { mode: "SUM_NORM", height: 1 },
    // The many planes of a small negative change cancel.
    tolerance: 5e-5,
  },
  {
    what: "recurrent layers, joined, dropped and in several rounds",
    shape: [2, 2, 2, 3, 33],
    layers: [
      {
        dense: 270,
        recurrent: true,
        norm: "batch",
        neuron: cubaLeaky({ threshold: 0.5, decays: "learned" }),
      },
      {
        residual: [{
          dense: 270,
          recurrent: true,
          neuron: resonator({ threshold: 0.3, period: 5 }),
        }],
        dropout: 0.2,
      },
      { average: 3 },
    ],
    sparsity: { maxRate: 0.02, lam: 9 },
  },
  {
    what: "resonators in integers, recurrent ones too",
    shape: [2, 2, 4, 3, 40],
    layers: [
      {
        ...conv(6, { groups: 2 }),
        bias: false,
        neuron: fixedResonator({ vThMant: 12 }),
        quantize: 1 / 64,
      },
      {
        dense: 10,
        recurrent: true,
        bias: false,
        neuron: fixedResonator({ vThMant: 4, fires: "imaginary" }),
        quantize: 1 / 64,
      },
      {
        dense: 10,
        recurrent: true,
        bias: false,
        neuron: fixedAdaptiveResonator({
          vThMant: 4,
          sinDecay: 3500,
          cosDecay: 1500,
        }),
        quantize: 1 / 64,
      },
      { dense: 3, neuron: "none" },
    ],
    coding: { mode: "SUM", height: 1 },
  },
  {
    what: "rounded weights, recurrent ones and biases too",
    shape: [3, 2, 5, 4, 33],
    layers: [
      {
        ...conv(6, { groups: 2 }),
        norm: "mean",
        neuron: cubaLeaky({ threshold: 0.3, tauSyn: 3 }),
        quantize: 0.125,
      },
      {
        dense: 12,
        recurrent: true,
        neuron: leaky({ threshold: 0.1 }),
        quantize: 0.0625,
      },
      { dense: 3, neuron: "none", quantize: 0.25 },
    ],
    coding: { mode: "SUM", height: 1 },
  },
  {
    what: "target rates, and bounds of those before",
    shape: [3, 1, 3, 3, 9],
    layers: [
      {
        ...conv(4),
        norm: "scale",
        neuron: leaky({ threshold: 0.05 }),
        pool: { max: 2 },
      },
      { dense: 8, neuron: leaky({ threshold: 0.05 }), dropout: 0.2 },
      { dense: 3, norm: "batch", neuron: leaky({ threshold: 0.3 }) },
    ],
    sparsity: { maxRate: 0.05, lam: 9 },
    loss: "target rates",
  },
];

/** The engine's losses, and what the twin knows of them. */
const LOSSES = {
  "cross-entropy": { make: crossEntropy, kind: "cross-entropy" },
  rates: { make: squaredRate, kind: "squared error" },
  sigmoids: {
    make: (options: ReadoutOptions) =>
      spikeMoid({ alpha: 0.5, theta: 0.1, ...options }),
    kind: "sigmoids",
    sigmoid: { alpha: 0.5, theta: 0.1 },
  },
  shares: { make: spikeMax, kind: "shares" },
  "target rates": {
    make: (options: ReadoutOptions) =>
      spikeRate({ true: 0.7, false: 0.1, ...options }),
    kind: "rate error",
    rates: { true: 0.7, false: 0.1 },
  },
} as const;

for (const { what, shape, layers, ...others } of CASES) {
  const { coding, loss = "cross-entropy", classWeights, sparsity } = others;
  const { tolerance = TOLERANCE } = others;
  gpuTest(`a network with ${what} is its twin`, async () => {
    const [N, C, H, W, T] = shape;
    const x = busyInput(shape, 2, 6);
    const labels = Array.from({ length: N }, (_, n) => n % 3);
    const [seed, Ts] = [5, 0.5];
    using model = await Model.create({
      device: device(),
      input: { C, H, W },
      layers,
      neuron: leaky({ threshold: 0.5 }),
      Ts,
      coding,
      random: 4,
    });
    const smoothing = 0.1;
    const { make, ...kind } = LOSSES[loss];
    using stepper = await model.compileUnits({
      tSample: T * Ts,
      batch: N,
      loss: make({ smoothing, classWeights, sparsity }),
      train: true,
      changes: { seed },
    });
    const weights = await model.weights();
    await stepper.train(unitEvents(stepper.plan, x, labels), 0);
    const [record] = await stepper.drain();
    const { units, buffers: { microBatches: [own] } } = stepper.plan;
    const { mode, height = 1, most = 255 } = coding ?? { mode: "OR" };
    const size = x.data.length / N;
    const input = x.data.map((count, i) => {
      if (mode === "OR") return Math.min(count, 1);
      if (mode === "SUM") return height * Math.min(count, most);
      const n = Math.floor(i / size);
      return count / Math.max(...x.data.subarray(n * size, (n + 1) * size));
    });
    const twin = runUnits(
      twinsOf(units.units, weights, { seed: 1_000_003 * seed, Ts }),
      tensorOf(shape, input),
      labels.map((label) => ({ label, mixed: label, share: 1 })),
      {
        ...kind,
        one: 1 / T,
        sparsity,
        smoothing,
        classWeights: classWeights ?? [1, 1, 1],
      },
    );
    for (const [index, { neuron, joined }] of units.units.entries()) {
      if (!neuron) continue;
      const { extent } = joined;
      const P = planesOf(joined);
      const raster = [N, extent.C, extent.H, extent.W, T];
      const words = new Uint32Array(
        await readBytes(device(), own.joined[index]),
      ).subarray(0, raster.reduce((a, b) => a * b) / T * P * Math.ceil(T / 32));
      const { scale = 1 } = joined;
      const spikes = unpack(words, raster, P);
      const isBig = 2 ** (P - 1);
      const sent = joined.signed
        ? spikes.data.map((k) => scale * (k >= isBig ? k - 2 * isBig : k))
        : spikes.data;
      if (joined.signed) close(tensorOf(raster, sent), twin.joined[index]);
      else same(sent, twin.joined[index].data);
      ok(spikes.data.some((count) => count > 0), units.units[index].layer.name);
    }
    close(tensorOf([N], record.losses), tensorOf([N], twin.losses), 1e-5);
    const gradients = await model.gradients();
    const names = Object.keys(gradients).sort();
    deepStrictEqual(names, Object.keys(twin.gradients).sort());
    for (const name of names) {
      const expected = twin.gradients[name];
      const length = [expected.length];
      ok(Array.from(expected).some((value) => value !== 0), name);
      close(
        tensorOf(length, gradients[name].data),
        tensorOf(length, expected),
        tolerance,
      );
    }
  });
}
