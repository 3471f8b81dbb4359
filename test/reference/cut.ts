/**
 * Cuts the selection out of the full set of reference vectors:
 * `deno run -A test/reference/cut.ts FOLDER`, with the folder of the full set.
 *
 * @module
 */

import { join } from "node:path";
import {
  formatSafetensors,
  parseSafetensors,
  type Tensor,
} from "../../engine/network/safetensors.ts";

/** By file: the channels kept of its first sample; 0 keeps the whole file. */
const SELECTED: Record<string, number> = {
  kernels_0: 0,
  kernels_1: 0,
  kernels_2: 0,
  kernels_3: 0,
  psp_spike_0: 1,
  psp_spike_1: 1,
  psp_spike_2: 1,
  psp_spike_3: 4,
  pool_2_even: 0,
  pool_2_odd: 0,
  pool_3_odd: 0,
  pool_4: 0,
  conv_3_dil2: 0,
  conv_3_groups2: 0,
  conv_3_stride2: 0,
  conv_5_pad2: 0,
  conv_rect: 0,
  dense_1d: 0,
  dense_3d: 0,
  loss_numspikes_00: 0,
  loss_numspikes_11: 0,
  loss_spiketime_0: 0,
  loss_spiketime_1: 0,
  net_cnn: 0,
};

for (const [name, channels] of Object.entries(SELECTED)) {
  const file = `${name}.safetensors`;
  const bytes = await Deno.readFile(join(Deno.args[0], file));
  const { tensors, metadata } = parseSafetensors(bytes);
  const packed: Record<string, unknown> = {};
  const cut: Record<string, Tensor> = {};
  for (const [key, whole] of tensors) {
    const tensor = channels === 0 ? whole : first(whole, channels);
    const height = heightOf(tensor);
    if (height !== undefined) packed[key] = { shape: tensor.shape, height };
    cut[key] = height === undefined ? tensor : pack(tensor);
  }
  const text = { params: metadata.params, packed: JSON.stringify(packed) };
  await Deno.writeFile(
    join(import.meta.dirname!, file),
    formatSafetensors(cut, text),
  );
}

/** The first channels of the first sample, which lie at the beginning. */
function first({ shape, data }: Tensor, channels: number): Tensor {
  const cut = [1, channels, ...shape.slice(2)];
  const length = cut.reduce((product, size) => product * size);
  return { dtype: "F32", shape: cut, data: data.slice(0, length) } as Tensor;
}

/** The only value besides 0, if the tensor is large enough to be packed. */
function heightOf({ data }: Tensor): number | undefined {
  const values = new Set<number | bigint>(data);
  values.delete(0);
  return data.length > 64 && values.size === 1
    ? Number([...values][0])
    : undefined;
}

/** Element i becomes bit i mod 8 of byte ⌊i/8⌋. */
function pack({ data }: Tensor): Tensor {
  const bits = new Uint8Array(Math.ceil(data.length / 8));
  data.forEach((value, i) => {
    if (value !== 0) bits[i >> 3] |= 1 << (i & 7);
  });
  return { dtype: "U8", shape: [bits.length], data: bits };
}
