/**
 * Records of a file, which tags count, and the events among them.
 *
 * @module
 */

import type { EventChunk } from "../formats/aedat.ts";

/**
 * Finds a record of the file among a chunk's events.
 *
 * @param chunk The chunk.
 * @param record The record, one of the chunk or the one after its last.
 * @returns How many of the chunk's events come before it.
 */
export function eventsBefore(chunk: EventChunk, record: number): number {
  const { special, firstRecord } = chunk;
  let [low, high] = [0, special.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (special[middle] < record) low = middle + 1;
    else high = middle;
  }
  return record - firstRecord - low;
}
