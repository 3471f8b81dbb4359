/**
 * Number types and chunk lengths of the columns of an event store, shared by
 * its writer and its reader.
 *
 * @module
 */

import type { Events, Sensor } from "../events.ts";
import type { ColumnLayout } from "./zarr/array_layout.ts";

/**
 * Events in a chunk: a slice of about 100,000 events needs two or three chunks,
 * which contain few events of its neighbours.
 */
const CHUNK_EVENTS = 1 << 16;

/** Layouts by the names of columns. */
export type Layouts<Name extends string> = Readonly<Record<Name, ColumnLayout>>;

/**
 * Gives the layouts of the columns with one number an event.
 *
 * @param sensor The sensor, whose size decides how wide x and y are stored.
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
 * Gives the layouts of the columns with one number a slice, in a single chunk.
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
