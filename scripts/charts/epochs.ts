/**
 * What all charts over epochs share.
 *
 * @module
 */

/** Epochs up to which every one of them is marked. */
export const MARKED = 60;

/** The place of a mark along the epochs. */
export const EPOCH_AXIS = {
  field: "epoch",
  type: "quantitative",
  title: "epoch (counted from 0)",
  axis: { tickMinStep: 1, format: "d", grid: false },
  scale: { nice: false, padding: 8 },
} as const;

/**
 * Makes room for points from zero up, at both ends.
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

/** How well a curve is seen beside one that was chosen. */
export const CHOSEN = {
  condition: { param: "chosen", value: 1 },
  value: 0.1,
} as const;

/**
 * Lets curves be chosen in the legend, and the chart be moved and zoomed.
 *
 * @param field What the legend tells apart.
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
