/**
 * Neurons that are stepped bin by bin; see stepped_neuron.wgsl and
 * stepped_adjoint.wgsl.
 *
 * @module
 */

import adjoint from "./stepped_adjoint.wgsl" with { type: "text" };
import forward from "./stepped_neuron.wgsl" with { type: "text" };
import type { KernelText } from "./neurons.ts";

/**
 * Makes the texts of a stepped neuron that the kernels which integrate neurons
 * are compiled with.
 *
 * @param code The neuron's text; it defines `State`, `atRest`, `step`, `reset`,
 * `Back` and `stepBack`, as the two files say.
 * @returns The text of either direction; each `override` of the neuron may be
 * given a value.
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

/** The text of a stepped neuron, for networks that run layer by layer. */
export interface SteppedText extends KernelText {
  /**
   * Whether it defines `recall` and `stepBackFrom`, in place of `stepBack`, as
   * cell_recall.wgsl says.
   *
   * @default false
   */
  readonly recalls?: boolean;
  /**
   * Whether it binds a parameter `learned` and defines its gradient, as
   * cell_learned.wgsl says.
   *
   * @default false
   */
  readonly learns?: boolean;
}

/**
 * The binding of a parameter that neurons learn, in kernels of units.
 *
 * @param neuron The text of the neuron.
 * @returns The binding; none if it learns nothing.
 */
export function learnedBinding(
  { learns }: SteppedText,
): { readonly learned: 1 } {
  return (learns ? { learned: 1 } : {}) as { readonly learned: 1 };
}

/**
 * Names the constants of a stepped neuron.
 *
 * @param code The neuron's text.
 * @param options Whether it recalls its state, and learns a parameter.
 * @returns The text alone, and its constants, which may be given a value.
 */
export function steppedText(
  code: string,
  options: Omit<SteppedText, keyof KernelText> = {},
): SteppedText {
  const constants = [...code.matchAll(/^\s*override\s+(\w+)/gm)]
    .map(([, name]) => name);
  return { code, constants, ...options };
}
