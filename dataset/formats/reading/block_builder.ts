/**
 * Blocks of events, filled by decoders and handed on once they are full.
 *
 * @module
 */

import { BLOCK_EVENTS, firstEvents } from "./event_block.ts";
import type { EventBlock } from "./format.ts";

/** Most events that one word of a recording stands for. */
const WORD_EVENTS = 32;

/**
 * Columns that a decoder writes events into, at `count`.
 *
 * @example
 * ```ts
 * import { BlockBuilder } from "./block_builder.ts";
 * const builder = new BlockBuilder();
 * builder.x[builder.count] = 5;
 * builder.count++;
 * const { x } = builder.take();
 * if (x.join() !== "5" || builder.count !== 0) throw new Error("expected 5");
 * ```
 */
export class BlockBuilder {
  /** Columns of the pixels, [BLOCK_EVENTS]. */
  x: Uint16Array = new Uint16Array(BLOCK_EVENTS);
  /** Rows of the pixels, [BLOCK_EVENTS]. */
  y: Uint16Array = new Uint16Array(BLOCK_EVENTS);
  /** Times in µs, [BLOCK_EVENTS]. */
  t: Float64Array = new Float64Array(BLOCK_EVENTS);
  /** Polarities, [BLOCK_EVENTS]. */
  p: Uint8Array = new Uint8Array(BLOCK_EVENTS);
  /** Events written so far. */
  count = 0;

  /** Events that can still be written. */
  get room(): number {
    return BLOCK_EVENTS - this.count;
  }

  /** Whether the events of one more word may have no room. */
  get full(): boolean {
    return this.room < WORD_EVENTS;
  }

  /**
   * Hands over the events written so far; the next go into new columns.
   *
   * @returns The events.
   */
  take(): EventBlock {
    const { x, y, t, p, count } = this;
    this.x = new Uint16Array(BLOCK_EVENTS);
    this.y = new Uint16Array(BLOCK_EVENTS);
    this.t = new Float64Array(BLOCK_EVENTS);
    this.p = new Uint8Array(BLOCK_EVENTS);
    this.count = 0;
    return firstEvents({ x, y, t, p }, count);
  }
}

/**
 * Runs a decoder and hands on its events in full blocks. Where it throws, the
 * events before the damage are handed on first.
 *
 * @param decode Writes events, and yields whenever the builder may be full.
 * @returns The blocks; none is empty.
 * @throws {Error} Every error of the decoder.
 *
 * @example
 * ```ts
 * import { gatherBlocks } from "./block_builder.ts";
 * const blocks = gatherBlocks(async function* (builder) {
 *   for (let i = 0; i < 3; i++) builder.t[builder.count++] = 10 * i;
 *   yield;
 * });
 * for await (const { t } of blocks) {
 *   if (t.join() !== "0,10,20") throw new Error("expected three events");
 * }
 * ```
 */
export async function* gatherBlocks(
  decode: (builder: BlockBuilder) => AsyncIterable<void>,
): AsyncGenerator<EventBlock, void, void> {
  const builder = new BlockBuilder();
  try {
    for await (const _ of decode(builder)) {
      if (builder.full) yield builder.take();
    }
  } catch (error) {
    if (builder.count > 0) yield builder.take();
    throw error;
  }
  if (builder.count > 0) yield builder.take();
}
