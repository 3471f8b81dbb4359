/**
 * The keys of a configuration, under the names that SLAYER's users know, the
 * values they may take, and what they are where they are left out.
 *
 * Times are in milliseconds.
 *
 * @module
 */

import * as v from "npm:valibot@1.5.0";
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
  pair,
  path,
  positive,
  section,
  seed,
} from "./values.ts";

const dense = section({
  out: countFrom1,
  weightScale: v.optional(moderate),
});

/** The kinds of layers, by the one key that each has. */
const LAYERS = {
  pool: section({ pool: countFrom1 }),
  conv: section({
    conv: section({
      out: countFrom1,
      kernel: pair(countFrom1),
      stride: v.optional(pair(countFrom1)),
      padding: v.optional(pair(count)),
      dilation: v.optional(pair(countFrom1)),
      groups: v.optional(countFrom1),
      weightScale: v.optional(moderate),
    }),
  }),
  dense: section({
    dense: v.lazy((value) => typeof value === "object" ? dense : countFrom1),
  }),
};

/** Refuses a value that is none of them. */
const NO_LAYER = v.never(expected("one of pool, conv and dense"));

const layer = v.lazy((value) => {
  const kinds = Object.keys(LAYERS) as (keyof typeof LAYERS)[];
  const kind = kinds.find((kind) => isMapping(value) && kind in value);
  return kind === undefined ? NO_LAYER : LAYERS[kind];
});

/** Changes of the learning rate from epoch to epoch, by their type. */
const SCHEDULES = {
  /** Times `gamma` after every epoch. */
  exponential: section({
    type: v.literal("exponential"),
    gamma: v.optional(positive, 0.95),
  }),
  /** Down half a cosine wave to `lr_min`, which the end would reach. */
  cosine: section({
    type: v.literal("cosine"),
    lr_min: v.optional(notNegative, 0),
  }),
  /** Times `gamma` after every so many epochs. */
  step: section({
    type: v.literal("step"),
    epochs: countFrom1,
    gamma: v.optional(positive, 0.1),
  }),
};

const scheduleTypes = Object.keys(SCHEDULES) as (keyof typeof SCHEDULES)[];

const noType = expected(scheduleTypes.join(" or "));

/** Refuses a value that is none of them. */
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
const lossType = oneOf("NumSpikes", "SpikeTime", "ProbSpikes");

/** Time and batches. */
const simulation = section({
  /** Length of a time bin. */
  Ts: v.optional(moderate, 5),
  /** Length of a training sample. */
  tSample: v.optional(positive, 1500),
  /** Samples a batch. */
  nSample: v.optional(countFrom1, 8),
});

/** The spiking neuron. */
const neuron = section({
  /** Kind of neuron. */
  type: v.optional(oneOf("SRMALPHA"), "SRMALPHA"),
  /** Threshold. */
  theta: v.optional(moderate, 10),
  /** Time constant of the response to a spike. */
  tauSr: v.optional(moderate, 10),
  /** Time constant of the refractory response. */
  tauRef: v.optional(moderate, 10),
  /** Strength of the refractory response, relative to `theta`. */
  scaleRef: v.optional(moderate, 20),
  /** Width of the surrogate derivative, relative to `theta`. */
  tauRho: v.optional(moderate, 1),
  /** Height of the surrogate derivative. */
  scaleRho: v.optional(moderate, 1),
});

/** Filters of every sample, applied in this order. */
const filter = section({
  /** Pixels with more events/s than this are left out. */
  hot_pixels: v.optional(positive),
  /** Events without a neighbour in so many ms before them are left out. */
  background_activity: v.optional(positive),
  /** Side of a square of pixels that becomes one pixel. */
  downsample_space: v.optional(countFrom1),
  /** Length of a window in which a pixel has one event a polarity. */
  downsample_time: v.optional(positive),
});

/** Random changes of training samples, applied in this order. */
const augmentation = section({
  /** Probability with which an event is left out. */
  drop: v.optional(fraction),
  /** Probability with which a sample is mirrored left to right. */
  flip_x: v.optional(fraction),
  /** Probability with which a sample is mirrored top to bottom. */
  flip_y: v.optional(fraction),
  /** Pixels by which a sample is moved at most, along either axis. */
  shift: v.optional(count),
  /** Standard deviation of the jitter added to times. */
  time_jitter: v.optional(notNegative),
});

