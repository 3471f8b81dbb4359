/**
 * The neurons of a configuration.
 *
 * @module
 */

import * as v from "npm:valibot@1.5.0";
import type { NeuronDescription } from "../../../engine/neurons/describe_neuron.ts";
import { adaptiveLeaky } from "../../../engine/neurons/adaptive_leaky.ts";
import { adaptiveResonator } from "../../../engine/neurons/adaptive_resonator.ts";
import { cubaLeaky } from "../../../engine/neurons/cuba_leaky.ts";
import {
  fixedAdaptiveResonator,
  fixedAlif,
  fixedCuba,
  fixedResonator,
} from "../../../engine/neurons/fixed_point.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import { loihi } from "../../../engine/neurons/loihi.ts";
import { parametricLeaky } from "../../../engine/neurons/parametric_leaky.ts";
import { sigmaDelta } from "../../../engine/neurons/sigma_delta.ts";
import { resonator } from "../../../engine/neurons/resonator.ts";
import {
  SRM_ALPHA,
  SRM_ALPHA_FULL,
  SRM_LEARNED,
} from "../../../engine/neurons/srm_alpha.ts";
import {
  FIXED_ADRF,
  FIXED_ALIF,
  FIXED_CUBA,
  FIXED_RF,
} from "./fixed_neurons.ts";
import {
  bins,
  integer,
  learnedBins,
  resonatorSpikes,
  surrogates,
} from "./neuron_values.ts";
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
  /** `learned` makes each layer learn its response, starting from tauSr's. */
  response: v.optional(oneOf("learned")),
  /** Learned responses per neuron, each of a drive of its own. */
  filters: v.optional(integer(1, 4096)),
  /** Length of a learned response, in bins. */
  taps: v.optional(integer(1, 4096)),
  /** Time constant of the refractory response. */
  tauRef: v.optional(moderate, 10),
  /** Strength of the refractory response, relative to `theta`. */
  scaleRef: v.optional(moderate, 20),
  /**
   * Whether the refractory response is cut off below 0.0001, instead of 0.01.
   */
  fullRefKernel: v.optional(flag),
  /** Whether the gradient also flows through the refractory response. */
  refractoryGradient: v.optional(flag),
  /** Width of the surrogate derivative, relative to `theta`. */
  tauRho: v.optional(moderate, 1),
  /** Height of the surrogate derivative. */
  scaleRho: v.optional(moderate, 1),
});

/** Integrate-and-fire parameters; time constants are in bins. */
const integrator = {
  /** Threshold of the potential. */
  threshold: v.optional(moderate, 1),
  /**
   * Effect of a spike: resets the potential to 0, or subtracts the threshold at
   * once or, after the decay, in the next bin.
   */
  reset: v.optional(oneOf("hard", "soft", "delayed"), "hard"),
  /** Whether the gradient is cut at the reset. */
  detachReset: v.optional(flag, true),
  ...surrogates,
};

/** The reset of neurons that learn their decay. */
const undelayed = v.optional(oneOf("hard", "soft"), "hard");

/** Leaky integrate-and-fire parameters. */
const leakyIntegrator = {
  /** Time constant of the potential. */
  tau: v.optional(bins, 2),
  /** Whether the input of the potential is divided by `tau`. */
  decayInput: v.optional(flag, true),
  ...integrator,
};

/** Requires a potential that outlasts a bin where the reset is delayed. */
function outlasting<S extends v.GenericSchema>(neurons: S): S {
  const outlasts = expected("a number of more than 1 for the reset delayed");
  const withTau = neurons as v.GenericSchema<{ reset: string; tau: number }>;
  return v.pipe(
    withTau,
    v.forward(
      v.check(
        ({ reset, tau }) => reset !== "delayed" || tau > 1,
        ({ input: { tau } }) => outlasts({ input: tau }),
      ),
      ["tau"],
    ),
  ) as unknown as S;
}

/** Requires a threshold of 1 to 32767 steps, and a step where errors add up. */
function inSteps<S extends v.GenericSchema>(neurons: S): S {
  const own = neurons as v.GenericSchema<
    { threshold: number; step?: number; cumError?: boolean }
  >;
  const fits = expected("the threshold, or a number down to 1/32767 of it");
  const steps = expected("a step beside it");
  return v.pipe(
    own,
    v.forward(
      v.check(
        ({ threshold, step = threshold }) =>
          step <= threshold && threshold <= 32767 * step,
        ({ input: { step } }) => fits({ input: step }),
      ),
      ["step"],
    ),
    v.forward(
      v.check(
        ({ step, cumError }) => !cumError || step !== undefined,
        ({ input: { cumError } }) => steps({ input: cumError }),
      ),
      ["cumError"],
    ),
  ) as unknown as S;
}

