/**
 * The WGSL of neurons that resonate.
 *
 * @module
 */

import adaptive from "./adaptive_resonator_neuron.wgsl" with { type: "text" };
import resonance from "./resonance.wgsl" with { type: "text" };
import resonator from "./resonator_neuron.wgsl" with { type: "text" };

/** resonator_neuron.wgsl, the text of a stepped neuron that recalls. */
export const RESONATOR_NEURON = resonance + resonator;

/** adaptive_resonator_neuron.wgsl, the text of a stepped neuron that recalls. */
export const ADAPTIVE_RESONATOR_NEURON = resonance + adaptive;
