/**
 * Networks of units that PyTorch and SpikingJelly ran.
 *
 * @module
 */

import type { ModelDescription } from "../../../engine/model.ts";
import type { UnitDescription } from "../../../engine/layerwise/units/unit_descriptions.ts";
import type { NamedArray } from "../../../engine/network/weights.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import { type Tensor, tensorOf } from "../../oracle/tensor.ts";
import { loadModernVectors } from "../../fixtures/reference_vectors.ts";

/** Arrays of a layer: by their names here, those of PyTorch. */
const CONV = {
  "weight": "0.weight",
  "norm.weight": "1.weight",
  "norm.bias": "1.bias",
  "norm.mean": "1.running_mean",
  "norm.var": "1.running_var",
};
const DENSE = { "weight": "weight", "bias": "bias" };

/** A convolution of 3×3, batch norm and neurons. */
function convUnit(out: number) {
  return {
    conv: { out, kernel: 3, padding: 1 },
    norm: "batch",
  } satisfies UnitDescription;
}

/** A network: its layers, and where PyTorch has the arrays of each. */
interface Reference {
  readonly layers: readonly UnitDescription[];
  /** Prefix of a layer's arrays. */
  readonly prefixes: Readonly<Record<string, string>>;
  /** Number of the first module of a convolution's two, without a prefix. */
  readonly first: Readonly<Record<string, number>>;
  /** Units after which spikes were kept. */
  readonly kept: readonly number[];
}

const NETWORKS: Readonly<Record<string, Reference>> = {
  net_plain: {
    layers: [
      { ...convUnit(6), pool: { max: 2 } },
      { ...convUnit(8), pool: { max: 2 } },
      { dense: 20 },
      { dense: 5, neuron: "none" },
    ],
    prefixes: { fc1: "9.", fc2: "11." },
    first: { conv1: 0, conv2: 4 },
    kept: [0, 1, 2],
  },
  net_sew: {
    layers: [
      { ...convUnit(6), pool: { max: 2 } },
      { residual: [convUnit(6), convUnit(6)] },
      { residual: [convUnit(6), convUnit(6)], pool: { average: 2 } },
      { dense: 5, neuron: "none" },
    ],
    prefixes: {
      conv2: "4.a.",
      conv3: "4.b.",
      conv4: "5.a.",
      conv5: "5.b.",
      fc1: "8.",
    },
    first: { conv1: 0 },
    kept: [0, 2, 4],
  },
};

/** A network with what it was run on and what came of it. */
export interface ReferenceUnits {
  readonly description: ModelDescription;
  /** Counts of events of the input, and the class of each sample. */
  readonly counts: Tensor;
  readonly labels: ArrayLike<number>;
  readonly T: number;
  readonly lr: number;
  readonly smoothing: number;
  /** Units after which `spikes0`, `spikes1` … were kept. */
  readonly kept: readonly number[];
  /** All that the file holds. */
  readonly tensors: Readonly<Record<string, Tensor>>;
  /**
   * Finds the arrays of the network.
   *
   * @param of `w0`, `w5` or `grad`.
   * @returns Those that the file has, by their names here.
   */
  arrays(of: string): Record<string, Tensor>;
}

/**
 * Reads a network.
 *
 * @param name `net_plain` or `net_sew`.
 * @returns The network.
 */
export function referenceUnits(name: string): ReferenceUnits {
  const { layers, prefixes, first, kept } = NETWORKS[name];
  const { params, tensors } = loadModernVectors<{
    lr: number;
    weight_decay: number;
    label_smoothing: number;
  }>(name);
  const [, C, H, W, T] = tensors.x.shape;
  const names = { ...prefixes, ...first };
  const arrays = (of: string) =>
    Object.fromEntries(
      Object.keys(names).flatMap((layer) =>
        Object.entries(layer.startsWith("conv") ? CONV : DENSE)
          .map(([array, theirs]) => {
            const [module, ...rest] = theirs.split(".");
            const place = layer in first
              ? `${first[layer] + Number(module)}.${rest.join(".")}`
              : `${prefixes[layer]}${theirs}`;
            return [`${layer}.${array}`, tensors[`${of}.${place}`]] as const;
          })
          .filter(([, tensor]) => tensor)
      ),
    );
  return {
    description: {
      input: { C, H, W },
      layers,
      neuron: leaky(),
      Ts: 1,
      coding: { mode: "SUM_NORM", height: 1 },
      random: 0,
      optimizer: "ADAMW",
      weightDecay: params.weight_decay,
    },
    counts: countsOf(tensors.x),
    labels: tensors.label.data,
    T,
    lr: params.lr,
    smoothing: params.label_smoothing,
    kept,
    tensors,
    arrays,
  };
}

/**
 * Gives tensors the shapes of a network's arrays.
 *
 * @param tensors The tensors.
 * @param like The network's arrays.
 * @returns Arrays of float32.
 */
export function arraysLike(
  tensors: Readonly<Record<string, Tensor>>,
  like: Readonly<Record<string, NamedArray>>,
): Record<string, NamedArray> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { data }]) => [
      name,
      { shape: like[name].shape, data: Float32Array.from(data) },
    ]),
  );
}

/** Counts of events of which inputs are the shares of the sample's largest. */
function countsOf(x: Tensor): Tensor {
  const [N] = x.shape;
  const size = x.data.length / N;
  const counts = tensorOf(x.shape, x.data);
  for (let n = 0; n < N; n++) {
    const own = counts.data.subarray(n * size, (n + 1) * size);
    const least = own.reduce((a, b) => b > 0 ? Math.min(a, b) : a, 1);
    own.forEach((share, i) => own[i] = Math.round(share / least));
  }
  return counts;
}
