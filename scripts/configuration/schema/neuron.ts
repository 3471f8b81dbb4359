/**
 * Neurons in a configuration.
 *
 * @module
 */

import * as v from "npm:valibot@1.5.0";
import type { NeuronDescription } from "../../../engine/neurons/describe_neuron.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import {
  expected,
  flag,
  isMapping,
  moderate,
  oneOf,
  section,
  worded,
} from "./values.ts";

/** The spike response model, SLAYER's neuron. */
const srm = section({
  /** Kind of neuron. */
  type: v.optional(v.literal("SRMALPHA"), "SRMALPHA"),
  /** Threshold. */
  theta: v.optional(moderate, 10),
  /** Time constant of the response (PSP) to an incoming spike. */
  tauSr: v.optional(moderate, 10),
  /** Time constant of the refractory response. */
  tauRef: v.optional(moderate, 10),
  /** Strength of the refractory response, relative to `theta`. */
  scaleRef: v.optional(moderate, 20),
  /** Width of the surrogate derivative, relative to `theta`. */
  tauRho: v.optional(moderate, 1),
  /** Height of the surrogate derivative. */
  scaleRho: v.optional(moderate, 1),
});

/** A neuron that integrates its drive; time constants are in bins. */
const integrator = {
  /** Potential at which it fires. */
  threshold: v.optional(moderate, 1),
  /** What a spike does: sets the potential to 0, or subtracts the threshold. */
  reset: v.optional(oneOf("hard", "soft"), "hard"),
  /** Whether no gradient flows through the reset. */
  detachReset: v.optional(flag, true),
  /** Derivative that stands in for that of a spike. */
  surrogate: v.optional(
    oneOf("exponential", "arctangent", "sigmoid", "fast sigmoid", "triangle"),
    "arctangent",
  ),
  /** Steepness of that derivative at threshold. */
  steepness: v.optional(moderate, 2),
};

const NEURONS = {
  SRMALPHA: srm,
  LIF: section({
    type: v.literal("LIF"),
    /** Time constant in bins. */
    tau: v.optional(
      worded("a number of at least 1", v.pipe(v.number(), v.minValue(1))),
      2,
    ),
    /** Whether the drive is divided by `tau`. */
    decayInput: v.optional(flag, true),
    ...integrator,
  }),
  IF: section({ type: v.literal("IF"), ...integrator }),
};

/** Refuses a neuron of another kind. */
const NO_NEURON = v.pipe(
  v.custom<{ type: never }>(isMapping, expected("a section with type")),
  v.object({ type: oneOf(...Object.keys(NEURONS) as never[]) }),
);

/** The neuron of a network, or of a layer. */
export const neuron = v.lazy((value) => {
  const { type = "SRMALPHA" } = isMapping(value) ? value : {};
  return Object.hasOwn(NEURONS, String(type))
    ? NEURONS[type as keyof typeof NEURONS]
    : NO_NEURON;
}) as unknown as v.GenericSchema<NeuronSection>;

/** The parameters of the spike response model. */
export type SrmSection = v.InferOutput<typeof srm>;

/** The parameters of a neuron, as configured. */
export type NeuronSection =
  | SrmSection
  | v.InferOutput<typeof NEURONS.LIF>
  | v.InferOutput<typeof NEURONS.IF>;

/**
 * Gives a neuron with the defaults of its parameters.
 *
 * @param type Kind of neuron.
 * @returns The neuron.
 */
export function defaultNeuron(type: NeuronSection["type"]): NeuronSection {
  return v.parse(neuron, { type });
}

/**
 * Describes a neuron for the engine.
 *
 * @param section The neuron, as configured.
 * @returns The description.
 */
export function describeNeuronOf(section: NeuronSection): NeuronDescription {
  if (section.type === "LIF") {
    const { type: _, ...parameters } = section;
    return leaky(parameters);
  }
  if (section.type === "IF") {
    const { type: _, ...parameters } = section;
    return leaky({ ...parameters, tau: Infinity });
  }
  const { type: _, ...parameters } = section;
  return parameters;
}
