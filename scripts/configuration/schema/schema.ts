/**
 * The keys of a configuration, named as in SLAYER's files, with their allowed
 * values and defaults.
 *
 * Times are in milliseconds.
 *
 * @module
 */

import * as v from "npm:valibot@1.5.0";
import type { ChangeRange } from "../../../engine/network/augmentation.ts";
import { network } from "./network.ts";
import { neuron } from "./neuron.ts";
import { data } from "./data.ts";
import {
  className,
  count,
  countFrom1,
  expected,
  flag,
  fraction,
  isMapping,
  list,
  moderate,
  notNegative,
  oneOf,
  path,
  positive,
  section,
  seed,
  worded,
} from "./values.ts";

/** Schedules of the learning rate, by their type. */
const SCHEDULES = {
  /** Multiplies the learning rate by `gamma` after every epoch. */
  exponential: section({
    type: v.literal("exponential"),
    gamma: v.optional(positive, 0.95),
  }),
  /** Lowers it along half a cosine, to `lr_min` after the last epoch. */
  cosine: section({
    type: v.literal("cosine"),
    lr_min: v.optional(notNegative, 0),
    /** Epochs of linear increase at the start. */
    warmup: v.optional(count),
  }),
  /** Multiplies it by `gamma` every `epochs` epochs. */
  step: section({
    type: v.literal("step"),
    epochs: countFrom1,
    gamma: v.optional(positive, 0.1),
  }),
};

const scheduleTypes = Object.keys(SCHEDULES) as (keyof typeof SCHEDULES)[];

const noType = expected(scheduleTypes.join(" or "));

/** Error for a value that is not a schedule. */
const NO_SCHEDULE = v.pipe(
  v.custom<object>(isMapping, expected("a section with type")),
  v.object({ type: v.never(noType) }, noType),
  v.never(),
);

const schedule = v.lazy((value) => {
  const type = scheduleTypes.find((type) =>
    isMapping(value) && value.type === type
  );
  return type === undefined ? NO_SCHEDULE : SCHEDULES[type];
});

const region = section({ start: notNegative, stop: positive });
const counts = section({ true: notNegative, false: notNegative });
const train = list("times in ms", notNegative, 0);
const times = section({ true: train, false: train });
const lossType = oneOf(
  "NumSpikes",
  "SpikeTime",
  "ProbSpikes",
  "CrossEntropy",
  "SquaredRate",
  "SpikeRate",
  "SpikeMoid",
  "SpikeMax",
);

/** Length of bins and samples, and batch size. */
const simulation = section({
  /** Length of a time bin. */
  Ts: v.optional(moderate, 5),
  /** Length of a training sample. */
  tSample: v.optional(positive, 1500),
  /** Samples per batch. */
  nSample: v.optional(countFrom1, 8),
});

/** Network input, for networks computed layer by layer. */
const input = section({
  /**
   * Number of bins per sample, whatever its duration; bins of `Ts` otherwise.
   */
  slices: v.optional(countFrom1),
  /** Rows and columns; larger sensors are scaled down to fit. */
  size: v.optional(countFrom1),
  /** Largest event count of a pixel and bin; larger ones are cut. */
  most: v.optional(
    worded(
      "a whole number from 1 to 255",
      v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(255)),
    ),
    255,
  ),
});

/** Filters of every sample, applied in this order. */
const filter = section({
  /** Event rate above which a pixel is left out, in events/s. */
  hot_pixels: v.optional(positive),
  /**
   * Events of a pixel relative to those of its neighbours above which it is
   * left out.
   */
  hot_ratio: v.optional(positive),
  /**
   * An event is kept if a neighbouring pixel had one at most this long before.
   */
  background_activity: v.optional(positive),
  /** Side of the square of pixels that is merged into one. */
  downsample_space: v.optional(countFrom1),
  /** Length of a window in which a pixel keeps one event per polarity. */
  downsample_time: v.optional(positive),
  /** Samples with fewer events after filtering are left out. */
  least_events: v.optional(countFrom1),
});

/**
 * Makes the schema of a random change: its largest size, drawn for every
 * sample, or a section with a probability.
 *
 * @param size Schema of the size.
 * @param least Whether there may be a smallest size.
 * @returns The schema.
 */
function change(size: v.GenericSchema<number>, least = false) {
  const range = section({
    most: size,
    ...(least ? { least: v.optional(size) } : {}),
    probability: v.optional(fraction),
  }) as unknown as v.GenericSchema<ChangeRange>;
  return v.lazy((value): v.GenericSchema<number | ChangeRange> =>
    isMapping(value) ? range : size
  );
}

