/**
 * Training alarms: silent, saturated and exploding layers, and an accuracy that
 * stays at chance.
 *
 * @module
 */

import { SATURATED } from "../../../engine/training/pass.ts";
import type { LayerNumbers } from "../../run/files.ts";
import { type LayerTraits, type Remedies, remediesOf } from "./remedies.ts";

/** Measures of a training epoch from which warnings are derived. */
export interface EpochState {
  /** Loss per sample. */
  readonly loss: number;
  /** Fraction of training samples that were classified correctly. */
  readonly accuracy: number;
  /** Number of training samples. */
  readonly samples: number;
  /** Accuracy of always predicting the most frequent class. */
  readonly chance: number;
  /** Firing rate of each layer, in spikes per neuron and bin, by its name. */
  readonly rates: LayerNumbers;
  /** Fraction of each layer's neurons without a spike in the epoch. */
  readonly silent: LayerNumbers;
  /** Fraction of each layer's neurons that spike in more than 45 % of bins. */
  readonly saturated: LayerNumbers;
  /** Norm of the weight gradient of each layer, in the last training step. */
  readonly gradientNorms: LayerNumbers;
  /** Norm of the change of each layer's weights over the epoch. */
  readonly updateNorms: LayerNumbers;
  /** Norm of each layer's weights before the epoch. */
  readonly weightNorms: LayerNumbers;
}

/** Firing rate below which a layer is silent, in spikes per neuron and bin. */
const SILENT = 1e-5;

/** Remedies for an accuracy at chance, by kind of network. */
const AT_CHANCE = {
  spikeResponse:
    "lower training.error.tgtSpikeCount or training.lr, or set training.init " +
    "to live",
  layerwise:
    "change training.lr, or see with deno task ridge whether the data " +
    "can be learned",
} as const;

/** Fraction of silent or saturated neurons above which a layer is reported. */
const MOST = 0.5;

/** A gradient explodes above this multiple of its smallest norm in training. */
const GRADIENT = 1e4;

/** Largest change of weights in an epoch, as a multiple of their norm. */
const UPDATE = 100;

/** Consecutive epochs at chance accuracy after which a warning is given. */
const EPOCHS_AT_CHANCE = 10;

/**
 * Standard deviations from chance within which an accuracy counts as chance.
 */
const DEVIATIONS = 2;

/**
 * Computes the accuracy of always predicting the most frequent class.
 *
 * @param labels Class of each training sample.
 * @returns Fraction of the samples that belong to the most frequent class.
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
 * Finds a loss, gradient or weights that are NaN or infinite, from which
 * training cannot recover.
 *
 * @param state Measures of an epoch.
 * @returns The first value that is not finite, in words; `undefined` if all are
 * finite.
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

/** Training alarms of a fold; the warning of a layer is given only once. */
export class Alarms {
  readonly #remediesOf: (layer: string) => Remedies;
  readonly #atChanceRemedy: string;
  readonly #warned = new Set<string>();
  /** Smallest gradient norm above zero of each layer, over all epochs. */
  readonly #least: Record<string, number> = {};
  /** Consecutive epochs whose accuracy was at chance level. */
  #atChance = 0;

  readonly #isNormalised: (layer: string) => boolean;

  /**
   * @param network Whether it is computed layer by layer, and its layers by
   * name, on both of which remedies depend.
   */
  constructor({ layerwise, layers = {} }: {
    readonly layerwise: boolean;
    readonly layers?: Readonly<Record<string, LayerTraits>>;
  }) {
    this.#remediesOf = (layer) => remediesOf(layerwise, layers[layer] ?? {});
    this.#isNormalised = (layer) => layers[layer]?.normalised ?? false;
    this.#atChanceRemedy = AT_CHANCE[layerwise ? "layerwise" : "spikeResponse"];
  }

