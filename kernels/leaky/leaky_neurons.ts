/**
 * WGSL of leaky integrate-and-fire neurons.
 *
 * @module
 */

import adaptive from "./adaptive_neuron.wgsl" with { type: "text" };
import cuba from "./cuba_neuron.wgsl" with { type: "text" };
import adaptation from "./fixed_adaptation.wgsl" with { type: "text" };
import fixedAlif from "./fixed_alif_neuron.wgsl" with { type: "text" };
import fixedCuba from "./fixed_cuba_neuron.wgsl" with { type: "text" };
import fixedPoint from "./fixed_point.wgsl" with { type: "text" };
import firing from "./firing.wgsl" with { type: "text" };
import parametricAdaptive from "./parametric_adaptive_neuron.wgsl" with {
  type: "text",
};
import parametricCuba from "./parametric_cuba_neuron.wgsl" with {
  type: "text",
};
import parametric from "./parametric_neuron.wgsl" with { type: "text" };
import leaky from "./leaky_neuron.wgsl" with { type: "text" };
import rounding from "./rounding.wgsl" with { type: "text" };

/** leaky_neuron.wgsl, the WGSL of a stepped neuron. */
export const LEAKY_NEURON = firing + leaky;

/** cuba_neuron.wgsl, the WGSL of a stepped neuron. */
export const CUBA_NEURON = firing + cuba;

/** fixed_cuba_neuron.wgsl, the WGSL of a stepped neuron. */
export const FIXED_CUBA_NEURON = firing + rounding + fixedPoint + fixedCuba;

/** fixed_alif_neuron.wgsl, the WGSL of a stepped neuron. */
export const FIXED_ALIF_NEURON = firing + rounding + adaptation + fixedPoint +
  fixedAlif;

/** adaptive_neuron.wgsl, the WGSL of a stepped neuron with `recall`. */
export const ADAPTIVE_NEURON = firing + adaptive;

/** parametric_neuron.wgsl, with `recall` and a learned parameter. */
export const PARAMETRIC_NEURON = firing + parametric;

/**
 * parametric_adaptive_neuron.wgsl, with `recall` and two learned parameters.
 */
export const PARAMETRIC_ADAPTIVE_NEURON = firing + parametricAdaptive;

/** parametric_cuba_neuron.wgsl, with `recall` and two learned parameters. */
export const PARAMETRIC_CUBA_NEURON = firing + parametricCuba;

/** Surrogate gradients of firing.wgsl; the index is their number there. */
export const SURROGATES = [
  "exponential",
  "arctangent",
  "sigmoid",
  "fast sigmoid",
  "triangle",
] as const;
