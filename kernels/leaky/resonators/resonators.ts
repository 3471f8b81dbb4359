/**
 * WGSL of resonate-and-fire neurons.
 *
 * @module
 */

import adaptation from "../fixed_adaptation.wgsl" with { type: "text" };
import rounding from "../rounding.wgsl" with { type: "text" };
import constantFactor from "./constant_factor.wgsl" with { type: "text" };
import adaptive from "./adaptive_resonator_neuron.wgsl" with { type: "text" };
import fixedAdaptive from "./fixed_adaptive_resonator_neuron.wgsl" with {
  type: "text",
};
import fixedResonance from "./fixed_resonance.wgsl" with { type: "text" };
import fixedResonator from "./fixed_resonator_neuron.wgsl" with {
  type: "text",
};
import floatResonance from "./float_resonance.wgsl" with { type: "text" };
import learnedFactor from "./learned_factor.wgsl" with { type: "text" };
import parametricAdaptive from "./parametric_adaptive_resonator_neuron.wgsl" with {
  type: "text",
};
import parametric from "./parametric_resonator_neuron.wgsl" with {
  type: "text",
};
import resonance from "./resonance.wgsl" with { type: "text" };
import resonator from "./resonator_neuron.wgsl" with { type: "text" };

/** resonator_neuron.wgsl, the WGSL of a stepped neuron with `recall`. */
export const RESONATOR_NEURON = constantFactor + resonance + floatResonance +
  resonator;

/**
 * adaptive_resonator_neuron.wgsl, the WGSL of a stepped neuron with `recall`.
 */
export const ADAPTIVE_RESONATOR_NEURON = constantFactor + resonance +
  floatResonance + adaptive;

/** parametric_resonator_neuron.wgsl, with `recall` and two learned parameters. */
export const PARAMETRIC_RESONATOR_NEURON = learnedFactor + resonance +
  floatResonance + parametric;

/**
 * parametric_adaptive_resonator_neuron.wgsl, with `recall` and four learned
 * parameters.
 */
export const PARAMETRIC_ADAPTIVE_RESONATOR_NEURON = learnedFactor + resonance +
  floatResonance + parametricAdaptive;

/** fixed_resonator_neuron.wgsl, the WGSL of a stepped neuron with `recall`. */
export const FIXED_RESONATOR_NEURON = rounding + constantFactor + resonance +
  fixedResonance +
  fixedResonator;

/**
 * fixed_adaptive_resonator_neuron.wgsl, the WGSL of a stepped neuron with
 * `recall`.
 */
export const FIXED_ADAPTIVE_RESONATOR_NEURON = rounding + adaptation +
  constantFactor + resonance + fixedResonance + fixedAdaptive;