/** Whether layers learn time constants, starting from those given. */
const decays = v.optional(oneOf("learned"));

/** Current-based leaky integrate-and-fire parameters. */
const cuba = {
  type: v.literal("CUBA"),
  /** Time constant of the current. */
  tauSyn: v.optional(bins, 2),
  ...leakyIntegrator,
  /** `learned` makes each layer learn tau and tauSyn, starting from these. */
  decays,
  /** `current` lets a layer's norm or bias act on the current. */
  norm: v.optional(oneOf("current")),
};

/** Parameters of leaky neurons with an adaptive threshold. */
const alif = {
  type: v.literal("ALIF"),
  /** Rise of the threshold if the neuron fires in every bin. */
  adaptation: v.optional(moderate, 1),
  /** Time constant of the threshold. */
  tauAdaptation: v.optional(bins, 10),
  ...leakyIntegrator,
  /** `learned` makes each layer learn tau and tauAdaptation. */
  decays,
};

/** Parameters of neurons with an oscillating potential; times are in bins. */
const resonance = {
  /** Threshold of the real part of the oscillation. */
  threshold: v.optional(moderate, 1),
  /** Period of the oscillation. */
  period: v.optional(
    worded(
      "a number from 4 to 1e9",
      v.pipe(v.number(), v.minValue(4), v.maxValue(1e9)),
    ),
    8,
  ),
  /** Time constant of its decay. */
  tau: v.optional(bins, 20),
  ...resonatorSpikes,
  /** `learned` makes each layer learn these, and those of a threshold. */
  decays,
};

/** Resonate-and-fire. */
const rf = { type: v.literal("RF"), ...resonance };

/** Resonate-and-fire with an adaptive threshold. */
const adrf = {
  type: v.literal("ADRF"),
  ...resonance,
  /** Additional rise of the threshold per spike. */
  thresholdStep: v.optional(moderate, 0.1),
  /** Time constants of the threshold and of the refractory response. */
  tauThreshold: v.optional(bins, 10),
  tauRef: v.optional(bins, 10),
};

const NEURONS = {
  SRMALPHA: srm,
  /** Neuron of the Loihi processor, in integers. */
  LOIHI: section({
    type: v.literal("LOIHI"),
    /** Threshold, in units of 64. */
    vThMant: v.optional(integer(1, 131071), 80),
    /** Decays of voltage and current per bin, in units of 1/4096. */
    vDecay: v.optional(integer(0, 4096), 128),
    iDecay: v.optional(integer(0, 4096), 1024),
    /** Bins from a spike to the earliest next one. */
    refDelay: v.optional(integer(1, 63), 1),
    /** Exponent of the power of two that scales the weights. */
    wgtExp: v.optional(integer(-6, 7), 0),
    /** Width of the surrogate derivative, relative to the threshold. */
    tauRho: v.optional(moderate, 1),
    /** Height of the surrogate derivative. */
    scaleRho: v.optional(moderate, 1),
  }),
  LIF: outlasting(section({ type: v.literal("LIF"), ...leakyIntegrator })),
  IF: section({ type: v.literal("IF"), ...integrator }),
  /**
   * Parametric leaky integrate-and-fire: each layer learns its time constant.
   */
  PLIF: section({
    type: v.literal("PLIF"),
    ...leakyIntegrator,
    /** Initial time constant of the potential. */
    tau: v.optional(learnedBins, 2),
    reset: undelayed,
  }),
  /**
   * Current-based: spikes add to a synaptic current that drives the potential.
   */
  CUBA: outlasting(section(cuba)),
  FIXED_CUBA,
  /** Adaptive threshold, which rises with each spike and decays. */
  ALIF: outlasting(section(alif)),
  FIXED_ALIF,
  RF: section(rf),
  ADRF: section(adrf),
  FIXED_RF,
  FIXED_ADRF,
  /** Sigma-delta neurons, which transmit changes of their activation. */
  SDNN: inSteps(section({
    type: v.literal("SDNN"),
    /** Smallest change that is sent. */
    threshold: v.optional(moderate, 0.1),
    /** Unit of messages; the threshold if left out. */
    step: v.optional(moderate),
    /** Whether changes that are not sent add up until they are. */
    cumError: v.optional(flag),
    /** Function of the summed drive, relu if left out. */
    activation: v.optional(
      oneOf("relu", "identity", "leaky relu", "sigmoid", "tanh"),
    ),
  })),
};

