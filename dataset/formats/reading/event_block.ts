/**
 * Blocks of events.
 *
 * @module
 */

import type { EventBlock } from "./format.ts";

/** Capacity of a block in events. */
export const BLOCK_EVENTS: number = 1 << 17;

/**
 * Allocates a block.
 *
 * @param length Capacity in events.
 * @returns Four zeroed columns of that length.
 *
 * @example
 * ```ts
 * import { allocateBlock } from "./event_block.ts";
 * if (allocateBlock(3).t.length !== 3) throw new Error("expected 3 events");
 * ```
 */
export function allocateBlock(length: number = BLOCK_EVENTS): EventBlock {
  return {
    x: new Uint16Array(length),
    y: new Uint16Array(length),
    t: new Float64Array(length),
    p: new Uint8Array(length),
  };
}

/**
 * Returns the first events of a block.
 *
 * @param block The block.
 * @param count Number of events.
 * @returns Views of the block's columns.
 *
 * @example
 * ```ts
 * import { allocateBlock, firstEvents } from "./event_block.ts";
 * const { x } = firstEvents(allocateBlock(9), 2);
 * if (x.length !== 2) throw new Error("expected 2 events");
 * ```
 */
export function firstEvents(block: EventBlock, count: number): EventBlock {
  return {
    x: block.x.subarray(0, count),
    y: block.y.subarray(0, count),
    t: block.t.subarray(0, count),
    p: block.p.subarray(0, count),
  };
}
