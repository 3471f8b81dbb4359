/**
 * Modules of PyTorch, by the names of their tensors.
 *
 * @module
 */

import type { TorchTensor } from "./torch_tensor.ts";
import { joinNormed, shortName } from "./weight_norm.ts";

/** Tensors of one PyTorch module. */
export interface TorchModule {
  /** Its name; that of a tensor, if this has no module. */
  readonly name: string;
  /** The tensors by the last part of their names. */
  readonly tensors: Map<string, TorchTensor>;
}

/**
 * Groups tensors by their modules; weight_norm's become weights.
 *
 * @param tensors The tensors by name, in order.
 * @returns The modules, in order.
 */
export function modulesOf(
  tensors: ReadonlyMap<string, TorchTensor>,
): TorchModule[] {
  const modules = new Map<string, TorchModule>();
  for (const [written, tensor] of tensors) {
    const name = shortName(written);
    const dot = name.lastIndexOf(".");
    const own = dot < 0 ? name : name.slice(0, dot);
    const module = modules.get(own) ?? { name: own, tensors: new Map() };
    module.tensors.set(name.slice(dot + 1), tensor);
    modules.set(own, module);
  }
  for (const { tensors } of modules.values()) joinNormed(tensors);
  return [...modules.values()];
}
