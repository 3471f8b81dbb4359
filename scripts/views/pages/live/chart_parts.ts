/**
 * Prepares charts for the live page: separate titles, and a text summary for
 * screen readers.
 *
 * @module
 */

import { firingRates, gradientNorms } from "../../charts/layer_curves.ts";
import { accuracyCurves, lossCurves } from "../../charts/learning_curves.ts";
import type { ChartSpec } from "../../charts/spec.ts";
import type { EpochMetrics } from "../../../run/files.ts";
import type { ChartPart } from "./page_data.ts";

/** Name of the data set in a chart. */
const ROWS = "rows";

/**
 * Largest number of epochs per fold in a chart; screens cannot resolve more.
 */
const MOST = 500;

/** Name and values of a curve. */
type Curve = readonly [string, readonly number[]];

/**
 * Prepares the charts of a run.
 *
 * @param rows Epochs of the run.
 * @param options Fold whose layers are shown, whether loss and accuracy are of
 * this fold only, names of the layers, and the time bin in ms, without which
 * firing rates are per bin.
 * @returns The charts, thinned out if there are many epochs; none before the
 * first epoch has ended.
 */
export function chartParts(
  rows: readonly EpochMetrics[],
  { fold, alone, layers, Ts }: {
    readonly fold: number;
    readonly alone: boolean;
    readonly layers: readonly string[];
    readonly Ts?: number;
  },
): ChartPart[] {
  const own = rows.filter((row) => row.fold === fold);
  if (own.length === 0) return [];
  const folds = [...Map.groupBy(rows, ({ fold }) => fold).values()];
  const longest = folds.reduce((most, { length }) => Math.max(most, length), 0);
  const every = Math.ceil(longest / MOST);
  const drawn = folds.flatMap((those) =>
    those.filter((_, index) =>
      index % every === 0 || index === those.length - 1
    )
  );
  const drawnOwn = drawn.filter((row) => row.fold === fold);
  const curves = alone ? drawnOwn : drawn;
  const normed = own.some(({ gradientNorms = {} }) =>
    Object.values(gradientNorms).some((norm) => norm > 0)
  );
  const charts = [
    chartPart(
      "loss",
      lossCurves(curves),
      describe([
        ["training", own.map(({ trainLoss }) => trainLoss)],
        ["validation", own.map(({ valLoss }) => valLoss ?? NaN)],
        ["test", own.map(({ testLoss }) => testLoss ?? NaN)],
      ]),
    ),
    chartPart(
      "accuracy",
      accuracyCurves(curves),
      describe([
        ["training, %", own.map((row) => 100 * row.trainAccuracy)],
        ["validation, %", own.map((row) => 100 * (row.valAccuracy ?? NaN))],
        ["test, %", own.map((row) => 100 * (row.testAccuracy ?? NaN))],
      ]),
    ),
    chartPart(
      "rates",
      firingRates(drawnOwn, { layers, Ts }),
      describe(
        own[0].rates.values().map((_, index) => [
          layers[index] ?? `layer ${index + 1}`,
          own.map(({ rates }) => rates[index] * (Ts ? 1000 / Ts : 1)),
        ]),
      ),
    ),
    ...(normed
      ? [
        chartPart(
          "gradients",
          gradientNorms(drawnOwn, { layers }),
          describe(
            Object.keys(own[0].gradientNorms ?? {}).values().map((layer) => [
              layer,
              own.map((row) => row.gradientNorms?.[layer] ?? NaN),
            ]),
          ),
        ),
      ]
      : []),
  ];
  if (every === 1) return charts;
  return charts.map(({ subtitle, ...chart }) => ({
    ...chart,
    subtitle: [subtitle, `one epoch of ${every} is drawn`]
      .filter((words) => words !== "").join("; "),
  }));
}

/**
 * Separates a chart into parts for the page.
 *
 * @param name Name of the chart in the page.
 * @param chart The chart.
 * @param summary Description of the chart for screen readers.
 * @returns The parts.
 */
export function chartPart(
  name: string,
  { title, config: _config, ...chart }: ChartSpec,
  summary: string,
): ChartPart {
  const data = chart.data as { readonly values: unknown[] } | undefined;
  return {
    name,
    title: title.text,
    subtitle: [title.subtitle ?? []].flat().join("; "),
    summary,
    spec: {
      ...withoutZoom(chart),
      $schema: chart.$schema,
      width: "container",
      ...(data ? { data: { name: ROWS } } : {}),
    },
    values: data?.values ?? [],
  };
}

/** Removes zooming, so that wheel and touch scroll the page. */
function withoutZoom(
  { params, layer, ...chart }: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const list = (value: unknown) => value as Record<string, unknown>[];
  return {
    ...chart,
    ...(params
      ? { params: list(params).filter((p) => p.name !== "zoom") }
      : {}),
    ...(layer ? { layer: list(layer).map(withoutZoom) } : {}),
  };
}

/** Describes each curve by its first, last, least and greatest value. */
function describe(curves: Iterable<Curve>): string {
  const short = (value: number) => String(Number(value.toPrecision(4)));
  const sentences: string[] = [];
  for (const [name, values] of curves) {
    const finite = values.filter(Number.isFinite);
    if (finite.length === 0) continue;
    const [first, last] = [finite[0], finite[finite.length - 1]];
    const least = finite.reduce((a, b) => Math.min(a, b));
    const most = finite.reduce((a, b) => Math.max(a, b));
    sentences.push(
      finite.length === 1
        ? `${name}: ${short(first)}`
        : `${name}: first ${short(first)}, now ${short(last)}, least ` +
          `${short(least)}, most ${short(most)}`,
    );
  }
  return sentences.join(". ");
}
