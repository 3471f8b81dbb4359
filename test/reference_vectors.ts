/**
 * Results of slayerPytorch on random inputs, and those of PyTorch and
 * SpikingJelly.
 *
 * The full set of slayerPytorch's is looked for in the folder that
 * `SLAYER_REFERENCE` names, else in `../shared/reference/slayer` beside this
 * repository; a selection of it is in `test/reference`.
 *
 * @module
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSafetensors } from "../engine/network/safetensors.ts";
import { type Tensor, tensorOf, zeros } from "./oracle/tensor.ts";

const SELECTION = join(import.meta.dirname!, "reference");
const GIVEN = Deno.env.get("SLAYER_REFERENCE");
const FULL = GIVEN ??
  join(import.meta.dirname!, "..", "..", "shared", "reference", "slayer");

/** One file of vectors. */
export interface Vectors<Params> {
  /** The file's parameters, as slayerPytorch names them. */
  readonly params: Params;
  /** The tensors by name. */
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** Whether the full set is there. */
export const haveFull: boolean = existsSync(join(FULL, "net_mlp.safetensors"));

if (GIVEN !== undefined && !haveFull) {
  throw new Error(`Cannot use SLAYER_REFERENCE "${GIVEN}": no net_mlp in it`);
}

/**
 * Reads a file of vectors, from the full set or else from the selection.
 *
 * @param name The file's name without `.safetensors`.
 * @returns Its parameters, in the shape the caller expects of this file, and
 * its tensors in float64.
 */
export function loadVectors<Params>(name: string): Vectors<Params> {
  return read(haveFull ? FULL : SELECTION, name);
}

/**
 * Reads a file of vectors of PyTorch and SpikingJelly.
 *
 * @param name The file's name without `.safetensors`.
 * @returns Its parameters and tensors, as of {@linkcode loadVectors}.
 */
export function loadModernVectors<Params>(name: string): Vectors<Params> {
  return read(join(SELECTION, "modern"), name);
}

function read<Params>(folder: string, name: string): Vectors<Params> {
  const bytes = readFileSync(join(folder, `${name}.safetensors`));
  const { tensors, metadata } = parseSafetensors(bytes);
  const packed: Record<string, Packing> = JSON.parse(metadata.packed ?? "{}");
  const entries = [...tensors].map(([key, { shape, data }]) => [
    key,
    key in packed
      ? unpack(data as Uint8Array, packed[key])
      : tensorOf(shape, data as Exclude<typeof data, BigArray>),
  ]);
  return {
    params: JSON.parse(metadata.params),
    tensors: Object.fromEntries(entries),
  };
}

type BigArray = BigInt64Array | BigUint64Array;

/** How a tensor of few values was packed, see `test/reference/README.md`. */
type Packing =
  & { readonly shape: readonly number[] }
  & ({ readonly height: number } | { readonly values: readonly number[] });

function unpack(bits: Uint8Array, packing: Packing): Tensor {
  const { shape } = packing;
  if ("values" in packing) {
    return tensorOf(shape, Array.from(bits, (index) => packing.values[index]));
  }
  const { height } = packing;
  const tensor = zeros(shape);
  for (let i = 0; i < tensor.data.length; i++) {
    if (bits[i >> 3] >> (i & 7) & 1) tensor.data[i] = height;
  }
  return tensor;
}