/** Files and folders of a run. */
const paths = section({
  /** Folder for results. */
  out: v.optional(path, "output"),
  /** Folder of recordings, tags and class names. */
  data: v.optional(path, "../data"),
  /** List of the recordings to use. */
  file_list: v.optional(path, "../data/filelist.txt"),
  /** Folder where slices of recordings are kept that no store holds. */
  cache: v.optional(path, "../data/cache"),
  /** Store of all slices; in `data` if left out. */
  store: v.optional(path),
  /** Folder of the samples that `train` and `test` list. */
  in: v.optional(path),
  /** List of training samples; replaces `data` and `file_list`. */
  train: v.optional(path),
  /** List of test samples. */
  test: v.optional(path),
  /** slayerPytorch's files have it where no spike trains are given. */
  desired: v.optional(oneOf("Nofile")),
});

/** How the network is trained, and on what. */
const training = section({
  /** How events become time bins. */
  transf_method: v.optional(oneOf("SlayerTD", "TonicFrames"), "SlayerTD"),
  /** Whether training samples start at a random time. */
  random_crop: v.optional(flag, false),
  /** How several events in one bin are combined. */
  binning_mode: v.optional(oneOf("OR", "SUM", "SUM_NORM"), "OR"),
  /** Whether samples come from a store of slices, or from recordings. */
  sliced_dataset: v.optional(flag, true),
  /** Whether the training samples are put into another order each epoch. */
  shuffle: v.optional(flag, false),
  /** Seed of everything random. */
  seed: v.optional(seed, 0),
  /** Whether first weights are scaled until every layer fires. */
  init: v.optional(oneOf("random", "live"), "random"),
  /** How weights are updated. */
  optimizer: v.optional(oneOf("ADAM", "NADAM", "SGD"), "ADAM"),
  /** Learning rate. */
  lr: v.optional(positive, 0.01),
  /** How the learning rate changes; it is constant if left out. */
  schedule: v.optional(schedule),
  /** Largest norm of the gradient of all weights, if it has a limit. */
  clip: v.optional(positive),
  /** Batches an update of the weights. */
  accumulate: v.optional(countFrom1, 1),
  /**
   * Weight decay, as in AdamW with ADAM and NADAM: an update takes this part
   * of the weights, times `lr`, off them. SGD adds it to the gradient.
   */
  weightDecay: v.optional(notNegative, 0),
  /** Number of epochs, at most. */
  epochs: v.optional(countFrom1, 3000),
  /** Without `network`: the convolutional network, else the dense one. */
  CNN: v.optional(flag, true),
  /** How often checkpoints are written while an epoch is under way. */
  checkpoint: v.optional(
    section({
      /** Batches from one to the next, if they are counted. */
      batches: v.optional(countFrom1),
      /** Minutes from one to the next, at most. */
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
      /** The loss: of numbers of spikes, of their times, of probabilities. */
      type: v.optional(lossType, "NumSpikes"),
      /** Part of the sample whose spikes count; all of it if left out. */
      tgtSpikeRegion: v.optional(region),
      /**
       * Spikes wanted in that region of the right class and of any other;
       * SpikeTime wants them evenly spread, ProbSpikes ignores them.
       */
      tgtSpikeCount: v.optional(counts, { true: 180, false: 30 }),
      /** Times at which SpikeTime wants spikes, in place of the counts. */
      tgtSpikeTimes: v.optional(times),
      /** Length of the window in which ProbSpikes compares outputs. */
      probSlidingWin: v.optional(positive, 20),
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
  /** The loss; what is left out is as in training, but region and counts. */
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

/** A configuration as its file has it: regions and the store may be left out. */
export const configurationSchema = section({
  simulation: v.optional(simulation, {}),
  neuron: v.optional(neuron, {}),
  training: v.optional(training, {}),
  testing: v.optional(testing),
  /** The layers; one of the two networks that `CNN` chooses if left out. */
  network: v.optional(list("pool, conv and dense layers", layer)),
});

/** A configuration as its file has it, checked and with its defaults. */
export type WrittenConfiguration = v.InferOutput<typeof configurationSchema>;
