/**
 * WGSL of resonate-and-fire neurons.
 *
 * @module
 */

import adaptive from "./adaptive_resonator_neuron.wgsl" with { type: "text" };
import resonance from "./resonance.wgsl" with { type: "text" };
import resonator from "./resonator_neuron.wgsl" with { type: "text" };

/** resonator_neuron.wgsl, the WGSL of a stepped neuron with `recall`. */
export const RESONATOR_NEURON = resonance + resonator;

/**
 * adaptive_resonator_neuron.wgsl, the WGSL of a stepped neuron with `recall`.
 */
export const ADAPTIVE_RESONATOR_NEURON = resonance + adaptive;
