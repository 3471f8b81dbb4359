/**
 * Rules between values of a configuration, and defaults that depend on other
 * values.
 *
 * @module
 */

import { isMapping } from "../schema/values.ts";
import { isUrl } from "../../../dataset/files/file_path.ts";
import { MAX_BINS } from "../../../engine/plan/sizes.ts";
import { completeData } from "./data_rules.ts";
import { completeNetwork } from "./network_rules.ts";
import { withParameters } from "../schema/network_text.ts";
import { readKeys, type Refuse } from "../schema/read_keys.ts";
import type { WrittenConfiguration } from "../schema/schema.ts";
import { checkTarget, completeTarget, type Sample } from "./target_rules.ts";
import type { Configuration, SpikeTarget } from "../schema/types.ts";

/**
 * Reads a configuration and fills in dependent defaults: the whole sample as
 * region, neuron and type of loss by the network, and, for the loss of
 * `testing`, type, target times and window by training. Makes paths absolute.
 *
 * @param value The contents of the file.
 * @param options `refuse` throws the error of the first problem; `resolve`
 * makes a path absolute; `trains`: whether samples and loss are used, which are
 * to fit one another.
 * @returns The complete configuration.
 */
export function readConfiguration(
  value: unknown,
  { refuse, resolve, trains }: {
    readonly refuse: Refuse;
    readonly resolve: (path: string) => string;
    readonly trains: boolean;
  },
): Configuration {
  const keys = readKeys(value, refuse);
  const data = keys.data && completeData(keys.data, { refuse, resolve });
  const written = withWindow(withTextNeurons(keys, value), value);
  const { simulation, training, testing, network, input } = written;
  const { neuron, type } = completeNetwork(written, refuse);
  if (training.random_crop && !testing) {
    const problem = "is true, which needs testing.tSample and testing.error";
    refuse(["training", "random_crop"], problem);
  }
  checkRanges(training, refuse);
  const error = completeTarget({ ...training.error, type }, simulation);
  const configuration = {
    simulation,
    neuron,
    training: {
      ...training,
      error,
      path: resolvePaths(training, refuse, resolve),
    },
    ...(testing && { testing: completeTest(testing, error) }),
    ...(data && { data }),
    ...(network && { network }),
    ...(input && { input }),
  };
  if (trains) checkSamples(configuration, refuse);
  return configuration;
}

/** Checks lengths of samples, and that the losses fit them. */
function checkSamples(
  { simulation, training, testing, input, data }: Configuration,
  refuse: Refuse,
): void {
  const { tSample } = simulation;
  // Slices are parts of a sample, whatever Ts.
  const Ts = input?.slices === undefined
    ? simulation.Ts
    : tSample / input.slices;
  const key = data?.window === tSample
    ? ["data", "window"]
    : ["simulation", "tSample"];
  checkLength({ Ts, tSample }, key, refuse);
  checkTarget(training.error, { Ts, tSample, used: true }, {
    place: ["training", "error"],
    refuse,
  });
  if (!testing) return;
  const inTest = { Ts, tSample: testing.tSample, used: training.random_crop };
  checkLength(inTest, ["testing", "tSample"], refuse);
  checkTarget(testing.error, inTest, { place: ["testing", "error"], refuse });
}

/** Gives neurons in the text of a network the parameters of `neuron`. */
function withTextNeurons(
  written: WrittenConfiguration,
  value: unknown,
): WrittenConfiguration {
  const { network, neuron } = written;
  return network && neuron &&
      typeof (value as { readonly network?: unknown }).network === "string"
    ? { ...written, network: withParameters(network, neuron) }
    : written;
}

/**
 * Defaults for samples cut by `data.window`: `tSample` is the window, and
 * target counts keep their ratio to `tSample`.
 */
