/**
 * Runs a trained network on a sample, to show its outputs in an animation.
 *
 * @module
 */

import { dirname, extname, resolve } from "node:path";
import { readNmnistList } from "../../../../dataset/formats/nmnist.ts";
import type { Sensor } from "../../../../dataset/events.ts";
import type { EventStore } from "../../../../dataset/store/store.ts";
import { openPreferredDevice } from "../../../device/adapter.ts";
import { namesOf } from "../../charts/output_spikes.ts";
import type { Configuration } from "../../../configuration/schema/types.ts";
import { openModel } from "../../../experiment/evaluate_fold.ts";
import type { Fold } from "../../../experiment/fold.ts";
import { traceSample } from "../../../experiment/trace_sample.ts";
import { foldsOf, readRun, trainedFolds } from "../../../run/reader.ts";
import { chooseSamples, filtered } from "../../../configuration/transforms.ts";
import { originIn } from "../samples/open_sample.ts";
import type { RecordedSample, Span } from "../samples/sample.ts";

/** The outputs of a network for a sample. */
export interface NetworkResponse {
  /** Fold whose network it is, counted from 1. */
  readonly fold: number;
  /** Names of the outputs, in class order. */
  readonly names: readonly string[];
  /** True class of the sample, if it is known. */
  readonly label?: number;
  /** The class predicted. */
  readonly prediction: number;
  /** Times of the spikes of each output in ms; none without neurons. */
  readonly times: readonly (readonly number[])[];
  /** Logits of each output up to each bin, of a readout without neurons. */
  readonly logits?: readonly ArrayLike<number>[];
  /** The time window of the sample that the network sees. */
  readonly span: Span;
}

/** The form in which a run's networks see recordings. */
export interface RunInput {
  /** SLAYER's axes of AEDAT 1.0 and 2.0; upright recordings without it. */
  readonly axes?: "reference";
  /** Length of windows in ms, if recordings are cut into windows. */
  readonly windowMs?: number;
}

/**
 * Reads in which form a run's networks see recordings.
 *
 * @param folder The run folder.
 * @returns The form.
 * @throws {Error} If it is not a run folder, or a file in it cannot be used.
 */
export async function inputOf(folder: string): Promise<RunInput> {
  const { configuration: { data } } = await readRun(folder);
  return data === undefined ? { axes: "reference" } : { windowMs: data.window };
}

/**
 * Runs a network of a run on a sample.
 *
 * @param sample The sample.
 * @param options The run folder, and the fold whose network to run; by default
 * the one that is tested on the sample's recording, else the first.
 * @returns The outputs, in the same time bins as in a test.
 * @throws {Error} If the folder is not a run folder, or has no weights of that
 * fold.
 * @throws {RangeError} If the network was trained on samples of another size,
 *   other classes or other axes.
 * @throws {DatasetError | RecordingError} If the run's data cannot be used.
 * @throws {ShapeError | DeviceError} If the sample does not fit the device.
 */
export async function respond(
  recorded: RecordedSample,
  { run: folder, fold: chosen }: {
    readonly run: string;
    readonly fold?: number;
  },
): Promise<NetworkResponse> {
  const run = await readRun(folder);
  const { configuration, weights } = run;
  const folds = await foldsOf(run);
  const sample = onSensorOf(folds[0], recorded, configuration);
  const trained = await trainedFolds(run, folds);
  const fold = chosen === undefined
    ? trained.find((fold) => isTestedOn(fold, sample)) ?? trained[0]
    : trained.find(({ number }) => number === chosen);
  if (fold === undefined) {
    const which = chosen === undefined
      ? "weights"
      : `weights of fold ${chosen}`;
    throw new Error(`Cannot use run "${folder}": it has no ${which}`);
  }
  const problem = await mismatch(sample, fold, configuration);
  if (problem !== undefined) {
    throw new RangeError(
      `Cannot run the network of "${folder}" on "${sample.name}": ${problem}`,
    );
  }
  const { timing, classes, samples, labels } = fold.test.source;
  const place = samples?.findIndex(({ recording }) =>
    isOf(sample.path, recording)
  );
  const label = sample.label ??
    (place === undefined
      ? await listedLabel(sample, configuration)
      : labels[place]);
  // The label affects only the loss, which is unused.
  const source = filtered(asSource(sample, fold, label ?? 0), configuration);
  using device = await openPreferredDevice();
  const options = { configuration, weights: weights.get(fold.number)! };
  using model = await openModel(device, fold, options);
  const { output } = await traceSample(
    model,
    { ...fold, test: chooseSamples(source, configuration, { use: "test" }) },
    { sample: 0, neurons: [], configuration },
  );
  return {
    fold: fold.number,
    names: namesOf(output),
    label: label !== undefined && label < classes.length ? label : undefined,
    prediction: output.prediction,
    times: output.times,
    logits: output.logits,
    span: { timing, lengthUs: 1000 * output.duration },
  };
}

