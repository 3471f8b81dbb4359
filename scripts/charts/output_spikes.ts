/**
 * What the output neurons did with one sample, and what charts of it share.
 *
 * @module
 */

import type { ChartSpec } from "./spec.ts";
import { ROLES } from "./theme.ts";

/** A sample, and the spikes of the network's last layer. */
export interface OutputSpikes {
  /** What the sample is called, such as `user05_indoor_03`. */
  readonly sample: string;
  /** Fold whose network saw it, counted from 1. */
  readonly fold: number;
  /** Names of the classes, in their order. */
  readonly classes: readonly string[];
  /** Its class. */
  readonly label: number;
  /** The class predicted. */
  readonly prediction: number;
  /** Length of the sample in ms. */
  readonly duration: number;
  /** Times of the spikes of each output neuron in ms. */
  readonly times: readonly (readonly number[])[];
  /** Part of the sample whose spikes the loss counts, in ms. */
  readonly region: { readonly start: number; readonly stop: number };
  /**
   * Spikes wanted there of the right class, and of each other one; absent where
   * the loss wants no number of them.
   */
  readonly desired?: { readonly true: number; readonly false: number };
}

const TARGET = "target";
const MISTAKEN = "predicted instead";
const OTHER = "other classes";

/**
 * Names all output neurons, of which there may be more than classes.
 *
 * @param spikes The sample.
 * @returns One name an output.
 */
export function namesOf({ classes, times }: OutputSpikes): string[] {
  return times.map((_, neuron) => classes[neuron] ?? `output ${neuron}`);
}

/**
 * Titles a chart.
 *
 * @param what What it shows.
 * @param spikes The sample.
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
 * Tells which part a class plays for a sample.
 *
 * @param neuron The class.
 * @param spikes The sample.
 * @returns What the legend calls it.
 */
export function roleOf(neuron: number, spikes: OutputSpikes): string {
  if (neuron === spikes.label) return TARGET;
  return neuron === spikes.prediction ? MISTAKEN : OTHER;
}

/**
 * Encodes those parts as colours.
 *
 * @param spikes The sample.
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
