/**
 * Conversion of record numbers, which tags use, to event numbers. Special
 * events are records too, but not events of a pixel.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { bisectLeft } from "npm:d3-array@3.2.4";
import type { EventChunk } from "../formats/aedat2/aedat.ts";

/**
 * Counts the events of a chunk that precede a record.
 *
 * @param chunk The chunk.
 * @param record Index in the file of a record of the chunk, or the index after
 *   its last record.
 * @returns Number of events of the chunk before the record.
 */
export function eventsBefore(chunk: EventChunk, record: number): number {
  const { special, firstRecord } = chunk;
  return record - firstRecord - bisectLeft(special, record);
}
