/**
 * Kinds of stepped neurons, whose WGSL advances the state one bin at a time.
 *
 * @module
 */

import { steppedText, steppedTexts } from "../../kernels/shared/stepped.ts";
import type { NeuronKind, SlayerNeuronKind } from "./neuron_kind.ts";

/** Parameters and WGSL of a user-defined stepped neuron. */
export interface SteppedNeuron
  extends Pick<NeuronKind, "name" | "parameters" | "constants"> {
  /**
   * The neuron in WGSL. For the forward pass it defines
   *
   * - `struct State` and `fn atRest() -> State`, the neuron's state, and its
   *   value before the first bin;
   * - `fn step(state: ptr<function, State>, drive: f32) -> f32`, which advances
   *   the state by one bin and returns the potential; the neuron fires where
   *   the potential is at least `theta`;
   * - `fn reset(state: ptr<function, State>, fires: bool)`, called after
   *   `step`.
   *
   * For the backward pass it defines
   *
   * - `struct Back`, the adjoint of the state, all 0 after the last bin;
   * - `fn stepBack(back: ptr<function, Back>, potential: f32, fires: bool,
   *   gradient: f32) -> f32`, which updates the adjoint and returns the
   *   gradient of the drive from that of the spike, 0 or 1; it is linear in
   *   `gradient` and `back`.
   *
   * Each constant of the neuron is an `override`; the WGSL can use `theta`.
   */
  readonly code: string;
}

/**
 * Creates a kind of neuron from WGSL.
 *
 * @param neuron Name, parameters and WGSL. The drive of a bin is the sum of the
 * weights of its incoming spikes, times height and Ts: a spike of a layer
 * below, of height 1/Ts, adds its weight.
 * @returns The kind.
 *
 * @example
 * ```ts
 * import { steppedNeuron } from "./stepped_neuron.ts";
 * // Integrates and fires; the gradient passes near the threshold.
 * const kind = steppedNeuron({
 *   name: "integrate and fire",
 *   parameters: { theta: { default: 1, positive: true } },
 *   constants: () => ({}),
 *   code: `
 *     struct State { v: f32 }
 *     fn atRest() -> State { return State(0); }
 *     fn step(state: ptr<function, State>, drive: f32) -> f32 {
 *       (*state).v += drive;
 *       return (*state).v;
 *     }
 *     fn reset(state: ptr<function, State>, fires: bool) {
 *       if (fires) { (*state).v = 0; }
 *     }
 *     struct Back { dv: f32 }
 *     fn stepBack(
 *       back: ptr<function, Back>,
 *       potential: f32,
 *       fires: bool,
 *       gradient: f32,
 *     ) -> f32 {
 *       let near = f32(abs(potential - theta) < theta);
 *       (*back).dv = near * gradient + select((*back).dv, 0, fires);
 *       return (*back).dv;
 *     }
 *   `,
 * });
 * if (kind.name !== "integrate and fire") throw new Error("another name");
 * ```
 */
export function steppedNeuron(neuron: SteppedNeuron): SlayerNeuronKind {
  const { name, parameters, constants, code } = neuron;
  return {
    name,
    parameters,
    constants: (values, time) => ({
      ...constants(values, time),
      gain: time.Ts,
    }),
    ...steppedTexts(code),
    streams: true,
    stepped: steppedText(code),
  };
}
