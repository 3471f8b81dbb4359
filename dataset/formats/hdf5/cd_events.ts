/**
 * Reader of the HDF5 data set `CD/events` of Metavision.
 *
 * Source: Prophesee, HDF5 event files.
 *
 * @module
 */

import { RecordingError } from "../../files/errors.ts";
import type { Sensor } from "../../events.ts";
import type { BlockBuilder } from "../reading/block_builder.ts";
import { type FaultCounts, OUTSIDE } from "../reading/fault_counts.ts";
import { type Chunk, listChunks } from "./chunk_index.ts";
import { decodeEcf, ECF_FILTER } from "./ecf.ts";
import type { Column, Hdf5File } from "./hdf5_file.ts";
import {
  type AlignedBytes,
  type Numbers,
  numbersReader,
  type ReadNumbers,
} from "./numbers.ts";
import { readPieces } from "./pieces.ts";

/** Path in the file. */
const PATH = "CD/events";

/** The data set with readers of its fields. */
export interface CdEvents {
  /** The data set. */
  readonly column: Column;
  /** Readers of x, y, t and p of consecutive events. */
  readonly read: readonly ReadNumbers[];
  /** Size of the sensor, if the file gives it. */
  readonly sensor: Sensor | undefined;
}

/** Columns of events. */
interface CdBlock {
  readonly x: Numbers;
  readonly y: Numbers;
  readonly t: Numbers;
  readonly p: Numbers;
}

/** Destination of events. */
interface Sink {
  readonly sensor: Sensor | undefined;
  readonly builder: BlockBuilder;
  readonly faults: FaultCounts;
}

/**
 * Finds the events of Metavision.
 *
 * @param file The file.
 * @returns The data set; `undefined` if there is none.
 * @throws {RecordingError} If the description is damaged.
 */
export function findCdEvents(file: Hdf5File): CdEvents | undefined {
  const column = file.column(PATH);
  if (column?.type.kind !== "compound") return undefined;
  const read: ReadNumbers[] = [];
  const stride = column.type.size;
  for (const name of ["x", "y", "t", "p"]) {
    const field = column.type.fields.find((field) => field.name === name);
    const readField = field && numbersReader({ ...field, stride });
    if (readField === undefined) return undefined;
    read.push(readField);
  }
  const [, width, height] =
    /^\s*(\d+)x(\d+)/.exec(file.attribute("geometry")) ??
      [];
  const sensor = width === undefined
    ? undefined
    : { width: Number(width), height: Number(height) };
  return { column, read, sensor };
}

/**
 * Reads events of Metavision, compressed by its own filter or by one of HDF5's.
 *
 * @param file The file.
 * @param options The data set and the destination of events.
 * @returns A generator that yields whenever the builder may be full.
 * @throws {RecordingError} If they are damaged.
 */
export async function* readCdEvents(
  file: Hdf5File,
  { events, builder, faults }: {
    readonly events: CdEvents;
    readonly builder: BlockBuilder;
    readonly faults: FaultCounts;
  },
): AsyncGenerator<void> {
  const { column, read, sensor } = events;
  if (column.filters.every(({ id }) => id !== ECF_FILTER)) {
    for await (const bytes of readPieces(file, column)) {
      const block = columnsOf(bytes, read);
      yield* addEvents(block, { sensor, builder, faults, offset: 0 });
    }
    return;
  }
  for (const chunk of listChunks(file.storageOf(column))) {
    const block = decodeChunk(file, { chunk, events });
    const left = Math.max(column.length - chunk.first, 0);
    yield* addEvents(
      left < block.t.length ? firstOf(block, left) : block,
      { sensor, builder, faults, offset: chunk.offset },
    );
  }
}

/** Reads and decodes a chunk that the HDF5 library cannot decompress. */
function decodeChunk(
  { file }: Hdf5File,
  { chunk, events }: { readonly chunk: Chunk; readonly events: CdEvents },
): CdBlock {
  const { offset, bytes, skipped } = chunk;
  const damage = (problem: string, cause?: unknown) =>
    new RecordingError(
      file.path,
      `byte ${offset} of ${file.size}: ${problem}`,
      { offset, cause },
    );
  if (offset + bytes > file.size) {
    throw damage(`a chunk claims ${bytes} bytes`);
  }
  const content = new Uint8Array(bytes);
  file.read(content, offset);
  if (skipped !== 0) return columnsOf(content, events.read);
  try {
    return decodeEcf(new DataView(content.buffer));
  } catch (cause) {
    throw damage(`a chunk is damaged: ${(cause as Error).message}`, cause);
  }
}

function firstOf({ x, y, t, p }: CdBlock, count: number): CdBlock {
  return {
    x: x.subarray(0, count),
    y: y.subarray(0, count),
    t: t.subarray(0, count),
    p: p.subarray(0, count),
  };
}

/** Decodes consecutive uncompressed events. */
function columnsOf(
  bytes: AlignedBytes,
  read: readonly ReadNumbers[],
): CdBlock {
  const [x, y, t, p] = read.map((readField) => readField(bytes));
  return { x, y, t, p };
}

/**
 * Appends events to the builder; events outside the sensor are counted as
 * faults.
 */
function* addEvents(
  { x, y, t, p }: CdBlock,
  { sensor, builder, faults, offset }: Sink & {
    /** Byte offset that is reported for faults. */
    readonly offset: number;
  },
): Generator<void> {
  const { width, height } = sensor ?? { width: 0x10000, height: 0x10000 };
  for (let i = 0; i < t.length;) {
    // The builder has new columns after each yield.
    const { x: xs, y: ys, t: ts, p: ps } = builder;
    let count = builder.count;
    const end = Math.min(t.length, i + builder.room);
    for (; i < end; i++) {
      const column = x[i];
      const row = y[i];
      if (!(column >= 0 && row >= 0 && column < width && row < height)) {
        faults.add(OUTSIDE, offset);
        continue;
      }
      xs[count] = column;
      ys[count] = row;
      ts[count] = t[i];
      ps[count] = p[i] > 0 ? 1 : 0;
      count++;
    }
    builder.count = count;
    yield;
  }
}
