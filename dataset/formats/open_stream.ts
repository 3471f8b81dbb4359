/**
 * Recordings read as a stream, from a pipe or a socket.
 *
 * @module
 */

import { CutOffError, RecordingError } from "../files/errors.ts";
import type { AedatOptions } from "./aedat2/aedat.ts";
import { AEDAT } from "./aedat2/aedat_recording.ts";
import { aedatDecoding } from "./aedat2/aedat_stream.ts";
import { PROPHESEE_RAW } from "./prophesee/raw.ts";
import { CUT_LINES, cutLine } from "./reading/cut_lines.ts";
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

/** Properties of a stream that its bytes do not tell. */
export interface ReceivedOptions extends AedatOptions {
  /**
   * Whether its pieces are datagrams, of which some may be lost.
   *
   * @default false
   */
  readonly datagrams?: boolean;
}

/**
 * Opens a recording while it is being received: AEDAT 1.0 and 2.0 of the
 * DVS128, Prophesee RAW (EVT 2.0, 2.1, 3.0), or text. The bytes are those of a
 * file, beginning with its header.
 *
 * @param name Name for messages.
 * @param stream The bytes, in pieces of any size.
 * @param options Axes of AEDAT, by default x from the left and y from the top;
 *   whether the pieces are datagrams.
 * @returns The recording, as soon as its header has been received. Its blocks
 *   can be read once and contain the events received so far. A truncated last
 *   event is among the faults, as are lines of text cut by lost datagrams.
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
  options: ReceivedOptions = { axes: "jaer" },
): Promise<OpenRecording> {
  const reader = stream.getReader();
  const pieces: Uint8Array[] = [];
  let head = new Uint8Array();
  let decoding: Decoding | undefined;
  for (;;) {
    const { value, done } = await reader.read();
    if (value) {
      head = joined(head, value);
      pieces.push(value);
    }
    const ends = done || head.length >= HEAD_BYTES;
    // A lost datagram leaves lines that cannot be recognised.
    const likely = options.datagrams ? decoding : undefined;
    const found = await decodingOf(name, head, { ...options, ends, likely });
    decoding = found?.decoding;
    if (!found || found.waits) continue;
    const { format, sensor, start, separator } = found.decoding;
    const faults = new FaultCounts();
    const mayLose = options.datagrams === true && separator !== undefined;
    const received = receive(reader, { pieces, start });
    const decode = () =>
      decodeStream(name, { ...found, received, faults, mayLose });
    return {
      format,
      sensor,
      faults: faults.list,
      blocks: () =>
        untilCut(options.datagrams ? untilLoss(decode()) : decode(), faults),
    };
  }
}

/** Yields the bytes behind a header, in the pieces in which they came. */
async function* receive(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  { pieces, start }: {
    readonly pieces: readonly Uint8Array[];
    readonly start: number;
  },
): AsyncGenerator<Uint8Array, void, void> {
  let offset = 0;
  for (const piece of pieces) {
    yield piece.subarray(Math.max(0, start - offset));
    offset += piece.length;
  }
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** Says of damage in datagrams that it may come from the loss of others. */
async function* untilLoss(
  blocks: AsyncIterable<EventBlock>,
): AsyncGenerator<EventBlock, void, void> {
  try {
    yield* blocks;
  } catch (cause) {
    if (!(cause instanceof RecordingError) || cause instanceof CutOffError) {
      throw cause;
    }
    const { path, problem, offset } = cause;
    const reason = "a datagram before it may have been lost";
    throw new RecordingError(path, `${problem}; ${reason}`, { offset, cause });
  }
}

/** Decodes received bytes until the stream ends. */
async function* decodeStream(
  name: string,
  { received, decoding, faults, mayLose }: {
    readonly received: AsyncIterator<Uint8Array, void>;
    readonly decoding: Decoding;
    readonly faults: FaultCounts;
    /** Whether lines may lack the part that was in a lost datagram. */
    readonly mayLose: boolean;
  },
): AsyncGenerator<EventBlock, void, void> {
  const { start, separator, record, zeros } = decoding;
  const decoder = decoding.decoder(faults);
  const held = new HeldZeros(record.bytes);
  const pass = (piece: Uint8Array, pending: number) =>
    zeros === undefined ? piece : held.pass(piece, pending);
  let bytes = new Uint8Array();
  let offset = start;
  let time = -Infinity;
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
    const { value, done } = await received.next();
    if (value) {
      const carried = bytes.length;
      bytes = joined(bytes, pass(value, carried));
      const cut = mayLose
        ? cutLine(bytes, { decoding, carried, previousUs: time })
        : 0;
      if (cut > 0) faults.add(CUT_LINES, offset);
      bytes = bytes.subarray(cut);
      offset += cut;
    }
    last = done === true;
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
 * received. `waits` means that columns were guessed from fewer than
 * {@linkcode GUESSED_LINES} lines, and more are to be received first.
 */
async function decodingOf(
  name: string,
  head: Uint8Array<ArrayBuffer>,
  { ends, axes, likely }: AedatOptions & {
    readonly ends: boolean;
    /** The format guessed from earlier bytes, used if guessing now fails. */
    readonly likely: Decoding | undefined;
  },
): Promise<{ decoding: Decoding; waits: boolean } | undefined> {
  if (ends && head.length === 0) {
    throw new RecordingError(name, "it is empty", { offset: 0 });
  }
  if (!ends && !hasHeader(head)) return undefined;
  const file = (bytes: Uint8Array<ArrayBuffer>) => new File([bytes], name);
  if (AEDAT.matches(head)) {
    const decoding = await aedatDecoding(file(head), { axes });
    return { decoding, waits: false };
  }
  if (PROPHESEE_RAW.matches(head)) {
    const decoding = await PROPHESEE_RAW.decoding(file(head));
    return { decoding, waits: false };
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
    const isGuessed = decoding.format.includes("guessed");
    return { decoding, waits: !ends && isGuessed && count < GUESSED_LINES };
  } catch (error) {
    if (likely) return { decoding: likely, waits: false };
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