/** Random changes of training samples, applied in this order. */
const augmentation = section({
  /**
   * Probability of leaving out an event; in networks computed layer by layer
   * its upper bound, drawn for each sample.
   */
  drop: v.optional(change(fraction, true)),
  /** Probability of mirroring a sample left to right. */
  flip_x: v.optional(fraction),
  /** Probability of mirroring a sample top to bottom. */
  flip_y: v.optional(fraction),
  /** Largest shift of a sample along either axis, in pixels. */
  shift: v.optional(change(count)),
  /** Standard deviation of the jitter added to event times. */
  time_jitter: v.optional(notNegative),
  /** Classes whose samples are never mirrored. */
  flip_not: v.optional(list("class names", className)),
  /** Largest rotation, in degrees. */
  rotate: v.optional(change(notNegative)),
  /** Largest relative change of scale. */
  zoom: v.optional(change(fraction)),
  /** Largest shift in time, in bins. */
  time_shift: v.optional(change(notNegative)),
  /** Largest relative change of speed. */
  time_stretch: v.optional(change(fraction)),
  /** Largest share of the picture that an erased box covers. */
  erase: v.optional(change(fraction, true)),
  /** Largest number of random events that are added, for each of a sample's. */
  noise: v.optional(change(notNegative, true)),
  /** Probability that a batch's samples are mixed by exchanging boxes. */
  mix: v.optional(fraction),
});

/** Files and folders of a run. */
const paths = section({
  /** Folder for results. */
  out: v.optional(path, "output"),
  /** Folder of recordings, tags and class names. */
  data: v.optional(path, "../data"),
  /** List of the recordings to use. */
  file_list: v.optional(path, "../data/filelist.txt"),
  /** Folder for slices cut from recordings, where no store is used. */
  cache: v.optional(path, "../data/cache"),
  /** Store of all slices; in `data` if left out. */
  store: v.optional(path),
  /** Folder of the samples that `train` and `test` list. */
  in: v.optional(path),
  /** List of training samples; replaces `data` and `file_list`. */
  train: v.optional(path),
  /** List of test samples. */
  test: v.optional(path),
  /** File of target spike trains in slayerPytorch; only `Nofile` is allowed. */
  desired: v.optional(oneOf("Nofile")),
});

