/**
 * Program that distributed_bench.ts starts with mpirun to time steps shared by
 * ranks. Its arguments are the samples per step and the bins per sample.
 *
 * @module
 */

import { openDevice } from "../../engine/device/device.ts";
import { numSpikes } from "../../engine/losses/num_spikes.ts";
import { Model } from "../../engine/model.ts";
import { chooseCardOf } from "../../scripts/mpi/place_ranks.ts";
import { joinRanks } from "../../scripts/mpi/join_ranks.ts";
import { NETWORKS, randomBatch, SL_ANIMALS } from "./random_batch.ts";

const [samples, bins] = Deno.args.map(Number);
const tSample = bins * SL_ANIMALS.Ts;

await joinRanks(async (rank) => {
  const { ranks } = rank;
  chooseCardOf(rank);
  using device = await openDevice();
  using model = await Model.create({
    device,
    ...SL_ANIMALS,
    layers: NETWORKS.CNN,
    random: 0,
  });
  using stepper = await model.prepare({
    tSample,
    batch: samples,
    loss: numSpikes({
      region: { start: 0, stop: tSample },
      true: 180,
      false: 30,
    }),
    train: true,
    division: { parts: ranks.count, ranks },
  });
  const batch = randomBatch(model, { samples, bins, density: 0.006 });
  const [warmUp, steps] = device.adapter.software ? [1, 2] : [50, 100];
  for (let step = 0; step < warmUp; step++) await stepper.train(batch, 0);
  await stepper.drain();
  const before = { ...ranks.times };
  const start = performance.now();
  for (let step = 0; step < steps; step++) await stepper.train(batch, 0);
  await stepper.drain();
  const step = (performance.now() - start) / steps;
  const each = (name: keyof typeof before) =>
    (ranks.times[name] - before[name]) / steps;
  if (ranks.rank > 0) return;
  console.log(JSON.stringify({
    step,
    computing: each("computing"),
    upload: each("upload"),
    exchange: each("exchange"),
    waiting: each("waiting"),
    bytes: each("bytes"),
  }));
});