/** An oscillation from which learning starts. */
const learnedResonance = {
  period: v.optional(
    worded(
      "a number of more than 4, up to 1e9",
      v.pipe(v.number(), v.gtValue(4), v.maxValue(1e9)),
    ),
    8,
  ),
  tau: v.optional(learnedBins, 20),
};

/** Neurons with learned decays. */
const LEARNED = {
  CUBA: section({
    ...cuba,
    tau: v.optional(learnedBins, 2),
    tauSyn: v.optional(learnedBins, 2),
    reset: undelayed,
    norm: v.optional(
      worded("no norm of the current beside decays: learned", v.never()),
    ),
  }),
  ALIF: section({
    ...alif,
    tau: v.optional(learnedBins, 2),
    tauAdaptation: v.optional(learnedBins, 10),
    reset: undelayed,
  }),
  RF: section({ ...rf, ...learnedResonance }),
  ADRF: section({
    ...adrf,
    ...learnedResonance,
    tauThreshold: v.optional(learnedBins, 10),
    tauRef: v.optional(learnedBins, 10),
  }),
};

/** Types that are not available in networks computed layer by layer. */
export const SLAYER_NEURONS: readonly string[] = ["SRMALPHA", "LOIHI"];

/** Types that are available there. */
export const LAYERWISE_NEURONS: readonly string[] = Object.keys(NEURONS)
  .filter((type) => !SLAYER_NEURONS.includes(type));

/** Error for an unknown type. */
const NO_NEURON = v.pipe(
  v.custom<{ type: never }>(isMapping, expected("a section with type")),
  v.object({ type: oneOf(...Object.keys(NEURONS) as never[]) }),
);

/** The neuron of a network, or of a layer. */
export const neuron = v.lazy((value) => {
  const { type = "SRMALPHA", decays } = isMapping(value) ? value : {};
  const kinds = decays === "learned" ? { ...NEURONS, ...LEARNED } : NEURONS;
  return Object.hasOwn(kinds, String(type))
    ? kinds[type as keyof typeof NEURONS]
    : NO_NEURON;
}) as unknown as v.GenericSchema<NeuronSection>;

/** The parameters of the spike response model. */
export type SrmSection = v.InferOutput<typeof srm>;

/** The parameters of a neuron, as configured. */
export type NeuronSection = v.InferOutput<
  (typeof NEURONS)[keyof typeof NEURONS]
>;

/**
 * Returns a neuron with default parameters.
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
  switch (section.type) {
    case "LOIHI": {
      const { type: _, ...parameters } = section;
      return loihi(parameters);
    }
    case "LIF":
      return leaky(section);
    case "IF":
      return leaky({ ...section, tau: Infinity });
    case "PLIF":
      return parametricLeaky(section);
    case "CUBA":
      return cubaLeaky(section);
    case "FIXED_CUBA":
      return fixedCuba(section);
    case "ALIF":
      return adaptiveLeaky(section);
    case "FIXED_ALIF":
      return fixedAlif(section);
    case "RF":
      return resonator(section);
    case "ADRF":
      return adaptiveResonator(section);
    case "FIXED_RF":
      return fixedResonator(section);
    case "FIXED_ADRF":
      return fixedAdaptiveResonator(section);
    case "SDNN":
      return sigmaDelta(section);
  }
  const { type: _, response, filters, taps, fullRefKernel, ...others } =
    section;
  const { refractoryGradient, ...rest } = others;
  const parameters = refractoryGradient === undefined
    ? rest
    : { ...rest, refractoryGradient: Number(refractoryGradient) };
  if (response) return { kind: SRM_LEARNED, ...parameters, filters, taps };
  // Of its own kind also where that of the network is another.
  return { kind: fullRefKernel ? SRM_ALPHA_FULL : SRM_ALPHA, ...parameters };
}