/** Training of the network, and its data. */
const training = section({
  /** Method of binning events in time. */
  transf_method: v.optional(oneOf("SlayerTD", "TonicFrames"), "SlayerTD"),
  /** Whether training samples start at a random time. */
  random_crop: v.optional(flag, false),
  /** Combination of several events in one bin. */
  binning_mode: v.optional(oneOf("OR", "SUM", "SUM_NORM"), "OR"),
  /** Whether samples are read from a store of slices, or from recordings. */
  sliced_dataset: v.optional(flag, true),
  /** Whether the training samples are shuffled before each epoch. */
  shuffle: v.optional(flag, false),
  /** Seed of all random numbers. */
  seed: v.optional(seed, 0),
  /** Seed of the division into folds; `seed` if left out. */
  fold_seed: v.optional(seed),
  /** Initial weights: random, or `live`, scaled until every layer fires. */
  init: v.optional(oneOf("random", "live"), "random"),
  /** Optimizer that updates the weights. */
  optimizer: v.optional(oneOf("ADAM", "NADAM", "SGD", "ADAMW"), "ADAM"),
  /** Learning rate. */
  lr: v.optional(positive, 0.01),
  /** Schedule of the learning rate, which is constant if left out. */
  schedule: v.optional(schedule),
  /**
   * Largest norm of the gradient of all weights; larger ones are scaled down.
   */
  clip: v.optional(positive),
  /** Batches whose gradients are accumulated for one update. */
  accumulate: v.optional(countFrom1, 1),
  /**
   * Parts of a batch, which as many processes can share. Gradients are summed
   * within each part, then over parts. One if left out; four with
   * `--distributed`.
   */
  parts: v.optional(countFrom1),
  /**
   * With `--distributed`: updates that each process makes from its own samples
   * before the weights of all are averaged. If left out, every update uses the
   * gradient of the whole batch.
   */
  local_steps: v.optional(countFrom1),
  /**
   * Weight decay. With ADAM and NADAM it is decoupled, as in AdamW: an update
   * subtracts `lr * weightDecay * w` from a weight `w`. SGD adds
   * `weightDecay * w` to its gradient.
   */
  weightDecay: v.optional(notNegative, 0),
  /**
   * Decay of the moving average of the weights that is tested and saved;
   * without it the weights themselves are.
   */
  ema: v.optional(
    worded(
      "a number between 0 and 1",
      v.pipe(v.number(), v.gtValue(0), v.ltValue(1)),
    ),
  ),
  /** Largest number of epochs. */
  epochs: v.optional(countFrom1, 3000),
  /**
   * Smallest number of updates: small data sets are trained for more epochs.
   */
  updates: v.optional(countFrom1),
  /** Epochs without improvement after which training with validation ends. */
  patience: v.optional(countFrom1),
  /**
   * Without `network`: the convolutional network if true, else the dense one.
   */
  CNN: v.optional(flag, true),
  /** Intervals of checkpoints within an epoch. */
  checkpoint: v.optional(
    section({
      /** Batches between checkpoints; by time only if left out. */
      batches: v.optional(countFrom1),
      /** Longest time between checkpoints, in minutes. */
      minutes: v.optional(positive, 5),
    }),
    {},
  ),
  /** Filters of every sample, in training, validation and test. */
  filter: v.optional(filter),
  /** Random changes of training samples only. */
  augmentation: v.optional(augmentation),
  /** The loss, for training and wherever `testing` does not apply. */
  error: v.optional(
    section({
      /**
       * Loss of spike counts, of spike times, of class probabilities, or of a
       * readout. Default: NumSpikes, or CrossEntropy in networks computed layer
       * by layer.
       */
      type: v.optional(lossType),
      /** Region in which spikes count; the whole sample if left out. */
      tgtSpikeRegion: v.optional(region),
      /**
       * Target spike counts in that region, of the true class and of the
       * others. SpikeTime spreads them evenly over it; ProbSpikes ignores them.
       */
      tgtSpikeCount: v.optional(counts, { true: 180, false: 30 }),
      /** Target spike times of SpikeTime; they replace the counts. */
      tgtSpikeTimes: v.optional(times),
      /** Length of the window in which ProbSpikes sums output spikes. */
      probSlidingWin: v.optional(positive, 20),
      /**
       * Target firing rates of SpikeRate, of the true class and of the others.
       */
      tgtSpikeRate: v.optional(
        section({
          true: v.optional(notNegative, 0.2),
          false: v.optional(notNegative, 0.03),
        }),
      ),
      /** Width and centre of SpikeMoid's sigmoid, in spikes per bin. */
      sigmoid: v.optional(
        section({
          alpha: v.optional(moderate, 1),
          theta: v.optional(notNegative, 0),
        }),
      ),
      /** Largest firing rate of hidden layers, and weight of its excess. */
      sparsity: v.optional(
        section({
          maxRate: v.optional(notNegative, 0.01),
          lam: v.optional(notNegative, 1),
        }),
      ),
      /**
       * Label smoothing: share of the target that is spread over all classes.
       */
      smoothing: v.optional(
        worded(
          "a number from 0 to below 1",
          v.pipe(v.number(), v.minValue(0), v.ltValue(1)),
        ),
      ),
      /** Factor of the firing rates of outputs that spike. */
      rateScale: v.optional(positive),
      /** Weights of the classes in the loss, in the order of the classes. */
      classWeights: v.optional(list("numbers", notNegative)),
    }),
    {},
  ),
  /** Files and folders. */
  path: v.optional(paths, {}),
});

/** Validation and test, if training takes random crops. */
const testing = section({
  /** Length of a sample. */
  tSample: v.optional(positive, 4360),
  /** The loss; type, target times and window default to those of training. */
  error: v.optional(
    section({
      type: v.optional(lossType),
      tgtSpikeRegion: v.optional(region),
      tgtSpikeCount: v.optional(counts, { true: 523, false: 87 }),
      tgtSpikeTimes: v.optional(times),
      probSlidingWin: v.optional(positive),
    }),
    {},
  ),
});

/** Schema of a configuration file; regions and the store are optional. */
export const configurationSchema = section({
  simulation: v.optional(simulation, {}),
  /** Default: SRMALPHA, or LIF in networks computed layer by layer. */
  neuron: v.optional(neuron),
  training: v.optional(training, {}),
  testing: v.optional(testing),
  /** Recordings of any layout, in place of those that `training.path` names. */
  data: v.optional(data),
  /** The layers; if left out, `training.CNN` chooses one of two networks. */
  network: v.optional(network),
  /** Network input. */
  input: v.optional(input),
});

/** A configuration file with checked values, and defaults filled in. */
export type WrittenConfiguration = v.InferOutput<typeof configurationSchema>;
