/**
 * Recordings that are decoded sequentially, record by record.
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
import { endBeforeZeros, type ZeroRecords } from "./zero_tail.ts";

/** Consecutive bytes of a file. */
export interface Piece {
  /** The bytes, which start at a record. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Offset of the first byte in the file. */
  readonly offset: number;
  /** Whether these are the last bytes of the file. */
  readonly last: boolean;
}

/** Decoder of a format, with its state between pieces. */
export interface Decoder {
  /**
   * Decodes whole records until none is left, or until the events of another
   * might not fit into the block.
   *
   * @param piece Bytes of the file.
   * @param block Destination of events, written from index 0 on.
   * @returns Numbers of decoded bytes and of events in them.
   */
  decode(
    piece: Piece,
    block: EventBlock,
  ): { readonly taken: number; readonly events: number };
}

/** Contents of a recording's header, with the decoder of its events. */
export interface Decoding {
  /** Name of the format, with its version. */
  readonly format: string;
  /** Size of the sensor, if the file gives it. */
  readonly sensor: Sensor | undefined;
  /** Byte offset of the first record in the file, below 1 MiB. */
  readonly start: number;
  /** Last byte of a record, if records have no fixed size. */
  readonly separator?: number;
  /** Name of a record in messages, and its (maximum) size in bytes. */
  readonly record: { readonly name: string; readonly bytes: number };
  /** When records of zeros at the end are none, if zeros may be events. */
  readonly zeros?: ZeroRecords;
  /**
   * Makes a decoder for one pass through the file.
   *
   * @param faults Counts faults.
   */
  decoder(faults: FaultCounts): Decoder;
}

/** Format whose recordings are decoded sequentially. */
export interface DecodedFormat extends RecordingFormat {
  /**
   * Reads header and first records, and returns the decoder of a file.
   *
   * @param file The file, or its beginning.
   * @param options Properties that the format does not store.
   * @returns Contents of the header and the decoder.
   * @throws {RecordingError} If the header is damaged, with the byte offset.
   */
  decoding(file: FileSource, options?: OpenOptions): Promise<Decoding>;
}

/**
 * Completes a format with its `open()`.
 *
 * @param format Its name, signature check and decoding.
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
 * Makes a recording whose events are decoded on demand.
 *
 * @param file The file.
 * @param decoding Contents of its header and its decoder.
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
  { format, sensor, start, record, zeros, decoder }: Decoding,
): OpenRecording {
  return countedRecording({
    format,
    sensor,
    async *read(faults) {
      using opened = await RecordingFile.open(file);
      await opened.fill();
      opened.take(start);
      if (zeros !== undefined) {
        await endBeforeZeros(opened, file, { ...zeros, bytes: record.bytes });
      }
      yield* decodeBlocks(opened, { record, decoder: decoder(faults) });
    },
  });
}

/** Decodes a file that is positioned at its first record. */
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
