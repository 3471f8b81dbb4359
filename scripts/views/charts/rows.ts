/**
 * The axis of charts that have a row for each class or group.
 *
 * @module
 */

import { TITLE_ABOVE } from "./spec.ts";

/** Height of a row in pixels. */
export const ROW = 20;

/**
 * Encodes names as rows, in the given order.
 *
 * @param field Field of the data that holds the name.
 * @param options All names, and the title of the axis; by default the name of
 * the field.
 * @returns The y encoding of a mark.
 */
export function rowAxis(
  field: string,
  { names, title = field }: {
    readonly names: readonly string[];
    readonly title?: string;
  },
): Readonly<Record<string, unknown>> {
  return {
    field,
    type: "nominal",
    title,
    scale: { domain: names },
    axis: { labelOverlap: false, ...TITLE_ABOVE },
  };
}
