/**
 * Cuts the selection out of the full sets of reference vectors:
 * `deno run -A test/reference/cut.ts SLAYER MODERN`, with the folders of those
 * of slayerPytorch and of those of PyTorch and SpikingJelly.
 *
 * @module
 */

import { basename, join } from "node:path";
import {
  formatSafetensors,
  parseSafetensors,
  type Tensor,
} from "../../engine/network/safetensors.ts";

/** By file: the channels kept of its first sample; 0 keeps the whole file. */
const SLAYER: Record<string, number> = {
  "slayer/neurons/kernels_0": 0,
  "slayer/neurons/kernels_1": 0,
  "slayer/neurons/kernels_2": 0,
  "slayer/neurons/kernels_3": 0,
  "slayer/neurons/psp_spike_0": 1,
  "slayer/neurons/psp_spike_1": 1,
  "slayer/neurons/psp_spike_2": 1,
  "slayer/neurons/psp_spike_3": 4,
  "slayer/layers/pool_2_even": 0,
  "slayer/layers/pool_2_odd": 0,
  "slayer/layers/pool_3_odd": 0,
  "slayer/layers/pool_4": 0,
  "slayer/layers/conv_3_dil2": 0,
  "slayer/layers/conv_3_groups2": 0,
  "slayer/layers/conv_3_stride2": 0,
  "slayer/layers/conv_5_pad2": 0,
  "slayer/layers/conv_rect": 0,
  "slayer/layers/dense_1d": 0,
  "slayer/layers/dense_3d": 0,
  "slayer/layers/delay": 0,
  "slayer/layers/conv_transpose": 0,
  "slayer/layers/unpool_2": 0,
  "slayer/neurons/loihi": 0,
  "slayer/losses/loss_numspikes_00": 0,
  "slayer/losses/loss_numspikes_11": 0,
  "slayer/losses/loss_spiketime_0": 0,
  "slayer/losses/loss_spiketime_1": 0,
  "slayer/net_cnn": 0,
};

/** The same. */
const MODERN: Record<string, number> = {
  "modern/neuron_0_lif": 1,
  "modern/neuron_1_lif": 1,
  "modern/neuron_2_lif": 1,
  "modern/neuron_3_if": 1,
  "modern/neuron_4_plif": 0,
  "modern/batch_norm": 0,
  "modern/net_plain": 0,
  "modern/net_sew": 0,
};

/** Tensors that nothing needs, by file. */
const LEFT_OUT: Record<string, readonly string[]> = { "modern/neuron_4_plif": ["v"] };

const [slayer, modern] = Deno.args;
await cutAll(slayer, SLAYER);
await cutAll(modern, MODERN);

async function cutAll(
  from: string,
  selected: Readonly<Record<string, number>>,
): Promise<void> {
  for (const [name, channels] of Object.entries(selected)) {
    const file = `${name}.safetensors`;
    const { tensors, metadata } = parseSafetensors(
      await Deno.readFile(join(from, basename(file))),
    );
    const packed: Record<string, unknown> = {};
    const cut: Record<string, Tensor> = {};
    for (const [key, whole] of tensors) {
      if (LEFT_OUT[name]?.includes(key)) continue;
      const tensor = channels === 0 ? whole : first(whole, channels);
      const { shape } = tensor;
      const values = valuesOf(tensor);
      if (values.length === 1) packed[key] = { shape, height: values[0] };
      else if (values.length > 1) packed[key] = { shape, values: [0, ...values] };
      cut[key] = values.length === 0
        ? tensor
        : values.length === 1
        ? pack(tensor)
        : number(tensor, [0, ...values]);
    }
    const text = { params: metadata.params, packed: JSON.stringify(packed) };
    await Deno.writeFile(
      join(import.meta.dirname!, file),
      formatSafetensors(cut, text),
    );
  }
}

/** The first channels of the first sample, which lie at the beginning. */
function first({ shape, data }: Tensor, channels: number): Tensor {
  const cut = [1, channels, ...shape.slice(2)];
  const length = cut.reduce((product, size) => product * size);
  return { dtype: "F32", shape: cut, data: data.slice(0, length) } as Tensor;
}

/** The values besides 0, if the tensor is large and they are few. */
function valuesOf({ data }: Tensor): number[] {
  const values = new Set<number | bigint>(data);
  values.delete(0);
  return data.length > 64 && values.size < 32 ? [...values].map(Number) : [];
}

/** Element i becomes bit i mod 8 of byte ⌊i/8⌋. */
function pack({ data }: Tensor): Tensor {
  const bits = new Uint8Array(Math.ceil(data.length / 8));
  data.forEach((value, i) => {
    if (value !== 0) bits[i >> 3] |= 1 << (i & 7);
  });
  return { dtype: "U8", shape: [bits.length], data: bits };
}

/** Element i becomes the number of its value. */
function number({ data }: Tensor, values: readonly number[]): Tensor {
  const numbers = Uint8Array.from(
    data as Float32Array,
    (value) => values.indexOf(value),
  );
  return { dtype: "U8", shape: [numbers.length], data: numbers };
}
