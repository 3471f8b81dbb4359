/**
 * Recordings that are decoded from front to back, record by record.
 *
 * @module
 */

import type { Sensor } from "../../events.ts";
import { BUFFER_BYTES, RecordingFile } from "../../files/buffered_file.ts";
import type { FileSource } from "../../files/file_source.ts";
import type {
  EventBlock,
  OpenOptions,
  OpenRecording,
  RecordingFormat,
} from "./format.ts";
import { countedRecording } from "./counted_recording.ts";
import { cutRecord } from "./cut_off.ts";
import { allocateBlock, firstEvents } from "./event_block.ts";
import type { FaultCounts } from "./fault_counts.ts";

/** A part of a file. */
export interface Piece {
  /** Bytes of the file, the first of a record at their start. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where in the file they start. */
  readonly offset: number;
  /** Whether the file ends with them. */
  readonly last: boolean;
}

/** A decoder of some format, with the state that it keeps between bytes. */
export interface Decoder {
  /**
   * Decodes whole records until there are no more, or until the block may have
   * no room for the events of another.
   *
   * @param piece Bytes of the file.
   * @param block The events are written to its start.
   * @returns How many bytes were decoded, and how many events they held.
   */
  decode(
    piece: Piece,
    block: EventBlock,
  ): { readonly taken: number; readonly events: number };
}

/** A recording's header, and the decoder of its events. */
export interface Decoding {
  /** Name of the format, with its version. */
  readonly format: string;
  /** Size of the sensor, if the file tells. */
  readonly sensor: Sensor | undefined;
  /** Byte of the file at which its first record starts, below 1 MiB. */
  readonly start: number;
  /** Byte that a record ends with, where records have no fixed size. */
  readonly separator?: number;
  /** The format's name for a record, and its size in bytes (at most). */
  readonly record: { readonly name: string; readonly bytes: number };
  /**
   * Makes a decoder for one pass over the file.
   *
   * @param faults Counts the faults that it repairs.
   */
  decoder(faults: FaultCounts): Decoder;
}

/** A format whose recordings are decoded from front to back. */
export interface DecodedFormat extends RecordingFormat {
  /**
   * Finds out how a file is decoded, from its header and first records.
   *
   * @param file The file, or its beginning.
   * @param options Properties that the format does not store.
   * @returns How it is decoded.
   * @throws {RecordingError} If the header is damaged, with the byte offset.
   */
  decoding(file: FileSource, options?: OpenOptions): Promise<Decoding>;
}

/**
 * Completes a format.
 *
 * @param format Its name and marks, and how its files are decoded.
 * @returns The format.
 */
export function decodedFormat(
  format: Omit<DecodedFormat, "open">,
): DecodedFormat {
  return {
    ...format,
    open: async (file, options) =>
      decodedRecording(file, await format.decoding(file, options)),
  };
}

/**
 * Offers the events of a file, decoded as they are asked for.
 *
 * @param file The file.
 * @param decoding How it is decoded.
 * @returns The recording.
 *
 * @example
 * ```ts
 * import { decodedRecording } from "./decoded_recording.ts";
 * const recording = decodedRecording(new Blob([Uint8Array.of(7, 9)]), {
 *   format: "one column a byte",
 *   sensor: undefined,
 *   start: 0,
 *   record: { name: "event", bytes: 1 },
 *   decoder: () => ({
 *     decode({ bytes }, { x }) {
 *       x.set(bytes);
 *       return { taken: bytes.length, events: bytes.length };
 *     },
 *   }),
 * });
 * for await (const { x } of recording.blocks()) {
 *   if (x.join() !== "7,9") throw new Error("decoded wrongly");
 * }
 * ```
 */
export function decodedRecording(
  file: FileSource,
  { format, sensor, start, record, decoder }: Decoding,
): OpenRecording {
  return countedRecording({
    format,
    sensor,
    async *read(faults) {
      using opened = await RecordingFile.open(file);
      await opened.fill();
      opened.take(start);
      yield* decodeBlocks(opened, { record, decoder: decoder(faults) });
    },
  });
}

/** Decodes a file that stands at its first record. */
async function* decodeBlocks(
  file: RecordingFile,
  { record, decoder }: {
    readonly record: Decoding["record"];
    readonly decoder: Decoder;
  },
): AsyncGenerator<EventBlock, void, void> {
  while (await file.fill()) {
    const { bytes, offset } = file;
    const block = allocateBlock();
    const last = bytes.length < BUFFER_BYTES;
    const { taken, events } = decoder.decode({ bytes, offset, last }, block);
    if (taken === 0) {
      throw cutRecord(file.path, { ...record, offset, left: bytes.length });
    }
    file.take(taken);
    if (events > 0) yield firstEvents(block, events);
  }
}
