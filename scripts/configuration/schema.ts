/**
 * Which keys a configuration may have, which values they may take, and what
 * they are where they are left out.
 *
 * @module
 */

import type {
  Configuration,
  ConfigurationPaths,
  ConfigurationSchedule,
  LayerDescription,
  SpikeTarget,
} from "./types.ts";
import {
  flag,
  fraction,
  integer,
  type Kind,
  list,
  moderate,
  notNegative,
  oneOf,
  only,
  optional,
  pair,
  path,
  positive,
  section,
  that,
} from "./values.ts";

const neurons = integer(1);
const denseSection = section({ out: neurons, weightScale: optional(moderate) });

/** The kinds of layers, by the one key that each has. */
const LAYERS: Record<string, Kind<LayerDescription>> = {
  pool: section({ pool: integer(1) }),
  conv: section({
    conv: section({
      out: integer(1),
      kernel: pair(integer(1)),
      stride: optional(pair(integer(1))),
      padding: optional(pair(integer(0))),
      dilation: optional(pair(integer(1))),
      groups: optional(integer(1)),
      weightScale: optional(moderate),
    }),
  }),
  dense: section({
    dense: (value, place) =>
      typeof value === "object"
        ? denseSection(value, place)
        : neurons(value, place),
  }),
};

const layerSection = that(
  "one of pool, conv and dense",
  (value): value is object =>
    typeof value === "object" && value !== null &&
    Object.keys(LAYERS).some((name) => name in value),
);

const layer: Kind<LayerDescription> = (value, place) => {
  const given = layerSection(value, place);
  const name = Object.keys(LAYERS).find((name) => name in given)!;
  return LAYERS[name](given, place);
};

/** The kinds of schedules, by their type. */
const SCHEDULES: Record<string, Kind<ConfigurationSchedule>> = {
  exponential: section({
    type: only("exponential"),
    gamma: optional(positive, 0.95),
  }),
  cosine: section({ type: only("cosine"), lr_min: optional(notNegative, 0) }),
  step: section({
    type: only("step"),
    epochs: integer(1),
    gamma: optional(positive, 0.1),
  }),
};

const scheduleSection = that(
  "a section with type",
  (value): value is { type: unknown } =>
    typeof value === "object" && value !== null && "type" in value,
);
const scheduleType = oneOf(...Object.keys(SCHEDULES));

const schedule: Kind<ConfigurationSchedule> = (value, place) => {
  const given = scheduleSection(value, place);
  const type = scheduleType(given.type, place.at("type"));
  return SCHEDULES[type](given, place);
};

const errorType = oneOf("NumSpikes", "SpikeTime", "ProbSpikes");
const region = section({ start: notNegative, stop: positive });
const counts = section({ true: notNegative, false: notNegative });
const train = list("times in ms", notNegative, 0);
const times = section({ true: train, false: train });

/** What a loss asks for, as written: its region may be left open. */
export type WrittenTarget =
  & Partial<Pick<SpikeTarget, "tgtSpikeRegion">>
  & Omit<SpikeTarget, "tgtSpikeRegion">;

/** Files and folders, as written. */
export type WrittenPaths =
  & Partial<ConfigurationPaths>
  & Omit<ConfigurationPaths, "store">;

/** A configuration as written: regions and some paths may be left open. */
export type WrittenConfiguration =
  & Pick<Configuration, "simulation" | "neuron" | "network">
  & {
    /** How the network is trained, and on what. */
    readonly training: Omit<Configuration["training"], "error" | "path"> & {
      /** The loss. */
      readonly error: WrittenTarget;
      /** Files and folders. */
      readonly path: WrittenPaths;
    };
    /** Validation and test. */
    readonly testing?: {
      /** Length of a sample in ms. */
      readonly tSample: number;
      /** The loss; what is left open is as in training. */
      readonly error:
        & Partial<SpikeTarget>
        & Pick<SpikeTarget, "tgtSpikeCount">;
    };
  };

/** Reads a configuration as written. */
export const writtenConfiguration: Kind<WrittenConfiguration> = section({
  simulation: section({
    Ts: optional(moderate, 5),
    tSample: optional(positive, 1500),
    nSample: optional(integer(1), 8),
  }),
  neuron: section({
    type: optional(only("SRMALPHA"), "SRMALPHA"),
    theta: optional(moderate, 10),
    tauSr: optional(moderate, 10),
    tauRef: optional(moderate, 10),
    scaleRef: optional(moderate, 20),
    tauRho: optional(moderate, 1),
    scaleRho: optional(moderate, 1),
  }, {
    response: "responses are always computed by recurrence",
    storage: "values are always stored as float32",
  }),
  training: section({
    transf_method: optional(oneOf("SlayerTD", "TonicFrames"), "SlayerTD"),
    random_crop: optional(flag, false),
    binning_mode: optional(oneOf("OR", "SUM", "SUM_NORM"), "OR"),
    sliced_dataset: optional(flag, true),
    shuffle: optional(flag, false),
    // The seed after it divides the folds' training recordings.
    seed: optional(integer(0, 2 ** 32 - 2), 0),
    init: optional(oneOf("random", "live"), "random"),
    optimizer: optional(oneOf("ADAM", "NADAM", "SGD"), "ADAM"),
    lr: optional(positive, 0.01),
    schedule: optional(schedule),
    clip: optional(positive),
    accumulate: optional(integer(1), 1),
    weightDecay: optional(notNegative, 0),
    epochs: optional(integer(1), 3000),
    CNN: optional(flag, true),
    checkpoint: section({
      batches: optional(integer(1)),
      minutes: optional(positive, 5),
    }),
    filter: optional(section({
      hot_pixels: optional(positive),
      background_activity: optional(positive),
      downsample_space: optional(integer(1)),
      downsample_time: optional(positive),
    })),
    augmentation: optional(section({
      drop: optional(fraction),
      flip_x: optional(fraction),
      flip_y: optional(fraction),
      shift: optional(integer(0)),
      time_jitter: optional(notNegative),
    })),
    error: section({
      type: optional(errorType, "NumSpikes"),
      tgtSpikeRegion: optional(region),
      tgtSpikeCount: optional(counts, { true: 180, false: 30 }),
      tgtSpikeTimes: optional(times),
      probSlidingWin: optional(positive, 20),
    }),
    path: section({
      out: optional(path, "output"),
      data: optional(path, "../data"),
      file_list: optional(path, "../data/filelist.txt"),
      cache: optional(path, "../data/cache"),
      store: optional(path),
      in: optional(path),
      train: optional(path),
      test: optional(path),
      // slayerPytorch's files have it where no spike trains are given.
      desired: optional(only("Nofile")),
    }),
  }),
  testing: optional(section({
    tSample: optional(positive, 4360),
    error: section({
      type: optional(errorType),
      tgtSpikeRegion: optional(region),
      tgtSpikeCount: optional(counts, { true: 523, false: 87 }),
      tgtSpikeTimes: optional(times),
      probSlidingWin: optional(positive),
    }),
  })),
  network: optional(list("pool, conv and dense layers", layer)),
});
