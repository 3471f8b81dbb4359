/**
 * Reader of the Heidelberg spiking data sets SHD and SSC, with two lists per
 * sample: `spikes/times` in seconds and `spikes/units`.
 *
 * Source: B. Cramer et al., The Heidelberg Spiking Data Sets for the
 * Systematic Evaluation of Spiking Neural Networks, 2022.
 *
 * @module
 */

import type { Sensor } from "../../events.ts";
import type { BlockBuilder } from "../reading/block_builder.ts";
import type { FaultCounts } from "../reading/fault_counts.ts";
import { numberReader, type ReadNumber } from "./columns.ts";
import type { Column, Hdf5File } from "./hdf5_file.ts";

/** The 700 channels of the cochlea model as one row of pixels. */
export const CHANNELS: Sensor = { width: 700, height: 1 };

/** Data sets with the spikes of all samples. */
export interface Spikes {
  /** Spike times of each sample. */
  readonly times: Column;
  /** Spike channels of each sample. */
  readonly units: Column;
  /** Reads a time in seconds. */
  readonly readTime: ReadNumber;
  /** Reads a channel. */
  readonly readUnit: ReadNumber;
  /** Class of each sample; empty if the file does not give them. */
  readonly labels: readonly number[];
  /** Speaker of each sample; empty if the file does not give them. */
  readonly speakers: readonly number[];
  /** Names of the classes; empty if the file does not give them. */
  readonly keys: readonly string[];
  /** Number of samples. */
  readonly length: number;
}

/**
 * Finds the data sets with spikes.
 *
 * @param file The file.
 * @returns The data sets; `undefined` if there are none.
 * @throws {RecordingError} If a description is damaged.
 */
export function findSpikes(file: Hdf5File): Spikes | undefined {
  const [times, units] = ["times", "units"]
    .map((name) => file.column(`spikes/${name}`));
  const readTime = times?.type.element && numberReader(times.type.element);
  const readUnit = units?.type.element && numberReader(units.type.element);
  if (!times || !units || !readTime || !readUnit) return undefined;
  if (times.length !== units.length) return undefined;
  const { length } = times;
  const labels = readNumbers(file, "labels", length);
  const speakers = readNumbers(file, "extra/speaker", length);
  const keys = file.texts("extra/keys");
  return {
    times,
    units,
    readTime,
    readUnit,
    labels,
    speakers,
    keys,
    length,
  };
}

/** Reads one number per sample; empty if the data set has another length. */
function readNumbers(file: Hdf5File, path: string, length: number): number[] {
  const column = file.column(path);
  const read = column && numberReader(column.type);
  if (!column || !read || column.length !== length || length === 0) return [];
  const view = file.readBytes(column, { first: 0, count: length });
  return Array.from(
    { length },
    (_, i) => read(view, i * column.type.size),
  );
}

/**
 * Reads the spikes of one sample: x is the channel, y 0 and p 1.
 *
 * @param file The file.
 * @param options Index of the sample and destination of its spikes.
 * @returns A generator that yields whenever the builder may be full.
 * @throws {RecordingError} If they cannot be read.
 */
export function* readSpikes(
  file: Hdf5File,
  { spikes, index, builder, faults }: {
    readonly spikes: Spikes;
    readonly index: number;
    readonly builder: BlockBuilder;
    readonly faults: FaultCounts;
  },
): Generator<void> {
  const { times, units, readTime, readUnit } = spikes;
  const timeBytes = times.type.element!.size;
  const unitBytes = units.type.element!.size;
  const timeView = file.readList(times, index);
  const unitView = file.readList(units, index);
  const timeCount = timeView.byteLength / timeBytes;
  const count = Math.min(timeCount, unitView.byteLength / unitBytes);
  if (count < timeCount) faults.add("samples with more times than units", 0);
  for (let i = 0; i < count; i++) {
    const unit = readUnit(unitView, i * unitBytes);
    if (!(unit >= 0 && unit < CHANNELS.width)) {
      faults.add("spikes of no channel", 0);
      continue;
    }
    builder.x[builder.count] = unit;
    builder.t[builder.count] = Math.round(
      readTime(timeView, i * timeBytes) * 1e6,
    );
    builder.p[builder.count] = 1;
    builder.count++;
    if (builder.full) yield;
  }
}
