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

/** Destination of events of one place in the file. */
interface Placed extends Sink {
  /** Byte offset that is reported for faults. */
  readonly offset: number;
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
      sliceOf(block, 0, left),
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

/** Returns some of the events. */
function sliceOf({ x, y, t, p }: CdBlock, first: number, end: number): CdBlock {
  return {
    x: x.subarray(first, end),
    y: y.subarray(first, end),
    t: t.subarray(first, end),
    p: p.subarray(first, end),
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
function* addEvents(block: CdBlock, sink: Placed): Generator<void> {
  const { builder } = sink;
  for (let first = 0; first < block.t.length;) {
    const end = Math.min(block.t.length, first + builder.room);
    addPart(sliceOf(block, first, end), sink);
    first = end;
    yield;
  }
}

/** Appends events that fit into the builder. */
function addPart(
  { x, y, t, p }: CdBlock,
  { sensor, builder, faults, offset }: Placed,
): void {
  const { width, height } = sensor ?? { width: 0x10000, height: 0x10000 };
  if (areBelow(x, width) && areBelow(y, height)) {
    const { count } = builder;
    builder.x.set(x, count);
    builder.y.set(y, count);
    builder.t.set(t, count);
    const ps = builder.p;
    for (let i = 0; i < p.length; i++) ps[count + i] = Number(p[i] > 0);
    builder.count += p.length;
    return;
  }
  for (let i = 0; i < t.length; i++) {
    if (!(x[i] >= 0 && y[i] >= 0 && x[i] < width && y[i] < height)) {
      faults.add(OUTSIDE, offset);
      continue;
    }
    const at = builder.count++;
    builder.x[at] = x[i];
    builder.y[at] = y[i];
    builder.t[at] = t[i];
    builder.p[at] = Number(p[i] > 0);
  }
}

/** Tells whether all numbers are from 0 to below a limit. */
function areBelow(numbers: Numbers, limit: number): boolean {
  for (let i = 0; i < numbers.length; i++) {
    if (!(numbers[i] >= 0 && numbers[i] < limit)) return false;
  }
  return true;
}
