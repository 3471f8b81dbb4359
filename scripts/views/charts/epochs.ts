/**
 * Axes and interaction that all charts over epochs share.
 *
 * @module
 */

/** Largest number of epochs that are all marked by points. */
export const MARKED = 60;

/** Encoding of the epoch on the x axis. */
export const EPOCH_AXIS = {
  field: "epoch",
  type: "quantitative",
  title: "epoch (counted from 0)",
  axis: { tickMinStep: 1, format: "d", grid: false },
  scale: { nice: false, padding: 8 },
} as const;

/**
 * Scales an axis from zero to the largest value, with room for the points at
 * both ends.
 *
 * @param values Values, none of them negative.
 * @returns The scale of an axis.
 */
export function fromZero(
  values: readonly { readonly value: number }[],
): Readonly<Record<string, unknown>> {
  const most = values.reduce((most, { value }) => Math.max(most, value), 0) ||
    1;
  return { domain: [-0.02 * most, 1.04 * most], nice: false };
}

/** Opacity that fades all curves but the chosen one. */
export const CHOSEN = {
  condition: { param: "chosen", value: 1 },
  value: 0.1,
} as const;

/**
 * Makes curves selectable in the legend, and the chart movable and zoomable.
 *
 * @param field Field of the data that the legend shows.
 * @returns The parameters of the chart.
 */
export function curveParams(
  field: string,
): Readonly<Record<string, unknown>>[] {
  return [
    {
      name: "chosen",
      select: { type: "point", fields: [field] },
      bind: "legend",
    },
    { name: "zoom", select: "interval", bind: "scales" },
  ];
}
