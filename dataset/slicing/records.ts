/**
 * Records of a file, which tags count, and the events among them.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { bisectLeft } from "npm:d3-array@3.2.4";
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
  return record - firstRecord - bisectLeft(special, record);
}
