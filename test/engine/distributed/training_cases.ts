/**
 * Networks that ranks train, and what they are trained on.
 *
 * @module
 */

import type { Device } from "../../../engine/device/device.ts";
import type { Division } from "../../../engine/distributed/shares.ts";
import { numSpikes } from "../../../engine/losses/num_spikes.ts";
import { crossEntropy } from "../../../engine/losses/readout.ts";
import { Model, type ModelDescription } from "../../../engine/model.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import { parametricLeaky } from "../../../engine/neurons/parametric_leaky.ts";
import { evaluate } from "../../../engine/training/evaluate.ts";
import { fit } from "../../../engine/training/fit.ts";
import type { FitOptions } from "../../../engine/training/fit_options.ts";
import type { Samples } from "../../../engine/training/samples.ts";
import { device } from "../../fixtures/gpu.ts";
import { busyInput, eventsOf, excite, NEURON } from "../networks.ts";

/** A network, and how it is trained. */
export interface TrainingCase {
  readonly description: ModelDescription;
  readonly options: FitOptions;
  readonly samples: Samples;
  /** Bytes that a buffer may have of a device that takes few samples at once. */
  readonly small: number;
}

const LABELS = [0, 1, 2, 1, 0, 2, 2, 0, 1, 1, 0];

/** Samples in memory, of 2 channels. */
function samplesOf(
  { H, W, T }: { readonly H: number; readonly W: number; readonly T: number },
): Samples {
  const { samples } = eventsOf(
    busyInput([LABELS.length, 2, H, W, T], 1),
    LABELS,
  );
  return {
    size: LABELS.length,
    async *batches({ batch, random, shuffle, skip = 0, reads }) {
      const all = [...LABELS.keys()];
      const indices = random && shuffle ? random.shuffle(all) : all;
      for (let at = skip * batch; at < indices.length; at += batch) {
        await Promise.resolve();
        const some = indices.slice(at, at + batch);
        const { first, end } = reads?.(some.length) ??
          { first: 0, end: some.length };
        yield {
          samples: some.map((n, at) =>
            at >= first && at < end ? samples[n] : new Uint32Array()
          ),
          labels: Uint32Array.from(some, (n) => LABELS[n]),
        };
      }
    },
  };
}

/** A convolutional network that runs all layers at once. */
export const SLAYER: TrainingCase = {
  description: {
    input: { C: 2, H: 9, W: 7 },
    layers: [
      { conv: { out: 6, kernel: 3, padding: 1 } },
      { pool: 2 },
      { dense: 8 },
      { dense: 3 },
    ],
    neuron: NEURON,
    Ts: 5,
    ema: 0.9,
    random: 4,
  },
  options: {
    epochs: 2,
    batch: 8,
    lr: 0.02,
    accumulate: 2,
    tSample: 5 * 33,
    loss: numSpikes({ region: { start: 0, stop: 5 * 33 }, true: 9, false: 2 }),
    random: 3,
  },
  samples: samplesOf({ H: 9, W: 7, T: 33 }),
  small: 4 * (33 + 16) * 8 * 9 * 7 + 4,
};

/** Units with norms, a residual and dropout, layer by layer. */
export const UNITS: TrainingCase = {
  description: {
    input: { C: 2, H: 7, W: 6 },
    layers: [
      {
        conv: { out: 6, kernel: 3, padding: 1 },
        norm: "batch",
        neuron: parametricLeaky({ threshold: 0.25, tau: 1.5 }),
      },
      {
        residual: [{ ghost: { out: 6, kernel: 3, padding: 1 }, norm: "batch" }],
        pool: { average: 2 },
        dropout: 0.3,
      },
      { dense: 8, quantize: 0.0625 },
      { dense: 3, neuron: "none" },
    ],
    neuron: leaky({ threshold: 0.5 }),
    Ts: 1,
    coding: { mode: "SUM_NORM", height: 1 },
    optimizer: "ADAMW",
    clip: 5,
    random: 4,
  },
  options: {
    epochs: 2,
    batch: 8,
    lr: 0.02,
    accumulate: 2,
    tSample: 5,
    loss: crossEntropy({ smoothing: 0.1 }),
    changes: { augmentation: { shift: 1, mix: 0.8 }, seed: 1 },
    random: 3,
  },
  // The events' words count parts of a bin.
  samples: samplesOf({ H: 7, W: 6, T: 5 * 16 }),
  // Three samples' partial sums of the ghost convolution.
  small: 3 * 36288 + 4,
};

/**
 * Trains and tests on one rank.
 *
 * @param case_ The network.
 * @param options How its batches are divided, and the device.
 * @returns Everything that training leads to, but for times.
 */
export async function train(
  { description, options, samples }: TrainingCase,
  { division, on = device() }: {
    readonly division?: Division;
    readonly on?: Device;
  },
) {
  using model = await Model.create({ ...description, device: on });
  if (!model.isLayerwise) await excite(model);
  const epochs = [];
  for await (
    const epoch of fit(model, samples, {
      ...options,
      validation: samples,
      division,
    })
  ) {
    const { seconds: _, ...train } = epoch.train;
    epochs.push({ train, validation: epoch.validation!.sums });
  }
  const { losses, predictions } = await evaluate(model, samples, {
    ...options,
    division,
  });
  return { state: await model.state(), epochs, losses, predictions };
}