/**
 * Assigns the run's sensor to a sample of unknown sensor, if it fits.
 */
function onSensorOf(
  { test: { source } }: Fold,
  sample: RecordedSample,
  configuration: Configuration,
): RecordedSample {
  if (configuration.data === undefined || sample.sensorTold !== false) {
    return sample;
  }
  const { width, height } = recordedSensor(source.sensor, configuration);
  const fits = sample.sensor.width <= width && sample.sensor.height <= height;
  return fits ? { ...sample, sensor: { width, height } } : sample;
}

/** Finds the sensor of a run's recordings, before they are downsampled. */
function recordedSensor(
  { width, height }: Sensor,
  { training: { filter } }: Configuration,
): Sensor {
  const side = filter?.downsample_space ?? 1;
  return { width: width * side, height: height * side };
}

/** Whether a fold's network is tested on the recording of a sample. */
function isTestedOn(
  { test: { source, indices } }: Fold,
  { recording, path }: RecordedSample,
): boolean {
  const { samples } = source;
  if (samples !== undefined) {
    return indices.some((index) => isOf(path, samples[index].recording));
  }
  const { slices } = source as Partial<EventStore>;
  return slices !== undefined &&
    indices.some((index) => slices[index].source === recording);
}

/** Whether a path ends with a recording's path. */
function isOf(path: string, recording: string): boolean {
  return resolve(path) === resolve(recording) ||
    resolve(path).endsWith(`/${recording}`);
}

/**
 * Wraps the sample as a data set of one, with the timing and classes of the
 * fold.
 */
function asSource(
  { sensor, events }: RecordedSample,
  { test: { source: { timing, classes } } }: Fold,
  label: number,
): Fold["test"]["source"] {
  return {
    sensor,
    timing,
    classes,
    labels: [label],
    events: () => Promise.resolve(events),
  };
}

/** Explains why a sample does not fit a network; `undefined` if it does. */
async function mismatch(
  sample: RecordedSample,
  fold: Fold,
  configuration: Configuration,
): Promise<string | undefined> {
  const { source } = fold.test;
  const one = filtered(asSource(sample, fold, 0), configuration);
  const sides = ({ width, height }: Sensor) => `${width}×${height}`;
  if (sides(one.sensor) !== sides(source.sensor)) {
    const own = sides(sample.sensor);
    const its = sides(recordedSensor(source.sensor, configuration));
    return `it has ${own} pixels, the recordings of the run ${its}; give a ` +
      `recording of that sensor, or a run on ${own} pixels`;
  }
  const { classes = source.classes } = sample;
  const length = Math.max(classes.length, source.classes.length);
  for (let n = 0; n < length; n++) {
    const [name = "none", trained = "none"] = [classes[n], source.classes[n]];
    if (name !== trained) {
      return `its class ${n + 1} is ${name}, the network's is ${trained}`;
    }
  }
  const origin = await originIn(configuration);
  if (origin === sample.origin) return undefined;
  return origin === "top"
    ? "the network was trained with the axes of SLAYER's programs"
    : "the network was trained with --axes jaer";
}

/** Finds the label of a digit in the lists of a run. */
async function listedLabel(
  { path: sample }: RecordedSample,
  { training: { path } }: Configuration,
): Promise<number | undefined> {
  if (path.train === undefined || path.test === undefined) return undefined;
  const lists = [path.test, path.train].map(readNmnistList);
  const folder = path.in ?? dirname(path.train);
  return (await Promise.all(lists)).flat().find(({ id }) =>
    resolve(folder, id + extname(sample)) === resolve(sample)
  )?.label;
}
