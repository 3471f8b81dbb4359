/**
 * Weights that PyTorch's weight_norm keeps as gains and directions.
 *
 * @module
 */

import type { TorchTensor } from "./torch_tensor.ts";

/** Endings of gain and direction, by both ways in which PyTorch names them. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/\.parametrizations\.weight\.original0$/, ".weight_g"],
  [/\.parametrizations\.weight\.original1$/, ".weight_v"],
];

/**
 * Gives the short name of a tensor.
 *
 * @param name Its name in the file.
 * @returns The same, but `weight_g` for a gain and `weight_v` for a direction.
 */
export function shortName(name: string): string {
  const [pattern, short] = NAMES.find(([pattern]) => pattern.test(name)) ?? [];
  return pattern ? name.replace(pattern, short!) : name;
}

/**
 * Puts weights and stretches in place of gains and directions; see
 * weight_norm.wgsl.
 *
 * @param tensors Tensors of a part of a network, which are changed.
 */
export function joinNormed(tensors: Map<string, TorchTensor>): void {
  const [gain, direction] = ["weight_g", "weight_v"]
    .map((name) => tensors.get(name));
  if (!gain || !direction) return;
  const [out] = direction.shape;
  if (gain.data.length !== out) return;
  const each = direction.data.length / out;
  const stretch = Float32Array.from(gain.data, (own, o) => {
    const values = direction.data.subarray(o * each, (o + 1) * each);
    return Math.sqrt(values.reduce((sum, v) => sum + v * v, 0)) / own;
  });
  const data = direction.data.map((value, i) =>
    value / stretch[Math.floor(i / each)]
  );
  tensors.delete("weight_g");
  tensors.delete("weight_v");
  tensors.set("weight", { shape: direction.shape, data });
  tensors.set("stretch", { shape: [out], data: stretch });
}