function withWindow(
  { simulation, training, data, ...others }: WrittenConfiguration,
  value: unknown,
): WrittenConfiguration {
  const written = value as {
    readonly simulation?: { readonly tSample?: unknown };
    readonly training?: {
      readonly error?: { readonly tgtSpikeCount?: unknown };
    };
  };
  const tSample = data?.window;
  if (tSample === undefined || written.simulation?.tSample !== undefined) {
    return { simulation, training, data, ...others };
  }
  const { error } = training;
  const share = tSample / simulation.tSample;
  const tgtSpikeCount = written.training?.error?.tgtSpikeCount !== undefined
    ? error.tgtSpikeCount
    : {
      true: Math.round(error.tgtSpikeCount.true * share),
      false: Math.round(error.tgtSpikeCount.false * share),
    };
  return {
    ...others,
    simulation: { ...simulation, tSample },
    training: { ...training, error: { ...error, tgtSpikeCount } },
    data,
  };
}

/** Checks ranges of augmentation, and that some class counts in the loss. */
function checkRanges(
  { augmentation = {}, error: { classWeights } }:
    WrittenConfiguration["training"],
  refuse: Refuse,
): void {
  for (const [key, change] of Object.entries(augmentation)) {
    if (!isMapping(change)) continue;
    const { most, least } = change as { most: number; least?: number };
    if (least === undefined || least <= most) continue;
    const problem = `is ${least}, above most, which is ${most}`;
    refuse(["training", "augmentation", key, "least"], problem);
  }
  if (classWeights?.every((weight) => weight === 0)) {
    const problem = "are all 0, expected one above 0";
    refuse(["training", "error", "classWeights"], problem);
  }
}

function completeTest(
  { tSample, error }: NonNullable<WrittenConfiguration["testing"]>,
  { type, tgtSpikeTimes, probSlidingWin }: SpikeTarget,
): Configuration["testing"] {
  const written = {
    type,
    probSlidingWin,
    ...(tgtSpikeTimes && { tgtSpikeTimes }),
    ...error,
  };
  return { tSample, error: completeTarget(written, { tSample }) };
}

/**
 * Checks that a sample has at least one bin, and no more than a plan allows.
 */
function checkLength(
  { Ts, tSample }: Pick<Sample, "Ts" | "tSample">,
  place: readonly string[],
  refuse: Refuse,
): void {
  if (tSample < Ts) {
    refuse(place, `is ${tSample}, shorter than one time bin of ${Ts} ms`);
  }
  if (tSample / Ts + 1e-9 >= MAX_BINS + 1) {
    refuse(
      place,
      `is ${tSample}, longer than ${MAX_BINS} time bins of ${Ts} ms`,
    );
  }
}

/**
 * Makes paths absolute, and requires all or none of `in`, `train` and `test`.
 * Only a store can be a URL.
 */
function resolvePaths(
  { path: written, sliced_dataset }: Pick<
    WrittenConfiguration["training"],
    "path" | "sliced_dataset"
  >,
  refuse: Refuse,
  resolve: (path: string) => string,
): Configuration["training"]["path"] {
  const { desired: _, ...paths } = written;
  const lists = ["in", "train", "test"] as const;
  const missing = lists.find((name) => paths[name] === undefined);
  if (missing && lists.some((name) => paths[name] !== undefined)) {
    const problem = "is missing; in, train and test go together";
    refuse(["training", "path", missing], problem);
  }
  for (const [name, path] of Object.entries(paths)) {
    // A store may be at a URL, and so may the folder that contains it.
    if (name === "store" || (name === "data" && sliced_dataset)) continue;
    if (path !== undefined && isUrl(path)) {
      const problem = `is "${path}", expected a file or folder here: only an ` +
        "event store can be at a URL";
      refuse(["training", "path", name], problem);
    }
  }
  const whole = { ...paths, store: paths.store ?? `${paths.data}/sliced.zarr` };
  const entries = Object.entries(whole).map((
    [name, path],
  ) => [name, resolve(path)]);
  return Object.fromEntries(entries);
}
