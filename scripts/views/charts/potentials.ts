/**
 * Membrane potential and spikes of chosen neurons for one sample.
 *
 * @module
 */

import { chart, type ChartSpec, emptyChart } from "./spec.ts";
import { COLOURS } from "./theme.ts";

/** Potential and spikes of a neuron over time. */
export interface NeuronTrace {
  /** Name of the neuron, such as `fc2, neuron 3 (sheep)`. */
  readonly name: string;
  /** Its threshold θ. */
  readonly theta: number;
  /** Its membrane potential in each time bin, refractory response included. */
  readonly potentials: ArrayLike<number>;
  /** Times of its spikes in ms. */
  readonly spikes: readonly number[];
}

/** Sample and scales of the chart. */
export interface PotentialOptions {
  /** Name of the sample. */
  readonly sample: string;
  /** Time bin in ms. */
  readonly Ts: number;
}

/** Zooms all neurons together, since they share the time axis. */
const ZOOM = {
  name: "zoom",
  select: { type: "interval", encodings: ["x"] },
  bind: "scales",
};

/** Height of the plot of a neuron in pixels. */
const HEIGHT = 90;

/**
 * Draws potential, threshold and spikes of neurons, one below the other.
 *
 * @param neurons The neurons.
 * @param options Sample and time bin.
 * @returns The chart, with potentials in multiples of the threshold.
 *
 * @example
 * ```ts
 * import { membranePotentials } from "./potentials.ts";
 * const spec = membranePotentials([
 *   { name: "fc1, neuron 0", theta: 10, potentials: [0, 11], spikes: [5] },
 * ], { sample: "user05_indoor", Ts: 5 });
 * if (!spec.title.subtitle?.includes("user05_indoor")) throw new Error();
 * ```
 */
export function membranePotentials(
  neurons: readonly NeuronTrace[],
  { sample, Ts }: PotentialOptions,
): ChartSpec {
  const text = "Membrane potentials and spikes";
  if (neurons.length === 0) return emptyChart(text, "No neuron was chosen");
  const duration = Ts * neurons[0].potentials.length;
  const subtitle = `${sample}; spikes as ticks, threshold θ dashed`;
  return chart({ text, subtitle }, {
    spacing: 14,
    resolve: { scale: { x: "shared" } },
    vconcat: neurons.map((neuron, index) => ({
      title: {
        text: neuron.name,
        frame: "group",
        fontSize: 12,
        fontWeight: 400,
        offset: 4,
      },
      width: 560,
      height: HEIGHT,
      layer: [
        {
          data: {
            values: Array.from(neuron.potentials, (potential, bin) => ({
              time: bin * Ts,
              potential: potential / neuron.theta,
            })),
          },
          ...(index === 0 ? { params: [ZOOM] } : {}),
          mark: {
            type: "line",
            color: COLOURS[0],
            strokeWidth: 1.5,
            clip: true,
            tooltip: true,
          },
          encoding: {
            x: timeAxis(duration, index === neurons.length - 1),
            y: {
              field: "potential",
              type: "quantitative",
              title: "potential (θ)",
              axis: { tickCount: 4 },
              scale: { domain: domainOf(neuron), nice: false },
            },
          },
        },
        {
          data: { values: [{}] },
          mark: { type: "rule", strokeDash: [4, 3] },
          encoding: { y: { datum: 1 } },
        },
        {
          data: { values: neuron.spikes.map((time) => ({ time })) },
          mark: {
            type: "tick",
            color: COLOURS[1],
            thickness: 1.5,
            clip: true,
            height: 12,
            tooltip: true,
          },
          encoding: {
            x: timeAxis(duration, index === neurons.length - 1),
            y: { value: 6 },
          },
        },
      ],
    })),
  });
}

/**
 * Limits of the potential axis, with room for spikes above the highest
 * potential.
 */
function domainOf({ potentials, theta }: NeuronTrace) {
  let [low, high] = [0, theta];
  for (let bin = 0; bin < potentials.length; bin++) {
    low = Math.min(low, potentials[bin]);
    high = Math.max(high, potentials[bin]);
  }
  const range = high - low;
  return [(low - 0.06 * range) / theta, (high + 0.25 * range) / theta];
}

function timeAxis(duration: number, last: boolean) {
  return {
    field: "time",
    type: "quantitative",
    title: last ? "time (ms)" : null,
    scale: { domain: [0, duration], nice: false },
    axis: { grid: false, labels: last, format: ",d", tickCount: 8 },
  };
}
