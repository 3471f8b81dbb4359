/**
 * Kinds of neurons that are stepped bin by bin, from a text of their own.
 *
 * @module
 */

import { steppedTexts } from "../../kernels/shared/stepped.ts";
import type { NeuronKind } from "./neuron_kind.ts";

/** A neuron that is stepped bin by bin, as its user writes it. */
export interface SteppedNeuron
  extends Pick<NeuronKind, "name" | "parameters" | "constants"> {
  /**
   * The text, in WGSL. Forward it has
   *
   * - `struct State` and `fn atRest() -> State`, its state, and that before the
   *   first bin;
   * - `fn step(state: ptr<function, State>, drive: f32) -> f32`, which updates
   *   the state by one bin and returns the potential; the neuron fires where
   *   that is at least `theta`;
   * - `fn reset(state: ptr<function, State>, fires: bool)`, called after it.
   *
   * For the gradient it has
   *
   * - `struct Back`, its state backward in time, all 0 after the last bin;
   * - `fn stepBack(back: ptr<function, Back>, potential: f32, fires: bool,
   *   gradient: f32) -> f32`, which updates that state and makes the
   *   gradient of the drive from that of the spike, 0 or 1; it is linear in
   *   `gradient` and `back`.
   *
   * Each of its constants is an `override`; it can use `theta`.
   */
  readonly code: string;
}

/**
 * Makes a kind of neuron of a text.
 *
 * @param neuron Name, parameters and text. A drive is the sum of the weights of
 * the spikes that come in, a bin's at a time, times height and Ts: a spike of a
 * layer below, of height 1/Ts, adds its weight.
 * @returns The kind.
 *
 * @example
 * ```ts
 * import { steppedNeuron } from "./stepped_neuron.ts";
 * // Integrates and fires; the gradient passes where it is near threshold.
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
export function steppedNeuron(neuron: SteppedNeuron): NeuronKind {
  const { name, parameters, constants, code } = neuron;
  return {
    name,
    parameters,
    constants: (values, time) => ({
      ...constants(values, time),
      gain: time.Ts,
    }),
    ...steppedTexts(code),
  };
}
