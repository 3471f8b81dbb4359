/**
 * What all charts of weights share: colours, digits and tooltips.
 *
 * @module
 */

/**
 * Encodes weights as colours, zero in the colour of the ground.
 *
 * @param cells All weights of the chart.
 * @returns The colour of a mark.
 */
export function weightColour(
  cells: readonly { readonly weight: number }[],
): Readonly<Record<string, unknown>> {
  const largest = cells.reduce(
    (most, { weight }) => Math.max(most, Math.abs(weight)),
    0,
  );
  const limit = largest || 1;
  return {
    field: "weight",
    type: "quantitative",
    title: "weight",
    scale: {
      domain: [-limit, limit],
      range: "diverging",
      interpolate: "rgb",
    },
    legend: { orient: "bottom", gradientLength: 200 },
  };
}

/**
 * Takes as many digits as anyone sees, so that files stay small.
 *
 * @param weight The weight.
 * @returns About the same.
 */
export function rounded(weight: number): number {
  return Number(weight.toPrecision(4));
}

/**
 * Shows a weight where the mouse is.
 *
 * @param fields What it belongs to.
 * @returns The tooltip of a mark.
 */
export function weightTooltips(
  ...fields: readonly string[]
): Readonly<Record<string, unknown>>[] {
  return [
    ...fields.map((field) => ({ field, type: "nominal" })),
    { field: "weight", type: "quantitative", format: ".4~g" },
  ];
}
