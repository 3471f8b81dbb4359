/**
 * The whole training step of the SL-Animals networks, 128×128 pixels, T 300.
 *
 * An adapter that computes on the CPU takes one sample a step, a GPU eight.
 * An iteration is as many steps as its name says: promises of the queue resolve
 * on a tick of 11 ms, and an idle GPU takes half a second to clock up.
 *
 * @module
 */

import assert from "node:assert/strict";
import { openDevice } from "../engine/device.ts";
import { Model } from "../engine/model.ts";
import { profile } from "../engine/profile.ts";
import { NETWORKS, randomBatch, SL_ANIMALS } from "./random_batch.ts";

const device = await openDevice();
const { software, name } = device.adapter;
const samples = software ? 1 : 8;
const steps = software ? 1 : 200;

for (const [network, layers] of Object.entries(NETWORKS)) {
  const model = await Model.create(device, {
    ...SL_ANIMALS,
    layers,
    random: 0,
  });
  const stepper = await model.compile({
    tSample: 1500,
    batch: samples,
    target: {
      region: { start: 0, stop: 1500 },
      count: { true: 180, false: 30 },
    },
    train: true,
  });
  const batch = randomBatch(model, { samples, bins: 300, density: 0.006 });
  const group = `${network}, batch ${samples}, T 300`;

  // A step is right before it is timed: every layer spikes, the loss is finite.
  await stepper.train(batch, 0);
  const [{ losses, spikes }] = await stepper.drain();
  assert(losses.every(Number.isFinite));
  assert(spikes.every((count) => count > 0), `silent layers: ${spikes}`);
  const rates = [...spikes].map((count, index) => {
    const { C, H, W } = model.layers[index].output;
    return `${(100 * count / (samples * 300 * C * H * W)).toFixed(1)} %`;
  });
  console.log(`${group} on ${name}; rates ${rates.join(", ")}`);
  if (Deno.args.includes("--kernels")) {
    console.table(
      (await profile(device, stepper, batch)).map(({ kernel, layer, ms }) => ({
        kernel,
        layer,
        ms,
      })),
    );
  }

  Deno.bench({
    name: `forward ×${steps}`,
    group,
    n: software ? 3 : 10,
    warmup: 1,
    async fn() {
      for (let step = 0; step < steps; step++) await stepper.evaluate(batch);
      await stepper.drain();
    },
  });
  Deno.bench({
    name: `training step ×${steps}`,
    group,
    n: software ? 3 : 10,
    warmup: 1,
    async fn() {
      for (let step = 0; step < steps; step++) await stepper.train(batch, 0);
      await stepper.drain();
    },
  });
}
