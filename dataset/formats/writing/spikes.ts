/**
 * Encoder of recordings as SLAYER's spike files, see `tables/spike_files.ts`.
 *
 * @module
 */

import type { EventBlock, OpenRecording } from "../reading/format.ts";
import { checkEvents, type Limits } from "./check_events.ts";

/** Layout of events with its limits. */
interface SpikeLayout extends Limits {
  /** Size of an event in bytes. */
  readonly bytes: number;
  /** Encodes consecutive events. */
  readonly write: (block: EventBlock, bytes: Uint8Array) => void;
}

/** 40-bit events: neuron 16, p 1, t 23. */
const NEURONS: SpikeLayout = {
  format: ".bs1",
  sensor: { width: 1 << 16, height: 1 },
  endUs: 1 << 23,
  bytes: 5,
  write({ x, t, p }, bytes) {
    for (let i = 0, at = 0; i < t.length; i++, at += 5) {
      bytes[at] = x[i] >>> 8;
      bytes[at + 1] = x[i];
      writeTime(bytes, at + 2, t[i] | p[i] << 23);
    }
  },
};

/** 40-bit events: x 8, y 8, p 1, t 23. */
const PIXELS: SpikeLayout = {
  format: ".bs2",
  sensor: { width: 1 << 8, height: 1 << 8 },
  endUs: 1 << 23,
  bytes: 5,
  write({ x, y, t, p }, bytes) {
    for (let i = 0, at = 0; i < t.length; i++, at += 5) {
      bytes[at] = x[i];
      bytes[at + 1] = y[i];
      writeTime(bytes, at + 2, t[i] | p[i] << 23);
    }
  },
};

/** 56-bit events: x 12, y 12, p 8, t 24. */
const WIDE_PIXELS: SpikeLayout = {
  format: ".bs3",
  sensor: { width: 1 << 12, height: 1 << 12 },
  endUs: 1 << 24,
  bytes: 7,
  write({ x, y, t, p }, bytes) {
    for (let i = 0, at = 0; i < t.length; i++, at += 7) {
      bytes[at] = x[i] >>> 4;
      bytes[at + 1] = x[i] << 4 | y[i] >>> 8;
      bytes[at + 2] = y[i];
      bytes[at + 3] = p[i];
      writeTime(bytes, at + 4, t[i]);
    }
  },
};

/** Writes the lower 24 bits of a number, big-endian. */
function writeTime(bytes: Uint8Array, at: number, time: number): void {
  bytes[at] = time >>> 16;
  bytes[at + 1] = time >>> 8;
  bytes[at + 2] = time;
}

/**
 * Encodes a recording of a row of neurons as `.bs1`.
 *
 * @param recording The recording, with the neuron as x and y = 0.
 * @returns The file in pieces.
 * @throws {RangeError} If an event is not in row 0, or its time is not in [0,
 *   2²³) µs (8.4 s).
 *
 * @example
 * ```ts
 * import { openRecording } from "../open_recording.ts";
 * import { encodeAsBs1 } from "./spikes.ts";
 * const file = new File(["t,x,y,p\n1000,258,0,1\n"], "hand.csv");
 * const [bytes] = await Array.fromAsync(
 *   encodeAsBs1(await openRecording(file)),
 * );
 * if (bytes.join() !== "1,2,128,3,232") throw new Error(`${bytes}`);
 * ```
 */
export function encodeAsBs1(recording: OpenRecording): Pieces {
  return encodeSpikes(recording, NEURONS);
}

/**
 * Encodes a recording as `.bs2`; longer recordings need `.bin`.
 *
 * @param recording The recording.
 * @returns The file in pieces.
 * @throws {RangeError} If an event is outside 256×256 pixels, or its time is
 *   not in [0, 2²³) µs (8.4 s).
 *
 * @example
 * ```ts
 * import { openRecording } from "../open_recording.ts";
 * import { encodeAsBs2 } from "./spikes.ts";
 * const file = new File(["t,x,y,p\n1000,5,7,1\n"], "hand.csv");
 * const [bytes] = await Array.fromAsync(
 *   encodeAsBs2(await openRecording(file)),
 * );
 * if (bytes.join() !== "5,7,128,3,232") throw new Error(`${bytes}`);
 * ```
 */
export function encodeAsBs2(recording: OpenRecording): Pieces {
  return encodeSpikes(recording, PIXELS);
}

/**
 * Encodes a recording as `.bs3`.
 *
 * @param recording The recording.
 * @returns The file in pieces.
 * @throws {RangeError} If an event is outside 4096×4096 pixels, or its time is
 *   not in [0, 2²⁴) µs (16.8 s).
 *
 * @example
 * ```ts
 * import { openRecording } from "../open_recording.ts";
 * import { encodeAsBs3 } from "./spikes.ts";
 * const file = new File(["t,x,y,p\n1000,291,1110,1\n"], "hand.csv");
 * const [bytes] = await Array.fromAsync(
 *   encodeAsBs3(await openRecording(file)),
 * );
 * if (bytes.toHex() !== "123456010003e8") throw new Error(bytes.toHex());
 * ```
 */
export function encodeAsBs3(recording: OpenRecording): Pieces {
  return encodeSpikes(recording, WIDE_PIXELS);
}

/** Generator of a file in pieces. */
type Pieces = AsyncGenerator<Uint8Array<ArrayBuffer>, void, void>;

async function* encodeSpikes(
  recording: OpenRecording,
  layout: SpikeLayout,
): Pieces {
  for await (const block of recording.blocks()) {
    checkEvents(block, layout);
    const bytes = new Uint8Array(layout.bytes * block.t.length);
    layout.write(block, bytes);
    yield bytes;
  }
}
