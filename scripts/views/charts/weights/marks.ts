/**
 * Colours, digits and tooltips for charts of weights.
 *
 * @module
 */

/**
 * Encodes weights as colours; zero has the colour of the background.
 *
 * @param cells All weights of the chart, which set the range of the scale.
 * @returns The colour encoding of a mark.
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
 * Rounds a weight to four digits, so that files stay small.
 *
 * @param weight The weight.
 * @returns The rounded weight.
 */
export function rounded(weight: number): number {
  return Number(weight.toPrecision(4));
}

/**
 * Lists the fields of a tooltip that shows a weight.
 *
 * @param fields Fields that locate the weight, such as `row`.
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
