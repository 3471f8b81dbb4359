/**
 * Advice on changes of the configuration if a layer trains badly.
 *
 * @module
 */

import { describeNeuron } from "../../../engine/neurons/describe_neuron.ts";
import type { NeuronKind } from "../../../engine/neurons/neuron_kind.ts";
import {
  defaultNeuron,
  describeNeuronOf,
  LAYERWISE_NEURONS,
  type NeuronSection,
  SLAYER_NEURONS,
} from "../../configuration/schema/neuron.ts";

/** Properties of a layer that its remedies depend on. */
export interface LayerTraits {
  /** Kind of its neurons. @default that of a default network */
  readonly kind?: NeuronKind;
  /** Whether its drives are normalised. @default false */
  readonly normalised?: boolean;
  /** Whether its weights are rounded. @default false */
  readonly quantized?: boolean;
}

/** A remedy for each problem of a layer. */
export interface Remedies {
  /** Where to look if the input has hardly any events. */
  readonly input: string;
  readonly silent: string;
  readonly saturated: string;
  readonly mostlySilent: string;
  readonly mostlySaturated: string;
  readonly noGradient: string;
  readonly explodingGradient: string;
}

/** Changes of keys that widen the surrogate derivative. */
const WIDER: Readonly<Record<string, string>> = {
  tauRho: "raise neuron.tauRho",
  tauGrad: "raise neuron.tauGrad",
  steepness: "lower neuron.steepness",
};

/** Keys of the neurons of a configuration, by the name of their kind. */
const KEYS = new Map(
  [...SLAYER_NEURONS, ...LAYERWISE_NEURONS].map((type) => {
    const section = defaultNeuron(type as NeuronSection["type"]);
    const { kind } = describeNeuron(describeNeuronOf(section));
    return [kind.name, Object.keys(section)];
  }),
);

/**
 * Finds the remedies for a layer.
 *
 * @param layerwise Whether the network is computed layer by layer.
 * @param traits The layer.
 * @returns The remedies, in words.
 *
 * @example
 * ```ts
 * import { remediesOf } from "./remedies.ts";
 * const { noGradient } = remediesOf(true, {});
 * if (noGradient !== "lower neuron.steepness") throw new Error(noGradient);
 * ```
 */
export function remediesOf(
  layerwise: boolean,
  { kind, normalised = false, quantized = false }: LayerTraits,
): Remedies {
  const keys = keysOf(layerwise, kind);
  const threshold = ["theta", "vThMant", "threshold"]
    .find((key) => keys.includes(key));
  const wider = Object.keys(WIDER).find((key) => keys.includes(key));
  const common = {
    input: layerwise
      ? "see whether training.filter, training.augmentation and input.size " +
        "leave the input events"
      : "see whether training.filter and training.augmentation leave the " +
        "input events",
    noGradient: wider ? WIDER[wider] : `lower neuron.${threshold}`,
    explodingGradient: keys.includes("scaleRho")
      ? "lower neuron.scaleRho, or training.lr"
      : "lower training.lr, or set training.clip",
  };
  if (layerwise) {
    const norm = normalised
      ? ""
      : `, or give it norm: ${quantized ? "scale" : "batch"}`;
    return {
      ...common,
      silent: `lower neuron.${threshold}${norm}`,
      saturated: `raise neuron.${threshold}${norm}`,
      mostlySilent: `lower training.lr${norm}`,
      mostlySaturated: `lower training.lr${norm}`,
    };
  }
  const refractory = keys.includes("scaleRef") ? " or neuron.scaleRef" : "";
  return {
    ...common,
    silent: `raise its weightScale, or lower neuron.${threshold}`,
    saturated: `lower its weightScale, or raise neuron.${threshold}` +
      refractory,
    mostlySilent: "lower training.lr, raise its weightScale, or set " +
      "training.init to live",
    mostlySaturated: "lower training.lr or its weightScale, or set " +
      "training.init to live",
  };
}

/** Keys of a kind of neuron; variants of a kind have the same. */
function keysOf(layerwise: boolean, kind?: NeuronKind): readonly string[] {
  const [name] = kind?.name.split(" with ") ?? [];
  const others = defaultNeuron(layerwise ? "LIF" : "SRMALPHA");
  return KEYS.get(name ?? "") ?? Object.keys(others);
}
