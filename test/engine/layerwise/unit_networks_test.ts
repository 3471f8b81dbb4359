import { deepStrictEqual, ok } from "node:assert/strict";
import { readBytes } from "../../../engine/device/readback.ts";
import { planesOf } from "../../../engine/layerwise/units/units.ts";
import {
  crossEntropy,
  type ReadoutOptions,
  spikeMax,
  spikeMoid,
  spikeRate,
  squaredRate,
} from "../../../engine/losses/readout.ts";
import { Model } from "../../../engine/model.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import { close, same } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { unpack } from "../../kernels/kernel_orders.ts";
import { runUnits } from "../../oracle/units/network.ts";
import { tensorOf } from "../../oracle/tensor.ts";
import { busyInput } from "../networks.ts";
import { unitEvents } from "./unit_events.ts";
import { UNIT_NETWORKS } from "./unit_networks.ts";
import { twinsOf } from "./unit_twins.ts";

/** Gradients pass layers, norms and bins. */
const TOLERANCE = 2e-5;

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

for (const { what, shape, layers, ...others } of UNIT_NETWORKS) {
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
