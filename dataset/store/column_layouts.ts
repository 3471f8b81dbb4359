/**
 * Number types and chunk lengths of the columns of an event store, shared by
 * its writer and its reader.
 *
 * @module
 */

import type { Events, Sensor } from "../events.ts";
import type { ColumnLayout } from "./zarr/array_layout.ts";

/**
 * Events per chunk: a slice of about 100,000 events spans two or three chunks,
 * and few of their events belong to its neighbours.
 */
const CHUNK_EVENTS = 1 << 16;

/** Layouts by column name. */
export type Layouts<Name extends string> = Readonly<Record<Name, ColumnLayout>>;

/**
 * Returns the layouts of the columns with one number per event.
 *
 * @param sensor The sensor, whose size decides whether x and y are stored as
 *   uint8 or uint16.
 * @returns The layouts of x, y, t and p.
 */
export function eventLayouts(sensor: Sensor): Layouts<keyof Events> {
  const layout = (type: ColumnLayout["type"]): ColumnLayout => ({
    type,
    chunkLength: CHUNK_EVENTS,
    dimension: "event",
  });
  return {
    x: layout(sensor.width > 256 ? "uint16" : "uint8"),
    y: layout(sensor.height > 256 ? "uint16" : "uint8"),
    t: layout("uint32"),
    p: layout("uint8"),
  };
}

/**
 * Returns the layouts of the columns with one number per slice, in a single
 * chunk.
 *
 * @param slices Number of slices, at least one.
 * @returns The layouts of start and end.
 */
export function sliceLayouts(slices: number): Layouts<"start" | "end"> {
  const layout: ColumnLayout = {
    type: "uint32",
    chunkLength: slices,
    dimension: "slice",
  };
  return { start: layout, end: layout };
}
