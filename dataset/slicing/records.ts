/**
 * Converts record numbers, which tags use, to event numbers: a special event is
 * a record, but no event of a pixel.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { bisectLeft } from "npm:d3-array@3.2.4";
import type { EventChunk } from "../formats/aedat2/aedat.ts";

/**
 * Counts the events of a chunk before a record.
 *
 * @param chunk The chunk.
 * @param record Index in the file of a record of the chunk, or of the one after
 *   its last.
 * @returns Number of the chunk's events before the record.
 */
export function eventsBefore(chunk: EventChunk, record: number): number {
  const { special, firstRecord } = chunk;
  return record - firstRecord - bisectLeft(special, record);
}
