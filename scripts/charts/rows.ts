/**
 * What all charts with a row for each class or group share.
 *
 * @module
 */

import { TITLE_ABOVE } from "./spec.ts";

/** Height of a row in pixels. */
export const ROW = 20;

/**
 * Encodes names as rows, in their order.
 *
 * @param field Which part of the data is the name.
 * @param options All names, and what they are names of, unless the field says
 *   it.
 * @returns The place of a mark.
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
