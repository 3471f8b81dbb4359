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
  /** Lowers it along half a cosine to `lr_min` after the last epoch. */
  cosine: section({
    type: v.literal("cosine"),
    lr_min: v.optional(notNegative, 0),
    /** Epochs over which it rises first. */
    warmup: v.optional(count),
  }),
  /** Multiplies it by `gamma` each time after a number of epochs. */
  step: section({
    type: v.literal("step"),
    epochs: countFrom1,
    gamma: v.optional(positive, 0.1),
  }),
};

const scheduleTypes = Object.keys(SCHEDULES) as (keyof typeof SCHEDULES)[];

const noType = expected(scheduleTypes.join(" or "));

/** Refuses a value that is no schedule. */
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

/** What the network sees of a sample; of networks computed layer by layer. */
const input = section({
  /** Bins that each sample's own duration is cut into; else bins of `Ts`. */
  slices: v.optional(countFrom1),
  /** Rows and columns; larger sensors are scaled down to fit. */
  size: v.optional(countFrom1),
  /** Largest count of events of a pixel in a bin. */
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
  /** An event stays if a neighbouring pixel had one at most this long before. */
  background_activity: v.optional(positive),
  /** Side of the square of pixels that is merged into one pixel. */
  downsample_space: v.optional(countFrom1),
  /** Length of a window in which a pixel keeps one event per polarity. */
  downsample_time: v.optional(positive),
  /** Events that a sample then has at least; others are left out. */
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
   * Probability of leaving out an event; of networks that are computed layer by
   * layer the largest one, drawn for each sample.
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
  flip_not: v.optional(list("class names", path)),
  /** Largest rotation, in degrees. */
  rotate: v.optional(change(notNegative)),
  /** Largest relative change of size. */
  zoom: v.optional(change(fraction)),
  /** Largest shift in time, in bins. */
  time_shift: v.optional(change(notNegative)),
  /** Largest relative change of speed. */
  time_stretch: v.optional(change(fraction)),
  /** Largest share of the area of a box that is erased. */
  erase: v.optional(change(fraction, true)),
  /** Probability that samples of a batch are mixed, box by box. */
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

/** How the network is trained, and on what. */
const training = section({
  /** Method of binning events in time. */
  transf_method: v.optional(oneOf("SlayerTD", "TonicFrames"), "SlayerTD"),
  /** Whether training samples start at a random time. */
  random_crop: v.optional(flag, false),
  /** How several events in one bin are combined. */
  binning_mode: v.optional(oneOf("OR", "SUM", "SUM_NORM"), "OR"),
  /** Whether samples are read from a store of slices; else from recordings. */
  sliced_dataset: v.optional(flag, true),
  /** Whether the training samples are shuffled before each epoch. */
  shuffle: v.optional(flag, false),
  /** Seed of everything random. */
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
  /** Norm to which the gradient of all weights is clipped, if given. */
  clip: v.optional(positive),
  /** Batches whose gradients are accumulated for one update of the weights. */
  accumulate: v.optional(countFrom1, 1),
  /**
   * Parts of a batch, which as many processes can share; gradients are summed
   * within each, then over all. One if left out, four with `--distributed`.
   */
  parts: v.optional(countFrom1),
  /**
   * With `--distributed`: updates that each process makes by its own samples,
   * before the weights of all are averaged. If left out, every update is by the
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
   * Decay of the moving average of the weights, with which the network is
   * tested and saved; without it, it is with the weights themselves.
   */
  ema: v.optional(
    worded(
      "a number between 0 and 1",
      v.pipe(v.number(), v.gtValue(0), v.ltValue(1)),
    ),
  ),
  /** Number of epochs, at most. */
  epochs: v.optional(countFrom1, 3000),
  /** Updates of the weights, at least: few samples are trained on longer. */
  updates: v.optional(countFrom1),
  /** Epochs without a better one after which training with validation ends. */
  patience: v.optional(countFrom1),
  /** Without `network`: the convolutional network if true, else the dense. */
  CNN: v.optional(flag, true),
  /** Intervals of checkpoints within an epoch. */
  checkpoint: v.optional(
    section({
      /** Batches from one checkpoint to the next; not counted if left out. */
      batches: v.optional(countFrom1),
      /** Largest time from one checkpoint to the next, in minutes. */
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
       * readout. NumSpikes if left out; CrossEntropy where the network is
       * computed layer by layer.
       */
      type: v.optional(lossType),
      /** Region of spikes that count; the whole sample if left out. */
      tgtSpikeRegion: v.optional(region),
      /**
       * Target spike counts in that region, of the true class and of any other.
       * SpikeTime spreads them evenly over it; ProbSpikes ignores them.
       */
      tgtSpikeCount: v.optional(counts, { true: 180, false: 30 }),
      /** Target spike times of SpikeTime, in place of the counts. */
      tgtSpikeTimes: v.optional(times),
      /** Length of the window in which ProbSpikes compares outputs. */
      probSlidingWin: v.optional(positive, 20),
      /** Firing rates of SpikeRate, of the true class and of any other. */
      tgtSpikeRate: v.optional(
        section({
          true: v.optional(notNegative, 0.2),
          false: v.optional(notNegative, 0.03),
        }),
      ),
      /** Width and centre of the sigmoid of SpikeMoid, in spikes a bin. */
      sigmoid: v.optional(
        section({
          alpha: v.optional(moderate, 1),
          theta: v.optional(notNegative, 0),
        }),
      ),
      /** Firing rate of layers but the last, and the factor of its excess. */
      sparsity: v.optional(
        section({
          maxRate: v.optional(notNegative, 0.01),
          lam: v.optional(notNegative, 1),
        }),
      ),
      /** Share of the target of a readout that all classes have. */
      smoothing: v.optional(
        worded(
          "a number from 0 to below 1",
          v.pipe(v.number(), v.minValue(0), v.ltValue(1)),
        ),
      ),
      /** Factor of firing rates, where outputs are spikes. */
      rateScale: v.optional(positive),
      /** Factor of the samples of each class, in the order of the classes. */
      classWeights: v.optional(list("numbers", notNegative)),
    }),
    {},
  ),
  /** Files and folders. */
  path: v.optional(paths, {}),
});

/** Validation and test, where training takes random crops. */
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

/** Schema of a configuration file; regions and the store may be left out. */
export const configurationSchema = section({
  simulation: v.optional(simulation, {}),
  /** SRMALPHA if left out; LIF where the network is computed layer by layer. */
  neuron: v.optional(neuron),
  training: v.optional(training, {}),
  testing: v.optional(testing),
  /** Recordings of any layout, in place of those that `training.path` names. */
  data: v.optional(data),
  /** The layers; if left out, `training.CNN` chooses one of two networks. */
  network: v.optional(network),
  /** What the network sees of a sample. */
  input: v.optional(input),
});

/** A configuration file with checked values, and defaults filled in. */
export type WrittenConfiguration = v.InferOutput<typeof configurationSchema>;
