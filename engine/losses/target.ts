/**
 * What a loss wants of a sample, in ms and in bins.
 *
 * @module
 */

import { BINS_PER_WORD } from "../../kernels/spec.ts";
import { ShapeError } from "../device/errors.ts";
import { isFrom0 } from "../network/float_range.ts";

/** Part of a sample, in ms. */
export interface Region {
  /** Its first time. */
  readonly start: number;
  /** Its end, which is not in it. */
  readonly stop: number;
}

/** What the numSpikes loss wants: numbers of spikes. */
export interface CountTarget {
  /** The region that is counted. */
  readonly region: Region;
  /** Spikes wanted of the sample's class, and of each other class. */
  readonly count: { readonly true: number; readonly false: number };
}

/** What the spikeTime loss wants: spikes at given times. */
export interface TimeTarget {
  /** Times in ms of the sample's class, and of each other class. */
  readonly times: {
    readonly true: readonly number[];
    readonly false: readonly number[];
  };
}

/** The same, where each class has a spike train of its own for each output. */
export interface TrainTarget {
  /** Times in ms of each output, in the order of outputs, by class. */
  readonly trains: readonly (readonly (readonly number[])[])[];
}

/** What the probSpikes loss wants: most spikes, at any time. */
export interface ProbabilityTarget {
  /** The region in which outputs are compared. */
  readonly region: Region;
  /** Length in ms of the window whose spikes are compared at each time. */
  readonly window: number;
}

/** What a loss wants of a sample; which loss it is follows from it. */
export type SpikeTarget =
  | CountTarget
  | TimeTarget
  | TrainTarget
  | ProbabilityTarget;

/** What the kernel of a loss wants, in bins and by the names it has there. */
export type Goal =
  | {
    readonly loss: "numSpikes";
    readonly start: number;
    readonly stop: number;
    readonly wanted: number;
    readonly unwanted: number;
  }
  | {
    readonly loss: "spikeTime";
    /** Packed spike trains, [2, B] or, with `trains`, [O, O, B]. */
    readonly desired: Uint32Array<ArrayBuffer>;
    readonly trains: number;
  }
  | {
    readonly loss: "probSpikes";
    readonly start: number;
    readonly stop: number;
    readonly window: number;
  };

/** A sample, as a loss sees it. */
interface Sample {
  /** Time step in ms. */
  readonly Ts: number;
  /** Bins. */
  readonly T: number;
  /** Outputs. */
  readonly O: number;
}

/**
 * Divides a target into bins.
 *
 * @param target What is wanted, in ms.
 * @param sample Time step, bins and outputs.
 * @returns The same in bins.
 * @throws {ShapeError} If it does not fit the sample.
 * @throws {RangeError} If a number of spikes is negative or not finite.
 * @throws {TypeError} If it is no target of a loss.
 */
export function goalOf(target: SpikeTarget, sample: Sample): Goal {
  if ("count" in target) {
    const { count: { true: wanted, false: unwanted } } = target;
    for (const count of [wanted, unwanted]) {
      if (!isFrom0(count)) {
        throw new RangeError(
          `Cannot want ${count} spikes: it is not a number from 0`,
        );
      }
    }
    const region = regionOf(target, sample);
    return { loss: "numSpikes", ...region, wanted, unwanted };
  }
  if ("window" in target) {
    const window = windowOf(target, sample);
    return { loss: "probSpikes", ...regionOf(target, sample), window };
  }
  if (!("times" in target || "trains" in target)) {
    throw new TypeError(
      `Cannot train towards ${
        JSON.stringify(target)
      }: expected count, times, ` +
        "trains or window",
    );
  }
  const rows = "times" in target
    ? [target.times.true, target.times.false]
    : rowsOf(target, sample);
  return {
    loss: "spikeTime",
    desired: packTrains(rows, sample),
    trains: Number("trains" in target),
  };
}

function regionOf({ region }: { region: Region }, { Ts, T }: Sample) {
  const start = Math.round(region.start / Ts);
  const stop = Math.round(region.stop / Ts);
  if (!(region.start >= 0 && stop > start && stop <= T)) {
    throw new ShapeError(
      `Cannot count spikes from ${region.start} to ${region.stop} ms: ` +
        `these are bins ${start} to ${stop} of a sample's ${T}`,
    );
  }
  return { start, stop };
}

function windowOf({ window }: ProbabilityTarget, { Ts, T }: Sample): number {
  const bins = Math.round(window / Ts);
  if (!(bins >= 1 && bins <= T)) {
    throw new ShapeError(
      `Cannot compare spikes in a window of ${window} ms: it has ${bins} ` +
        `bins, expected 1 to a sample's ${T}`,
    );
  }
  return bins;
}

/** The trains of all classes one after another. */
function rowsOf({ trains }: TrainTarget, { O }: Sample) {
  const lengths = [trains, ...trains].map(({ length }) => length);
  const wrong = lengths.find((length) => length !== O);
  if (wrong !== undefined) {
    throw new ShapeError(
      `Cannot want ${wrong} spike trains: the network has ${O} outputs, ` +
        `and as many classes with ${O} trains each are expected`,
    );
  }
  return trains.flat();
}

/** Spike trains as words, one bit a bin. */
function packTrains(
  rows: readonly (readonly number[])[],
  { Ts, T }: Sample,
): Uint32Array<ArrayBuffer> {
  const B = Math.ceil(T / BINS_PER_WORD);
  const words = new Uint32Array(rows.length * B);
  rows.forEach((times, row) => {
    for (const time of times) {
      const bin = Math.round(time / Ts);
      if (!(time >= 0 && bin < T)) {
        throw new ShapeError(
          `Cannot want a spike at ${time} ms: it is bin ${bin} of a ` +
            `sample's ${T}, counted from 0`,
        );
      }
      const word = row * B + Math.floor(bin / BINS_PER_WORD);
      const bit = 1 << bin % BINS_PER_WORD;
      if (words[word] & bit) {
        throw new ShapeError(
          `Cannot want a spike at ${time} ms: in bin ${bin} there is one, ` +
            "and a neuron spikes once in a bin at most",
        );
      }
      words[word] |= bit;
    }
  });
  return words;
}
