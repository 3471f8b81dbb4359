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
import type { EventBlock } from "../reading/format.ts";
import { type Chunk, listChunks } from "./chunk_index.ts";
import { numberReader, type ReadNumber } from "./columns.ts";
import { decodeEcf, ECF_FILTER } from "./ecf.ts";
import type { Column, Hdf5File } from "./hdf5_file.ts";

/** Path in the file. */
const PATH = "CD/events";

/** The data set with readers of its fields. */
export interface CdEvents {
  /** The data set. */
  readonly column: Column;
  /** Readers of x, y, t and p of an event at a byte offset. */
  readonly read: readonly ReadNumber[];
  /** Size of the sensor, if the file gives it. */
  readonly sensor: Sensor | undefined;
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
  const read: ReadNumber[] = [];
  for (const name of ["x", "y", "t", "p"]) {
    const field = column.type.fields.find((field) => field.name === name);
    const number = field && numberReader(field.type);
    if (number === undefined) return undefined;
    read.push((view, at) => number(view, at + field!.offset));
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
export function* readCdEvents(
  file: Hdf5File,
  { events, builder, faults }: {
    readonly events: CdEvents;
    readonly builder: BlockBuilder;
    readonly faults: FaultCounts;
  },
): Generator<void> {
  const { column, read, sensor } = events;
  if (!column.filters.includes(ECF_FILTER)) {
    for (let first = 0; first < column.length;) {
      const count = Math.min(column.length - first, builder.room);
      const view = file.readBytes(column, { first, count });
      const block = decodePlain(view, { count, column, read });
      yield* addEvents(block, { sensor, builder, faults, offset: 0 });
      first += count;
    }
    return;
  }
  for (const chunk of listChunks(file.file, file.headerOf(column))) {
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
): EventBlock {
  const { offset, bytes, plain } = chunk;
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
  const view = new DataView(content.buffer);
  const { column, read } = events;
  if (plain) {
    const count = Math.floor(bytes / column.type.size);
    return decodePlain(view, { count, column, read });
  }
  try {
    return decodeEcf(view);
  } catch (cause) {
    throw damage(`a chunk is damaged: ${(cause as Error).message}`, cause);
  }
}

function firstOf({ x, y, t, p }: EventBlock, count: number): EventBlock {
  return {
    x: x.subarray(0, count),
    y: y.subarray(0, count),
    t: t.subarray(0, count),
    p: p.subarray(0, count),
  };
}

/** Decodes consecutive uncompressed events. */
function decodePlain(
  view: DataView,
  { count, column, read }: {
    readonly count: number;
    readonly column: Column;
    readonly read: readonly ReadNumber[];
  },
): EventBlock {
  const [readX, readY, readT, readP] = read;
  const { size } = column.type;
  const x = new Uint16Array(count);
  const y = new Uint16Array(count);
  const t = new Float64Array(count);
  const p = new Uint8Array(count);
  for (let i = 0, at = 0; i < count; i++, at += size) {
    x[i] = readX(view, at);
    y[i] = readY(view, at);
    t[i] = readT(view, at);
    p[i] = Number(readP(view, at) > 0);
  }
  return { x, y, t, p };
}

/**
 * Appends events to the builder; events outside the sensor are counted as
 * faults.
 */
function* addEvents(
  { x, y, t, p }: EventBlock,
  { sensor, builder, faults, offset }: Sink & {
    /** Byte offset that is reported for faults. */
    readonly offset: number;
  },
): Generator<void> {
  const { width, height } = sensor ?? { width: 0x10000, height: 0x10000 };
  for (let i = 0; i < t.length;) {
    let count = builder.count;
    const end = Math.min(t.length, i + builder.room);
    for (; i < end; i++) {
      if (x[i] >= width || y[i] >= height) {
        faults.add(OUTSIDE, offset);
        continue;
      }
      builder.x[count] = x[i];
      builder.y[count] = y[i];
      builder.t[count] = t[i];
      builder.p[count] = p[i];
      count++;
    }
    builder.count = count;
    yield;
  }
}
