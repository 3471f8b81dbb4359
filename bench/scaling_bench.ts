/**
 * Time of a training step of the SL-Animals CNN with up to ten times as many
 * bins, samples or neurons, and of a test with samples of up to 4360 ms.
 *
 * @module
 */

import { openDevice } from "../engine/device/device.ts";
import { numSpikes } from "../engine/losses/num_spikes.ts";
import { Model } from "../engine/model.ts";
import { prepared } from "./setup/prepared.ts";
import { NETWORKS, randomBatch, SL_ANIMALS } from "./setup/random_batch.ts";

/** Size of a step: pixels along a side, bins per sample, and samples. */
interface Size {
  readonly side: number;
  readonly bins: number;
  readonly samples: number;
  readonly train: boolean;
}

const device = await openDevice();
const { software } = device.adapter;
const usual: Size = {
  side: 128,
  bins: 300,
  samples: software ? 1 : 8,
  train: true,
};
const small: Size = software ? { ...usual, side: 64 } : usual;
const steps = software ? 1 : 200;

const grown: Record<string, Size[]> = {
  bins: [100, 300, 1000].map((bins) => ({ ...small, bins })),
  samples: [1, 3, 10].map((samples) => ({ ...small, samples })),
  neurons: [40, 72, 128].map((side) => ({ ...usual, side })),
  "bins of a test": [100, 300, 872].map((bins) => ({
    ...small,
    bins,
    train: false,
  })),
};

for (const [what, sizes] of Object.entries(grown)) {
  for (const { side, bins, samples, train } of sizes) {
    const prepare = prepared(async () => {
      const model = await Model.create({
        device,
        ...SL_ANIMALS,
        input: { C: 2, H: side, W: side },
        layers: NETWORKS.CNN,
        random: 0,
      });
      const tSample = bins * SL_ANIMALS.Ts;
      const stepper = await model.compile({
        tSample,
        batch: samples,
        loss: numSpikes({
          region: { start: 0, stop: tSample },
          true: 180,
          false: 30,
        }),
        train,
      });
      const batch = randomBatch(model, { samples, bins, density: 0.006 });
      return { stepper, batch };
    });
    Deno.bench({
      name: `${side}×${side}, T ${bins}, batch ${samples}, ${steps} steps`,
      group: what,
      n: software ? 2 : 5,
      warmup: 1,
      async fn() {
        const { stepper, batch } = await prepare();
        for (let step = 0; step < steps; step++) {
          await (train ? stepper.train(batch, 0) : stepper.evaluate(batch));
        }
        await stepper.drain();
      },
    });
  }
}