  /**
   * Checks an epoch for silent, saturated and exploding layers.
   *
   * @param state Measures of the epoch.
   * @returns Warnings that were not given before; each names the layer, the
   * problem and a remedy.
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
   * const [warning] = new Alarms({ layerwise: false }).check(state);
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
      // Equality gives one warning per stretch of epochs at chance.
      ...(this.#atChance === EPOCHS_AT_CHANCE
        ? [atChance(state, this.#atChanceRemedy)]
        : []),
    ];
  }

  #ofLayers(state: EpochState): string[] {
    const context = {
      least: this.#least,
      remediesOf: this.#remediesOf,
      isNormalised: this.#isNormalised,
    };
    return [...warningsOf(state, context)].filter((warning) => {
      const { layer, what, covers = [] } = warning;
      const isNew = !this.#warned.has(`${layer} ${what}`);
      for (const problem of [what, ...covers]) {
        this.#warned.add(`${layer} ${problem}`);
      }
      return isNew;
    }).map(({ layer, what, value, remedy }) =>
      `layer "${layer}" ${what} (${value}): ${remedy}`
    );
  }
}

/** Tests whether guessing could reach the accuracy. */
function isAtChance({ accuracy, samples, chance }: EpochState): boolean {
  const deviation = Math.sqrt(chance * (1 - chance) / samples);
  const best = chance + DEVIATIONS * deviation;
  // With too few samples, or one class, guessing could reach any accuracy.
  return best < 1 && accuracy <= best;
}

function atChance(
  { accuracy, chance }: EpochState,
  remedy: string,
): string {
  return `training accuracy stays at chance (${percent(accuracy)} after ` +
    `${EPOCHS_AT_CHANCE} epochs, a guess has ${percent(chance)}): ${remedy}`;
}

interface Warning {
  readonly layer: string;
  readonly what: string;
  readonly value: string;
  readonly remedy: string;
  /** Weaker warnings of the layer that this one makes superfluous. */
  readonly covers?: readonly string[];
}

/** Warnings of a layer with mostly silent or mostly saturated neurons. */
const MOSTLY_SILENT = "is silent but for some neurons";
const MOSTLY_SATURATED = "is saturated but for some neurons";

function* warningsOf(
  state: EpochState,
  { least, remediesOf, isNormalised }: {
    readonly least: LayerNumbers;
    readonly remediesOf: (layer: string) => Remedies;
    readonly isNormalised: (layer: string) => boolean;
  },
): Generator<Warning> {
  const { rates, silent, saturated } = state;
  const { gradientNorms, updateNorms, weightNorms } = state;
  const [first] = Object.keys(rates);
  for (const [layer, rate] of Object.entries(rates)) {
    const value = `${short(rate)} spikes per neuron and bin`;
    const learns = layer in weightNorms;
    const remedies = remediesOf(layer);
    if (rate < SILENT) {
      const own = learns ? `; else ${remedies.silent}` : "";
      const remedy = layer === first
        ? `${remedies.input}${own}`
        : learns
        ? remedies.silent
        : "what feeds it hardly spikes, look there first";
      const covers = [MOSTLY_SILENT];
      yield { layer, what: "is silent", value, remedy, covers };
    } else if (rate > SATURATED) {
      const remedy = learns
        ? remedies.saturated
        : "what feeds it hardly pauses, look there first";
      const covers = [MOSTLY_SATURATED];
      yield { layer, what: "is saturated", value, remedy, covers };
    } else if (learns && !isNormalised(layer) && silent[layer] > MOST) {
      // With a norm each map fires: what is silent are pixels without events.
      const value = `${percent(silent[layer])} did not fire all epoch`;
      const remedy = remedies.mostlySilent;
      yield { layer, what: MOSTLY_SILENT, value, remedy };
    } else if (learns && saturated[layer] > MOST) {
      const value = `${percent(saturated[layer])} fired in more than ` +
        `${percent(SATURATED)} of bins`;
      const remedy = remedies.mostlySaturated;
      yield { layer, what: MOSTLY_SATURATED, value, remedy };
    }
  }
  for (const [layer, norm] of Object.entries(gradientNorms)) {
    const remedies = remediesOf(layer);
    if (norm === 0) {
      const value = "all of it is zero";
      const remedy = `${remedies.noGradient}, or mend first what else is ` +
        "warned of";
      yield { layer, what: "gets no gradient", value, remedy };
    } else if (norm > GRADIENT * least[layer]) {
      const value = `${short(norm / least[layer])} times its least norm`;
      const remedy = remedies.explodingGradient;
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
