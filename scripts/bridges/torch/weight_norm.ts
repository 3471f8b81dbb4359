/**
 * Imports weights that PyTorch's weight_norm stores as gain g and direction v.
 *
 * @module
 */

import type { TorchTensor } from "./torch_tensor.ts";

/** Names of gain and direction in newer PyTorch, and their older names. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/\.parametrizations\.weight\.original0$/, ".weight_g"],
  [/\.parametrizations\.weight\.original1$/, ".weight_v"],
];

/**
 * Returns the older name of a gain or direction.
 *
 * @param name Its name in the file.
 * @returns `….weight_g` or `….weight_v`; other names unchanged.
 */
export function shortName(name: string): string {
  const [pattern, short] = NAMES.find(([pattern]) => pattern.test(name)) ?? [];
  return pattern ? name.replace(pattern, short!) : name;
}

/**
 * Replaces gain and direction by weights g v / |v| and stretches |v| / g, see
 * weight_norm.wgsl.
 *
 * @param tensors Tensors of one module, changed in place.
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
