/**
 * Recordings read as a stream, from a pipe or a socket.
 *
 * @module
 */

import { RecordingError } from "../files/errors.ts";
import type { AedatOptions } from "./aedat2/aedat.ts";
import { AEDAT } from "./aedat2/aedat_recording.ts";
import { aedatDecoding } from "./aedat2/aedat_stream.ts";
import { PROPHESEE_RAW } from "./prophesee/raw.ts";
import { cutRecord, untilCut } from "./reading/cut_off.ts";
import type { Decoding } from "./reading/decoded_recording.ts";
import { allocateBlock, firstEvents } from "./reading/event_block.ts";
import { FaultCounts } from "./reading/fault_counts.ts";
import { HeldZeros } from "./reading/held_zeros.ts";
import { zeroTailError } from "./reading/zero_tail.ts";
import type { EventBlock, OpenRecording } from "./reading/format.ts";
import { TEXT_TABLE } from "./tables/text.ts";
import { isText } from "./tables/text_lines.ts";

/** Maximum number of bytes awaited before the format must be recognised. */
const HEAD_BYTES = 1 << 16;

/**
 * Number of lines from which nameless columns are recognised by their values.
 */
const GUESSED_LINES = 100;

const LF = 0x0a;

/** First bytes of header lines, `#` and `%`. */
const MARKS: readonly number[] = [0x23, 0x25];

/**
 * Opens a recording while it is being received: AEDAT 1.0 and 2.0 of the
 * DVS128, Prophesee RAW (EVT 2.0, 2.1, 3.0), or text. The bytes are those of a
 * file, beginning with its header.
 *
 * @param name Name for messages.
 * @param stream The bytes, in pieces of any size.
 * @param options Axes of AEDAT; by default x from the left and y from the top.
 * @returns The recording, as soon as its header has been received. Its blocks
 *   can be read once and contain the events received so far. A truncated last
 *   event is among the faults.
 * @throws {RecordingError} If it ends without an event, has another format, or
 *   its header is damaged.
 *
 * @example
 * ```ts
 * import { openStream } from "./open_stream.ts";
 * const bytes = new TextEncoder().encode("t,x,y,p\n1000,5,7,1\n");
 * const stream = ReadableStream.from([bytes.slice(0, 11), bytes.slice(11)]);
 * const recording = await openStream("camera", stream);
 * for await (const { x } of recording.blocks()) {
 *   if (x.join() !== "5") throw new Error("expected an event");
 * }
 * ```
 */
export async function openStream(
  name: string,
  stream: ReadableStream<Uint8Array>,
  options: AedatOptions = { axes: "jaer" },
): Promise<OpenRecording> {
  const reader = stream.getReader();
  let head = new Uint8Array();
  for (;;) {
    const { value, done } = await reader.read();
    if (value) head = joined(head, value);
    const ends = done || head.length >= HEAD_BYTES;
    const decoding = await decodingOf(name, head, { ...options, ends });
    if (!decoding) continue;
    const faults = new FaultCounts();
    return {
      format: decoding.format,
      sensor: decoding.sensor,
      faults: faults.list,
      blocks: () =>
        untilCut(
          decodeStream(name, { reader, head, decoding, faults }),
          faults,
        ),
    };
  }
}

/** Decodes received bytes until the stream ends. */
async function* decodeStream(
  name: string,
  { reader, head, decoding, faults }: {
    readonly reader: ReadableStreamDefaultReader<Uint8Array>;
    readonly head: Uint8Array<ArrayBuffer>;
    readonly decoding: Decoding;
    readonly faults: FaultCounts;
  },
): AsyncGenerator<EventBlock, void, void> {
  const { start, separator, record, zeros } = decoding;
  const decoder = decoding.decoder(faults);
  const held = new HeldZeros(record.bytes);
  const pass = (received: Uint8Array, pending: number) =>
    zeros === undefined ? received : held.pass(received, pending);
  let bytes = joined(new Uint8Array(), pass(head.subarray(start), 0));
  let offset = start;
  let time = 0;
  for (let last = false; !last || bytes.length > 0;) {
    for (;;) {
      const whole = separator === undefined || last
        ? bytes.length
        : bytes.lastIndexOf(separator) + 1;
      if (whole === 0) break;
      const block = allocateBlock(whole + 64);
      const piece = { bytes: bytes.subarray(0, whole), offset, last };
      const { taken, events } = decoder.decode(piece, block);
      if (events > 0) {
        time = block.t[events - 1];
        yield firstEvents(block, events);
      }
      if (taken === 0) break;
      bytes = bytes.subarray(taken);
      offset += taken;
    }
    if (last && bytes.length > 0) {
      throw cutRecord(name, { ...record, offset, left: bytes.length });
    }
    const { value, done } = await reader.read();
    if (value) bytes = joined(bytes, pass(value, bytes.length));
    last = done;
    if (last && held.count > 0) {
      const isEmpty = offset === start;
      const least = (isEmpty ? 2 : zeros!.least) * record.bytes;
      const isLater = isEmpty || zeros!.timeAt === undefined || time > 0;
      if (held.count >= least && isLater) {
        throw zeroTailError(name, { offset, size: offset + held.count });
      }
      bytes = new Uint8Array(held.count);
    }
  }
}

/**
 * Recognises the format of a stream; `undefined` until enough has been
 * received.
 */
async function decodingOf(
  name: string,
  head: Uint8Array<ArrayBuffer>,
  { ends, axes }: AedatOptions & { readonly ends: boolean },
): Promise<Decoding | undefined> {
  if (ends && head.length === 0) {
    throw new RecordingError(name, "it is empty", { offset: 0 });
  }
  if (!ends && !hasHeader(head)) return undefined;
  const file = (bytes: Uint8Array<ArrayBuffer>) => new File([bytes], name);
  if (AEDAT.matches(head)) return await aedatDecoding(file(head), { axes });
  if (PROPHESEE_RAW.matches(head)) {
    return await PROPHESEE_RAW.decoding(file(head));
  }
  const lines = head.subarray(0, head.lastIndexOf(LF) + 1);
  if (!isText(lines) || (ends && lines.length === 0)) {
    throw new RecordingError(
      name,
      "it has none of the formats that can be read as a stream: AEDAT 1.0 " +
        "and 2.0, Prophesee RAW, text",
      { offset: 0 },
    );
  }
  try {
    const decoding = await TEXT_TABLE.decoding(file(lines));
    const count = lines.reduce((sum, byte) => sum + Number(byte === LF), 0);
    const waits = decoding.format.includes("guessed") && count < GUESSED_LINES;
    return ends || !waits ? decoding : undefined;
  } catch (error) {
    if (ends) throw error;
    return undefined;
  }
}

/** Tells whether all lines of a header have been received. */
function hasHeader(head: Uint8Array): boolean {
  let start = 0;
  while (MARKS.includes(head[start])) {
    const end = head.indexOf(LF, start);
    if (end < 0) return false;
    start = end + 1;
  }
  return start < head.length;
}

function joined(
  first: Uint8Array,
  second: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
