/**
 * What a configuration says, under the names that SLAYER's users know.
 *
 * Times are in milliseconds, paths are absolute.
 *
 * @module
 */

import type { LayerDescription } from "../../engine/layers/describe_layers.ts";
export type { ConvDescription } from "../../engine/layers/conv_shapes.ts";
export type { DenseDescription } from "../../engine/layers/dense.ts";
export type { LayerDescription } from "../../engine/layers/describe_layers.ts";
export type { Pair } from "../../engine/network/network.ts";

/** What the loss asks for. */
export interface SpikeTarget {
  /** The loss: of numbers of spikes, of their times, or of probabilities. */
  readonly type: "NumSpikes" | "SpikeTime" | "ProbSpikes";
  /** Part of the sample whose spikes count, in ms. */
  readonly tgtSpikeRegion: { readonly start: number; readonly stop: number };
  /**
   * Spikes wanted in that region of the right class and of any other;
   * SpikeTime wants them evenly spread, ProbSpikes wants none in particular.
   */
  readonly tgtSpikeCount: { readonly true: number; readonly false: number };
  /** Times in ms at which SpikeTime wants them instead. */
  readonly tgtSpikeTimes?: {
    readonly true: readonly number[];
    readonly false: readonly number[];
  };
  /** Length in ms of the window in which ProbSpikes compares outputs. */
  readonly probSlidingWin: number;
}

/** What is done to every sample, in this order; nothing if absent. */
export interface ConfigurationFilter {
  /** Pixels of more events/s than this are left out. */
  readonly hot_pixels?: number;
  /** Events with none beside them in as many ms before are left out. */
  readonly background_activity?: number;
  /** Side of a square of pixels that becomes one pixel. */
  readonly downsample_space?: number;
  /** Length in ms of a window in which a pixel has one event a polarity. */
  readonly downsample_time?: number;
}

/** What is done to training samples, by chance and in this order. */
export interface ConfigurationAugmentation {
  /** Probability with which an event is left out. */
  readonly drop?: number;
  /** Probability with which a sample is mirrored left to right. */
  readonly flip_x?: number;
  /** Probability with which a sample is mirrored top to bottom. */
  readonly flip_y?: number;
  /** Pixels by which a sample is moved at most, along either axis. */
  readonly shift?: number;
  /** Standard deviation in ms of what is added to times. */
  readonly time_jitter?: number;
}

/** What becomes of the learning rate from epoch to epoch. */
export type ConfigurationSchedule =
  /** Times `gamma` after every epoch. */
  | { readonly type: "exponential"; readonly gamma: number }
  /** Down half a cosine wave to `lr_min`, which the end would reach. */
  | { readonly type: "cosine"; readonly lr_min: number }
  /** Times `gamma` after every so many epochs. */
  | {
    readonly type: "step";
    readonly epochs: number;
    readonly gamma: number;
  };

/** Files and folders of a run. */
export interface ConfigurationPaths {
  /** Folder for results. */
  readonly out: string;
  /** Folder of recordings, tags and class names. */
  readonly data: string;
  /** List of the recordings to use. */
  readonly file_list: string;
  /** Folder where slices of recordings are kept that no store holds. */
  readonly cache: string;
  /** Store of all slices. */
  readonly store: string;
  /** Folder of the samples that `train` and `test` list. */
  readonly in?: string;
  /** List of training samples; replaces `data` and `file_list`. */
  readonly train?: string;
  /** List of test samples. */
  readonly test?: string;
}

/** A whole configuration, checked and with every default filled in. */
export interface Configuration {
  /** Time and batches. */
  readonly simulation: {
    /** Length of a time bin in ms. */
    readonly Ts: number;
    /** Length of a training sample in ms. */
    readonly tSample: number;
    /** Samples a batch. */
    readonly nSample: number;
  };
  /** The spiking neuron. */
  readonly neuron: {
    /** Kind of neuron. */
    readonly type: "SRMALPHA";
    /** Threshold. */
    readonly theta: number;
    /** Time constant of the response in ms. */
    readonly tauSr: number;
    /** Time constant of the refractory response in ms. */
    readonly tauRef: number;
    /** Strength of the refractory response, relative to `theta`. */
    readonly scaleRef: number;
    /** Width of the surrogate derivative, relative to `theta`. */
    readonly tauRho: number;
    /** Height of the surrogate derivative. */
    readonly scaleRho: number;
  };
  /** How the network is trained, and on what. */
  readonly training: {
    /** How events become time bins. */
    readonly transf_method: "SlayerTD" | "TonicFrames";
    /** Whether training samples start at a random time. */
    readonly random_crop: boolean;
    /** What becomes of several events in one bin. */
    readonly binning_mode: "OR" | "SUM" | "SUM_NORM";
    /** Whether samples come from a store of slices, or from recordings. */
    readonly sliced_dataset: boolean;
    /** Whether the training samples are put into another order each epoch. */
    readonly shuffle: boolean;
    /** Seed of everything random. */
    readonly seed: number;
    /** Whether first weights are scaled until every layer fires. */
    readonly init: "random" | "live";
    /** How weights are updated. */
    readonly optimizer: "ADAM" | "NADAM" | "SGD";
    /** Learning rate. */
    readonly lr: number;
    /** What becomes of it; it stays if absent. */
    readonly schedule?: ConfigurationSchedule;
    /** Largest norm of the gradient of all weights, if it has a limit. */
    readonly clip?: number;
    /** Batches an update of the weights. */
    readonly accumulate: number;
    /**
     * Part of the weights that an update takes off them, times `lr`: beside the
     * moments of ADAM and NADAM, as in AdamW, or added to the gradient of SGD.
     */
    readonly weightDecay: number;
    /** Number of epochs, at most. */
    readonly epochs: number;
    /** Without `network`: the convolutional network, else the dense one. */
    readonly CNN: boolean;
    /** When checkpoints are written while an epoch is under way. */
    readonly checkpoint: {
      /** Batches from one to the next, if they are counted. */
      readonly batches?: number;
      /** Minutes from one to the next, at most. */
      readonly minutes: number;
    };
    /** What is done to every sample, in training, validation and test. */
    readonly filter?: ConfigurationFilter;
    /** What is done to training samples only. */
    readonly augmentation?: ConfigurationAugmentation;
    /** The loss, for training and wherever `testing` does not apply. */
    readonly error: SpikeTarget;
    /** Files and folders. */
    readonly path: ConfigurationPaths;
  };
  /** Validation and test, where training takes random crops. */
  readonly testing?: {
    /** Length of a sample in ms. */
    readonly tSample: number;
    /** The loss. */
    readonly error: SpikeTarget;
  };
  /** The layers; absent means one of the two networks that `CNN` names. */
  readonly network?: readonly LayerDescription[];
}
