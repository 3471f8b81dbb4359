/**
 * Configuration files for programs that use the library.
 *
 * @module
 */

import { SampleCache } from "../../dataset/batches.ts";
import { type FileSource, nameOf } from "../../dataset/files/file_source.ts";
import type { SampleSet } from "../../dataset/samples/sample_set.ts";
import type { SampleSource } from "../../dataset/sample_source.ts";
import type { ModelDescription } from "../../engine/model.ts";
import { Random } from "../../engine/network/random.ts";
import type { EvaluateOptions } from "../../engine/training/evaluate.ts";
import type { FitOptions } from "../../engine/training/fit_options.ts";
import { readConfigurationFile } from "./configuration_file.ts";
import { ConfigurationError } from "./error.ts";
import { describeNetwork, lossOf } from "./model.ts";
import { checkClasses } from "./rules/class_rules.ts";
import { namesClasses } from "./schema/network.ts";
import type { Configuration } from "./schema/types.ts";
import { trainingOf } from "./training.ts";
import { chooseSamples, filtered } from "./transforms.ts";
import type { ConfigurationOptions } from "./yaml_text.ts";

/** Files and folders that a configuration names. */
export interface ConfiguredPaths {
  /** Folder for results. */
  readonly out: string;
  /** Folder of recordings, tags and class names. */
  readonly data: string;
  /** List of the recordings to use. */
  readonly file_list: string;
  /** Folder for slices cut from recordings, where no store is used. */
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

/** A configuration file, as `Model.create()`, `fit()` and data sets take it. */
export interface LoadedConfiguration {
  /** The network; its input is the `extent` of the samples. */
  readonly network: Omit<ModelDescription, "input" | "device">;
  /** Options of `fit()`, with the loss. */
  readonly training: FitOptions;
  /** Options of `evaluate()`, with the loss of validation and test. */
  readonly testing: EvaluateOptions;
  /** Files and folders; absolute where the configuration is a file on disk. */
  readonly paths: ConfiguredPaths;
  /**
   * Whether the first weights are used as drawn, or scaled by `initLive()`
   * before training.
   */
  readonly init: "random" | "live";
  /**
   * Chooses samples, with the filters and, for training, the crops and the
   * augmentation of the configuration.
   *
   * @param source A data set.
   * @param options Use of the samples; their indices in the data set, by
   * default all in order.
   * @returns The samples.
   */
  samples(
    source: SampleSource,
    options: {
      readonly use: "train" | "test";
      readonly indices?: readonly number[];
    },
  ): SampleSet;
}

/**
 * Loads a configuration file, in YAML with SLAYER's keys.
 *
 * One random generator draws the initial weights and then the order of samples,
 * so that a program trains to the same bits as the first fold of
 * `deno task train`. In Deno the YAML parser needs
 * `--allow-env=LOG_TOKENS,LOG_STREAM`.
 *
 * @param file The file: its path, or a `Blob` of its text.
 * @param options Values set on top of it; `classes`: names of the classes, for
 * the word `classes` in the network and for `flip_not`.
 * @returns Network, loss, options of training and test, and samples.
 * @throws {ConfigurationError} If the file cannot be read, is no YAML, or a key
 * or value in it cannot be used, also because `classes` is missing.
 * @throws {RangeError} If it names other classes than these.
 *
 * @example
 * ```ts
 * import { fit } from "../../engine/training/fit.ts";
 * import { Model } from "../../engine/model.ts";
 * import { loadConfiguration } from "./load_configuration.ts";
 * const text = `
 * simulation: { Ts: 1, tSample: 50, nSample: 2 }
 * network: [{ dense: 2 }]
 * training: { epochs: 1, error: { tgtSpikeCount: { true: 9, false: 1 } } }
 * `;
 * const { network, training, samples } = await loadConfiguration(
 *   new File([text], "network.yaml"),
 * );
 * // Two recordings of one event each, on a sensor of 4×4 pixels.
 * const train = samples({
 *   sensor: { width: 4, height: 4 },
 *   timing: { unitUs: 1000, fromFirstEvent: true },
 *   classes: ["left", "right"],
 *   labels: [0, 1],
 *   events: (index) =>
 *     Promise.resolve({
 *       x: Uint16Array.of(3 * index),
 *       y: Uint16Array.of(0),
 *       p: Uint8Array.of(1),
 *       t: Uint32Array.of(0),
 *     }),
 * }, { use: "train" });
 * using model = await Model.create({ ...network, input: train.extent });
 * const [epoch] = await Array.fromAsync(fit(model, train, training));
 * if (!(epoch.train.loss > 0)) throw new Error("expected a loss");
 * ```
 */
export async function loadConfiguration(
  file: FileSource,
  { classes, ...options }: ConfigurationOptions & {
    readonly classes?: readonly string[];
  } = {},
): Promise<LoadedConfiguration> {
  const configuration = await readConfigurationFile(file, options);
  const { training, simulation } = configuration;
  if (classes) checkClasses(configuration, classes);
  else requireNoClasses(configuration, nameOf(file));
  const random = new Random(training.seed, 1);
  const cache = new SampleCache();
  return {
    network: describeNetwork(configuration, random, classes?.length),
    training: trainingOf(configuration, random, { classes, fold: 1 }),
    testing: { batch: simulation.nSample, ...lossOf(configuration, "test") },
    paths: training.path,
    init: training.init,
    samples: (source, chosen) =>
      chooseSamples(filtered(source, configuration), configuration, {
        ...chosen,
        cache,
      }),
  };
}

/** Refuses a configuration that needs the names of the classes. */
function requireNoClasses(
  { network = [], training: { augmentation } }: Configuration,
  path: string,
): void {
  const key = namesClasses(network)
    ? "network"
    : augmentation?.flip_not
    ? "training.augmentation.flip_not"
    : undefined;
  if (key === undefined) return;
  const problem = `${key} names classes, and the option classes is missing`;
  throw new ConfigurationError(path, problem, { key });
}
