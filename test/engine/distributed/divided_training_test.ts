import {
  deepStrictEqual,
  notDeepStrictEqual,
  ok,
  rejects,
  strictEqual,
} from "node:assert/strict";
import type { Device } from "../../../engine/device/device.ts";
import { Ranks } from "../../../engine/distributed/ranks.ts";
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
import { device, gpuTest } from "../../gpu.ts";
import { smallDevice } from "../device/small_device.ts";
import { busyInput, eventsOf, excite, NEURON } from "../networks.ts";
import { memoryRanks } from "./memory_exchange.ts";

/** A network, and how it is trained. */
interface Case {
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
    async *batches({ batch, random, shuffle, skip = 0 }) {
      const all = [...LABELS.keys()];
      const indices = random && shuffle ? random.shuffle(all) : all;
      for (let at = skip * batch; at < indices.length; at += batch) {
        await Promise.resolve();
        const some = indices.slice(at, at + batch);
        yield {
          samples: some.map((n) => samples[n]),
          labels: Uint32Array.from(some, (n) => LABELS[n]),
        };
      }
    },
  };
}

const SLAYER: Case = {
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

const UNITS: Case = {
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
      { dense: 8 },
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

/** Trains and tests on one rank. */
async function train(
  { description, options, samples }: Case,
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

for (const [name, network] of Object.entries({ SLAYER, UNITS })) {
  const way = name === "SLAYER" ? "at once" : "layer by layer";
  gpuTest(
    `any number of ranks trains a network that runs ${way} in equal bits`,
    async () => {
      const alone = await train(network, { division: { parts: 4 } });
      const [{ train: { loss, rates } }] = alone.epochs;
      ok(Number.isFinite(loss) && rates.every((rate) => rate > 0));
      for (const count of [2, 3, 4, 6]) {
        const ranks = memoryRanks(count);
        const all = await Promise.all(
          ranks.map((ranks) =>
            train(network, { division: { parts: 4, ranks } })
          ),
        );
        for (const one of all) deepStrictEqual(one, alone);
        ok(ranks[0].times.bytes > 0);
      }
    },
  );

  gpuTest(
    `parts keep their bits where memory cuts them, ${way}`,
    async () => {
      const small = smallDevice(network.small);
      const whole = await train(network, { division: { parts: 2 } });
      const found = await train(network, { division: { parts: 2 }, on: small });
      deepStrictEqual(found, whole);
    },
  );

  gpuTest(
    `parts change no more than the last bits, ${way}`,
    async () => {
      const plain = await train(network, {});
      const one = await train(network, { division: { parts: 1 } });
      deepStrictEqual(one.epochs[0].train.sums, plain.epochs[0].train.sums);
      const parts = await train(network, { division: { parts: 3 } });
      notDeepStrictEqual(parts.state, plain.state);
      strictEqual(
        parts.epochs[1].train.loss.toPrecision(3),
        plain.epochs[1].train.loss.toPrecision(3),
      );
    },
  );
}

gpuTest("fit() ends with the error of an exchange that fails", async () => {
  const trained = memoryRanks(2, { failsAfter: 30 }).map((ranks) =>
    train(UNITS, { division: { parts: 2, ranks } })
  );
  const message = "Cannot reach a rank";
  await Promise.all(trained.map((one) => rejects(one, { message })));
});

gpuTest("fit() ends where the weights of ranks differ", async () => {
  const ranks = memoryRanks(2);
  const trained = ranks.map((ranks, rank) => {
    const description = { ...SLAYER.description, weightDecay: rank };
    const division = { parts: 2, ranks };
    return train({ ...SLAYER, description }, { division });
  });
  const message = "Cannot go on: weights after epoch 0 of rank 1 differ from " +
    "those of rank 0";
  await Promise.all(trained.map((one) => rejects(one, { message })));
});

gpuTest("a plan cannot cut batches into no parts", async () => {
  await rejects(train(SLAYER, { division: { parts: 0, ranks: new Ranks() } }), {
    name: "RangeError",
    message: "Cannot cut batches into 0 parts: it is not a positive integer",
  });
});
