/**
 * Training steps of networks that are computed layer by layer: a plain network
 * with two or four convolutions, batch norm, leaky neurons and max pooling, and
 * a residual network.
 *
 * The plain networks take batches of 16 samples of 20 bins, the residual
 * network batches of 8 samples of 16 bins; on a software adapter a batch is one
 * sample. Events follow a point on a circle. Prints firing rates and the size
 * of each plan's buffers in bytes.
 *
 * @module
 */

import assert from "node:assert/strict";
import { openDevice } from "../engine/device/device.ts";
import type { UnitDescription } from "../engine/layerwise/units/unit_descriptions.ts";
import { crossEntropy } from "../engine/losses/readout.ts";
import { Model } from "../engine/model.ts";
import { Random } from "../engine/network/random.ts";
import { leaky } from "../engine/neurons/leaky.ts";
import { prepared } from "./setup/prepared.ts";

/** A 3×3 convolution with batch norm. */
const conv = (out: number) => ({
  conv: { out, kernel: 3, padding: 1 },
  norm: "batch" as const,
});

/** A convolution of the plain networks, with max pooling. */
const pooled = { ...conv(32), pool: { max: 2 } };

/** A residual block: two convolutions whose output is added to their input. */
const residual = (out: number) => ({ residual: [conv(out), conv(out)] });

/** The dense layers at the end of the plain networks. */
const tail = (classes: number): UnitDescription[] => [
  { dropout: 0.5 },
  { dense: 128, dropout: 0.5 },
  { dense: classes },
];

/**
 * The networks with pixels along a side, bins per sample, and samples per
 * batch.
 */
const NETWORKS: Readonly<
  Record<string, {
    readonly side: number;
    readonly T: number;
    readonly samples: number;
    readonly layers: readonly UnitDescription[];
  }>
> = {
  "customary 128×128": {
    side: 128,
    T: 20,
    samples: 16,
    layers: [pooled, pooled, pooled, pooled, ...tail(19)],
  },
  "residual 128×128": {
    side: 128,
    T: 16,
    samples: 8,
    layers: [
      { ...conv(16), pool: { max: 4 } },
      ...[residual(16), residual(16)],
      { ...conv(32), pool: { max: 2 } },
      ...[residual(32), residual(32)],
      { ...conv(64), pool: { max: 2 } },
      ...[residual(64), residual(64)],
      { pool: { adaptive: 4 } },
      { dense: 19, neuron: "none" },
    ],
  },
  "customary 34×34": {
    side: 34,
    T: 20,
    samples: 16,
    layers: [pooled, pooled, ...tail(10)],
  },
};

const device = await openDevice();
const { software, name: adapter } = device.adapter;

for (const [name, { side, T, samples, layers }] of Object.entries(NETWORKS)) {
  const batchSize = software ? 1 : samples;
  // Enough for a GPU to reach its full clock rate.
  const steps = software ? 1 : side === 128 ? 200 : 1000;
  const prepare = prepared(async () => {
    const model = await Model.create({
      device,
      input: { C: 2, H: side, W: side },
      layers,
      neuron: leaky(),
      Ts: 25,
      coding: { mode: "SUM", height: 1, most: 15 },
      random: 0,
      optimizer: "ADAMW",
    });
    const stepper = await model.compileUnits({
      tSample: 25 * T,
      batch: batchSize,
      loss: crossEntropy({ smoothing: 0.1 }),
      train: true,
    });
    const batch = circling({ side, samples: batchSize }, stepper.plan);
    // Checks a step before timing it: the loss is finite and layers spike.
    await stepper.train(batch, 0);
    const [{ losses, spikes }] = await stepper.drain();
    assert(losses.every(Number.isFinite) && spikes[0] > 0);
    const rates = model.layers.map(({ output: { C, H, W } }, index) =>
      `${(100 * spikes[index] / (batchSize * T * C * H * W)).toFixed(1)} %`
    );
    console.log(
      `${name} on ${adapter}: rates ${rates.join(", ")}; buffers of the plan ` +
        `${(bytesOf(stepper.plan.buffers) / 1e6).toFixed(0)} MB`,
    );
    return { stepper, batch };
  });
  const group = `${name}, batch ${batchSize}, T ${T}`;
  const options = { group, n: software ? 3 : 5, warmup: 1 };
  Deno.bench(`forward, ${name}, ${steps} steps`, options, async () => {
    const { stepper, batch } = await prepare();
    for (let step = 0; step < steps; step++) await stepper.evaluate(batch);
    await stepper.drain();
  });
  Deno.bench(`step, ${name}, ${steps} steps`, options, async () => {
    const { stepper, batch } = await prepare();
    for (let step = 0; step < steps; step++) await stepper.train(batch, 0);
    await stepper.drain();
  });
}

/** Makes samples whose events lie close to a point that moves on a circle. */
function circling(
  { side, samples }: { readonly side: number; readonly samples: number },
  { T, fine, addressBits }: {
    readonly T: number;
    readonly fine: number;
    readonly addressBits: number;
  },
) {
  const random = new Random(1);
  const around = (centre: number) => {
    const spread = random.uniform() + random.uniform() - 1;
    const place = Math.floor(centre + side / 6 * spread);
    return Math.min(Math.max(place, 0), side - 1);
  };
  const event = () => {
    const time = Math.floor(random.uniform() * T * fine);
    const angle = 2 * Math.PI * time / (T * fine);
    const x = around(side / 2 + side / 4 * Math.cos(angle));
    const y = around(side / 2 + side / 4 * Math.sin(angle));
    const address = (y * side + x) * 2 + Number(random.uniform() < 0.5);
    return time * 2 ** addressBits + address;
  };
  const events = side === 128 ? 20_000 : 4000;
  return {
    samples: Array.from(
      { length: samples },
      () => Uint32Array.from({ length: events }, event),
    ),
    labels: Uint32Array.from({ length: samples }, (_, n) => n % 10),
  };
}

/** Sums the sizes of all buffers of a plan in bytes, counting each once. */
function bytesOf(buffers: object): number {
  const found = new Set<GPUBuffer>();
  const visit = (value: unknown) => {
    if (value instanceof GPUBuffer) found.add(value);
    else if (Array.isArray(value)) value.forEach(visit);
    else if (value instanceof Object) Object.values(value).forEach(visit);
  };
  visit(buffers);
  return [...found].reduce((sum, { size }) => sum + size, 0);
}
