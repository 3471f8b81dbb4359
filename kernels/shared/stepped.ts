/**
 * WGSL of stepped neurons, whose state advances one time bin at a time; see
 * stepped_neuron.wgsl and stepped_adjoint.wgsl.
 *
 * @module
 */

import adjoint from "./stepped_adjoint.wgsl" with { type: "text" };
import forward from "./stepped_neuron.wgsl" with { type: "text" };
import type { KernelText } from "./neurons.ts";

/**
 * Assembles the WGSL of a stepped neuron for the kernels that integrate
 * neurons.
 *
 * @param code The neuron's WGSL; it defines `State`, `atRest`, `step`, `reset`,
 * `Back` and `stepBack`, as described in the two files.
 * @returns The forward and the adjoint WGSL; each `override` of the neuron may
 * be given a value.
 */
export function steppedTexts(
  code: string,
): { readonly forward: KernelText; readonly adjoint: KernelText } {
  const { constants } = steppedText(code);
  return {
    forward: { code: forward + code, constants },
    adjoint: { code: adjoint + code, constants: ["theta", ...constants] },
  };
}

/** WGSL of a stepped neuron, for networks that run layer by layer. */
export interface SteppedText extends KernelText {
  /**
   * Whether the neuron defines `recall` and `stepBackFrom` in place of
   * `stepBack`, see cell_recall.wgsl.
   *
   * @default false
   */
  readonly recalls?: boolean;
  /**
   * Whether the neuron binds learned parameters, `learned`, and defines their
   * gradient, see cell_learned.wgsl.
   *
   * @default false
   */
  readonly learns?: boolean;
}

/**
 * Binds the learned parameters of a neuron, in kernels of units.
 *
 * @param neuron The WGSL of the neuron.
 * @returns The binding; empty if the neuron has no learned parameters.
 */
export function learnedBinding(
  { learns }: SteppedText,
): { readonly learned: 1 } {
  return (learns ? { learned: 1 } : {}) as { readonly learned: 1 };
}

/**
 * Pairs the WGSL of a stepped neuron with the names of its constants.
 *
 * @param code The neuron's WGSL.
 * @param options Whether it recalls its state, and whether it learns
 * parameters.
 * @returns The WGSL, and its `override` constants, which may be given a value.
 */
export function steppedText(
  code: string,
  options: Omit<SteppedText, keyof KernelText> = {},
): SteppedText {
  const constants = [...code.matchAll(/^\s*override\s+(\w+)/gm)]
    .map(([, name]) => name);
  return { code, constants, ...options };
}
