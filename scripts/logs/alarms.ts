/**
 * What of a training is a sign that it goes wrong.
 *
 * @module
 */

import type { LayerNumbers } from "./norms.ts";

/** What an epoch is judged by. */
export interface EpochState {
  /** Loss per sample. */
  readonly loss: number;
  /** Spikes of each layer per neuron and bin, by the layer's name. */
  readonly rates: LayerNumbers;
  /** Norm of the gradient of each layer that learns, in the last step. */
  readonly gradientNorms: LayerNumbers;
  /** Norm of the change of its weights over the epoch. */
  readonly updateNorms: LayerNumbers;
  /** Norm of its weights before. */
  readonly weightNorms: LayerNumbers;
}

/** Under this rate a layer is silent. */
const SILENT = 1e-5;

/** Over this rate it is saturated. */
const SATURATED = 0.45;

/** Over this many times its least norm so far a gradient explodes. */
const GRADIENT = 1e4;

/** Over this many times the weights' norm their change in an epoch does. */
const UPDATE = 100;

/**
 * Looks for what no further training mends.
 *
 * @param state An epoch.
 * @returns What is not finite; nothing if all is.
 */
export function findNonFinite(
  { loss, gradientNorms, updateNorms }: EpochState,
): string | undefined {
  if (!Number.isFinite(loss)) return `the loss is ${loss}`;
  const layerOf = (norms: LayerNumbers) =>
    Object.entries(norms).find(([_, norm]) => !Number.isFinite(norm))?.[0];
  const [gradient, weights] = [layerOf(gradientNorms), layerOf(updateNorms)];
  return gradient !== undefined
    ? `the gradient of layer "${gradient}" is not finite`
    : weights !== undefined
    ? `the weights of layer "${weights}" are not finite`
    : undefined;
}

/** Gives warnings, each once. */
export class Alarms {
  readonly #given = new Set<string>();
  /** Least norm so far of each gradient, but zero. */
  readonly #least: Record<string, number> = {};

  /**
   * Judges an epoch.
   *
   * @param state The epoch.
   * @returns Warnings that were not given before: what is wrong with which
   * layer, and what to change.
   *
   * @example
   * ```ts
   * import { Alarms } from "./alarms.ts";
   * const norms = { gradientNorms: {}, updateNorms: {}, weightNorms: {} };
   * const state = { loss: 7, rates: { fc1: 0 }, ...norms };
   * const [warning] = new Alarms().check(state);
   * if (!/^layer "fc1" is silent/.test(warning)) throw new Error(warning);
   * ```
   */
  check(state: EpochState): string[] {
    for (const [layer, norm] of Object.entries(state.gradientNorms)) {
      if (norm > 0) {
        this.#least[layer] = Math.min(this.#least[layer] ?? norm, norm);
      }
    }
    return [...warningsOf(state, this.#least)].filter(({ layer, what }) => {
      const condition = `${layer} ${what}`;
      if (this.#given.has(condition)) return false;
      this.#given.add(condition);
      return true;
    }).map(({ layer, what, value, remedy }) =>
      `layer "${layer}" ${what} (${value}): ${remedy}`
    );
  }
}

interface Warning {
  readonly layer: string;
  readonly what: string;
  readonly value: string;
  readonly remedy: string;
}

function* warningsOf(
  state: EpochState,
  least: LayerNumbers,
): Generator<Warning> {
  const { rates, gradientNorms, updateNorms, weightNorms } = state;
  for (const [layer, rate] of Object.entries(rates)) {
    const value = `${short(rate)} spikes per neuron and bin`;
    const learns = layer in weightNorms;
    if (rate < SILENT) {
      const remedy = learns
        ? "raise its weightScale, or lower neuron.theta"
        : "what feeds it hardly spikes, look there first";
      yield { layer, what: "is silent", value, remedy };
    } else if (rate > SATURATED) {
      const remedy = learns
        ? "lower its weightScale, or raise neuron.theta or neuron.scaleRef"
        : "what feeds it hardly pauses, look there first";
      yield { layer, what: "is saturated", value, remedy };
    }
  }
  for (const [layer, norm] of Object.entries(gradientNorms)) {
    if (norm === 0) {
      const value = "all of it is zero";
      const remedy =
        "raise neuron.tauRho, or mend first what else is warned of";
      yield { layer, what: "gets no gradient", value, remedy };
    } else if (norm > GRADIENT * least[layer]) {
      const value = `${short(norm / least[layer])} times its least norm`;
      const remedy = "lower neuron.scaleRho, or training.lr";
      yield { layer, what: "gets an exploding gradient", value, remedy };
    }
  }
  for (const [layer, norm] of Object.entries(updateNorms)) {
    const before = weightNorms[layer];
    if (before === 0 || norm <= UPDATE * before) continue;
    const value = `${short(norm / before)} times their norm`;
    const what = "changes its weights too much in an epoch";
    yield { layer, what, value, remedy: "lower training.lr" };
  }
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
