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
