/**
 * Output spikes for one sample, with the titles and colours of their charts.
 *
 * @module
 */

import type { ChartSpec } from "./spec.ts";
import { ROLES } from "./theme.ts";

/** A sample, and the network's outputs for it. */
export interface OutputSpikes {
  /** Name of the sample, such as `user05_indoor_03`. */
  readonly sample: string;
  /** Fold whose network was run, counted from 1. */
  readonly fold: number;
  /** Names of the classes, in their order. */
  readonly classes: readonly string[];
  /** True class of the sample. */
  readonly label: number;
  /** The class predicted. */
  readonly prediction: number;
  /** Length of the sample in ms. */
  readonly duration: number;
  /**
   * Times of the spikes of each output neuron in ms; none if the readout has no
   * neurons.
   */
  readonly times: readonly (readonly number[])[];
  /**
   * Running mean of each output's drive up to each bin, for a readout without
   * neurons.
   */
  readonly logits?: readonly ArrayLike<number>[];
  /** Time window in which the loss counts spikes, in ms. */
  readonly region: { readonly start: number; readonly stop: number };
  /**
   * Target spike counts in that window for the true class and the others;
   * absent if the loss has no target counts.
   */
  readonly desired?: { readonly true: number; readonly false: number };
}

const TARGET = "target";
const MISTAKEN = "predicted instead";
const OTHER = "other classes";

/**
 * Names all output neurons; a network may have more of them than there are
 * classes.
 *
 * @param spikes Output spikes for the sample.
 * @returns One name per output.
 */
export function namesOf({ classes, times }: OutputSpikes): string[] {
  return times.map((_, neuron) => classes[neuron] ?? `output ${neuron}`);
}

/**
 * Titles a chart.
 *
 * @param what Subject of the chart, such as `Spike counts`.
 * @param spikes Output spikes for the sample.
 * @returns The title, with the target, and a subtitle with the prediction.
 */
export function titleOf(
  what: string,
  spikes: OutputSpikes,
): ChartSpec["title"] {
  const names = namesOf(spikes);
  return {
    text: `${what}, target ${names[spikes.label]}`,
    subtitle: `fold ${spikes.fold}, ${spikes.sample}: predicted ` +
      names[spikes.prediction],
  };
}

/**
 * Returns the role of a class for a sample: target, mistaken or other.
 *
 * @param neuron Output neuron of the class.
 * @param spikes Output spikes for the sample.
 * @returns The role, as the legend names it.
 */
export function roleOf(neuron: number, spikes: OutputSpikes): string {
  if (neuron === spikes.label) return TARGET;
  return neuron === spikes.prediction ? MISTAKEN : OTHER;
}

/**
 * Encodes the role of each class as a colour.
 *
 * @param spikes Output spikes for the sample.
 * @returns The colour of a mark.
 */
export function roleColour(
  { label, prediction }: OutputSpikes,
): Readonly<Record<string, unknown>> {
  const roles = label === prediction
    ? [TARGET, OTHER]
    : [TARGET, MISTAKEN, OTHER];
  return {
    field: "role",
    type: "nominal",
    title: "class",
    scale: {
      domain: [TARGET, MISTAKEN, OTHER],
      range: [ROLES.target, ROLES.mistaken, ROLES.other],
    },
    legend: { values: roles, symbolType: "square" },
  };
}
