/**
 * Builder of event blocks, filled by decoders.
 *
 * @module
 */

import { BLOCK_EVENTS, firstEvents } from "./event_block.ts";
import type { EventBlock } from "./format.ts";

/** Maximum number of events in one word of a recording. */
const WORD_EVENTS = 32;

/**
 * Columns into which a decoder writes events, from index `count` on.
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
  /** Pixel columns, [BLOCK_EVENTS]. */
  x: Uint16Array = new Uint16Array(BLOCK_EVENTS);
  /** Pixel rows, [BLOCK_EVENTS]. */
  y: Uint16Array = new Uint16Array(BLOCK_EVENTS);
  /** Times in µs, [BLOCK_EVENTS]. */
  t: Float64Array = new Float64Array(BLOCK_EVENTS);
  /** Polarities, [BLOCK_EVENTS]. */
  p: Uint8Array = new Uint8Array(BLOCK_EVENTS);
  /** Number of events written. */
  count = 0;

  /** Number of events that can still be written. */
  get room(): number {
    return BLOCK_EVENTS - this.count;
  }

  /** Whether the events of another word might not fit. */
  get full(): boolean {
    return this.room < WORD_EVENTS;
  }

  /**
   * Returns the written events and allocates new columns.
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
 * Runs a decoder and yields its events in full blocks. If it throws, the events
 * before the damage are yielded first.
 *
 * @param decode Decoder, which writes events and yields whenever the builder
 *   may be full.
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
