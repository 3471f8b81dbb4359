/**
 * Training alarms: silent, saturated and exploding layers, and an accuracy that
 * stays at chance.
 *
 * @module
 */

import { SATURATED } from "../../engine/training/pass.ts";
import type { LayerNumbers } from "../run/files.ts";

/** What an epoch is judged by. */
export interface EpochState {
  /** Loss per sample. */
  readonly loss: number;
  /** Fraction of right predictions while training, of how many samples. */
  readonly accuracy: number;
  readonly samples: number;
  /** Fraction that is right if one class is always predicted, the commonest. */
  readonly chance: number;
  /** Spikes of each layer per neuron and bin, by the layer's name. */
  readonly rates: LayerNumbers;
  /** Part of each layer's neurons without a spike in the epoch. */
  readonly silent: LayerNumbers;
  /** Part of each layer's neurons with a spike in more than 45 % of bins. */
  readonly saturated: LayerNumbers;
  /** Norm of the gradient of each layer that learns, in the last step. */
  readonly gradientNorms: LayerNumbers;
  /** Norm of the change of its weights over the epoch. */
  readonly updateNorms: LayerNumbers;
  /** Norm of its weights before. */
  readonly weightNorms: LayerNumbers;
}

/** Under this rate a layer is silent. */
const SILENT = 1e-5;

/** Over this part of silent or saturated neurons a layer is warned of. */
const MOST = 0.5;

/** Over this many times its least norm so far a gradient explodes. */
const GRADIENT = 1e4;

/** Over this many times the weights' norm their change in an epoch does. */
const UPDATE = 100;

/** After so many epochs in a row at chance training is warned of. */
const EPOCHS_AT_CHANCE = 10;

/** Standard deviations of a guess by which an accuracy is no better than it. */
const DEVIATIONS = 2;

/**
 * Works out which accuracy needs no learning.
 *
 * @param labels Class of each training sample.
 * @returns Fraction of the samples that are of the commonest class.
 *
 * @example
 * ```ts
 * import { chanceOf } from "./alarms.ts";
 * const chance = chanceOf([0, 1, 1, 2]);
 * if (chance !== 0.5) throw new Error(`unexpected ${chance}`);
 * ```
 */
export function chanceOf(labels: readonly number[]): number {
  const classes = Map.groupBy(labels, (label) => label);
  const sizes = [...classes.values()].map(({ length }) => length);
  return Math.max(...sizes) / labels.length;
}

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
  /** Epochs in a row whose accuracy was at chance. */
  #atChance = 0;

  /**
   * Judges an epoch.
   *
   * @param state The epoch.
   * @returns Warnings that were not given before: what is wrong, with which
   * layer, and what to change.
   *
   * @example
   * ```ts
   * import { Alarms } from "./alarms.ts";
   * const norms = { gradientNorms: {}, updateNorms: {}, weightNorms: {} };
   * const neurons = { silent: { fc1: 1 }, saturated: { fc1: 0 } };
   * const guesses = { accuracy: 0.1, samples: 100, chance: 0.1 };
   * const state = {
   *   loss: 7, rates: { fc1: 0 }, ...guesses, ...neurons, ...norms,
   * };
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
    this.#atChance = isAtChance(state) ? this.#atChance + 1 : 0;
    return [
      ...this.#ofLayers(state),
      // Equal, not more: it is said once, unless training learns in between.
      ...(this.#atChance === EPOCHS_AT_CHANCE ? [atChance(state)] : []),
    ];
  }

  #ofLayers(state: EpochState): string[] {
    return [...warningsOf(state, this.#least)].filter((warning) => {
      const { layer, what, covers = [] } = warning;
      const isNew = !this.#given.has(`${layer} ${what}`);
      for (const said of [what, ...covers]) this.#given.add(`${layer} ${said}`);
      return isNew;
    }).map(({ layer, what, value, remedy }) =>
      `layer "${layer}" ${what} (${value}): ${remedy}`
    );
  }
}

/** Says whether an accuracy is what guessing may come to. */
function isAtChance({ accuracy, samples, chance }: EpochState): boolean {
  const deviation = Math.sqrt(chance * (1 - chance) / samples);
  const best = chance + DEVIATIONS * deviation;
  // Of too few samples, or of one class, every accuracy may be a guess.
  return best < 1 && accuracy <= best;
}

function atChance({ accuracy, chance }: EpochState): string {
  return `training accuracy stays at chance (${percent(accuracy)} after ` +
    `${EPOCHS_AT_CHANCE} epochs, a guess has ${percent(chance)}): lower ` +
    "training.error.tgtSpikeCount or training.lr, or set training.init to live";
}

interface Warning {
  readonly layer: string;
  readonly what: string;
  readonly value: string;
  readonly remedy: string;
  /** What need not be said of the layer any more. */
  readonly covers?: readonly string[];
}

/** What is said of a layer most of whose neurons are alike. */
const MOSTLY_SILENT = "is silent but for some neurons";
const MOSTLY_SATURATED = "is saturated but for some neurons";

function* warningsOf(
  state: EpochState,
  least: LayerNumbers,
): Generator<Warning> {
  const { rates, silent, saturated } = state;
  const { gradientNorms, updateNorms, weightNorms } = state;
  for (const [layer, rate] of Object.entries(rates)) {
    const value = `${short(rate)} spikes per neuron and bin`;
    const learns = layer in weightNorms;
    if (rate < SILENT) {
      const remedy = learns
        ? "raise its weightScale, or lower neuron.theta"
        : "what feeds it hardly spikes, look there first";
      const covers = [MOSTLY_SILENT];
      yield { layer, what: "is silent", value, remedy, covers };
    } else if (rate > SATURATED) {
      const remedy = learns
        ? "lower its weightScale, or raise neuron.theta or neuron.scaleRef"
        : "what feeds it hardly pauses, look there first";
      const covers = [MOSTLY_SATURATED];
      yield { layer, what: "is saturated", value, remedy, covers };
    } else if (learns && silent[layer] > MOST) {
      const value = `${percent(silent[layer])} did not fire all epoch`;
      const remedy = "lower training.lr, raise its weightScale, or set " +
        "training.init to live";
      yield { layer, what: MOSTLY_SILENT, value, remedy };
    } else if (learns && saturated[layer] > MOST) {
      const value = `${percent(saturated[layer])} fired in more than ` +
        `${percent(SATURATED)} of bins`;
      const remedy = "lower training.lr or its weightScale, or set " +
        "training.init to live";
      yield { layer, what: MOSTLY_SATURATED, value, remedy };
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

function percent(share: number): string {
  return `${short(100 * share)} %`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
