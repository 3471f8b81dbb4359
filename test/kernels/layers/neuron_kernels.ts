/**
 * The kernels of a layer of neurons, run on tensors of the oracle.
 *
 * @module
 */

import { deepStrictEqual } from "node:assert/strict";
import {
  neuronConstants,
  type SrmAlphaParameters,
} from "../../../engine/neurons/srm_alpha.ts";
import { leadOf } from "../../../engine/network/layout.ts";
import { neuronForward } from "../../../kernels/neurons/neuron.ts";
import { neuronAdjoint } from "../../../kernels/neurons/neuron_adjoint.ts";
import { SRM_ADJOINT, SRM_FORWARD } from "../../../kernels/neurons/srm.ts";
import { same } from "../../fixtures/comparison.ts";
import { fromKernel, pack, quads, toKernel, unpack } from "../kernel_orders.ts";
import { batchOf, run } from "../kernel_runner.ts";
import {
  refractoryKernel,
  responseKernel,
} from "../../oracle/neurons/neuron.ts";
import { type Tensor, zeros } from "../../oracle/tensor.ts";

/** A neuron as the kernels know it. */
export type Constants =
  & Omit<ReturnType<typeof neuronConstants>, Optional>
  & { readonly reach?: number; readonly refFactor?: number };

/** Constants that only the adjoint has. */
type Optional = "scale" | "slope" | "reach" | "refFactor";

/** How neurons lie, and how the kernels are run. */
export interface Options {
  /** Most workgroups along x. @default enough */
  readonly groups?: number;
  /** Bins that are on their way at once. @default 4 */
  readonly ahead?: number;
  /** Neurons of a run of quads. @default all */
  readonly runSize?: number;
  /** Largest count of each sample, by which it is divided. @default none */
  readonly largest?: ArrayLike<number>;
}

/** Spikes and potentials of a layer of neurons. */
export interface Fired {
  /** 1 where a neuron fired, else 0, [N, C, H, W, T]. */
  readonly spikes: Tensor;
  /** The potential, [N, C, H, W, T]. */
  readonly u: Tensor;
  /** The spikes, packed. */
  readonly words: Uint32Array;
}

/** The largest number of float32, which no potential reaches. */
export const NEVER = 3.4e38;

/**
 * A neuron whose potential is its drive one bin before, which never fires. Its
 * second tap is so much smaller than its first that rounding loses it.
 */
export const RELAY: Constants = {
  K: 2,
  R: 1,
  theta: NEVER,
  decay: 2 ** -30,
  gain: 2 ** 30,
  lastA: 2 ** -60,
  lastB: 2 ** -59,
  refDecay: 0,
  refGain: 0,
  refLastA: 0,
  refLastB: 0,
};

/** Records in which spikes are counted, and where this layer's are. */
const TALLY = { slots: 3, stride: 5, slot: 1, layer: 3 };

/**
 * A neuron, for the oracle and for the kernels.
 *
 * @param neuron Its parameters.
 * @param Ts Time step in ms.
 * @param T Bins of a sample, at which taps end.
 * @returns Ts·ε and ν, and the constants of its recurrence.
 */
export function recurrent(neuron: SrmAlphaParameters, Ts: number, T: number) {
  const epsilon = responseKernel(neuron, Ts, T).map((tap) => Ts * tap);
  const nu = refractoryKernel(neuron, Ts, T);
  const taps = { K: epsilon.length, R: nu.length };
  return { epsilon, nu, constants: neuronConstants(neuron, Ts, taps) };
}

/**
 * Adds bins of 0, or takes bins away.
 *
 * @param x [N, C, H, W, T].
 * @param before Bins that are added at the beginning; below 0, taken away.
 * @param after The same at the end.
 * @returns The tensor, [N, C, H, W, before + T + after].
 */
export function extended(x: Tensor, before: number, after: number): Tensor {
  const T = x.shape[4];
  const longer = zeros(x.shape.with(4, before + T + after));
  longer.data.forEach((_, i) => {
    const [row, bin] = [Math.floor(i / longer.shape[4]), i % longer.shape[4]];
    const t = bin - before;
    if (t >= 0 && t < T) longer.data[i] = x.data[row * T + t];
  });
  return longer;
}

/**
 * Runs the forward kernel.
 *
 * @param x The drive, [N, C, H, W, T].
 * @param constants The neuron.
 * @param options How to run it, the height of a spike, and whether to keep
 * the potentials.
 * @returns Spikes and potentials, which are the drive where they are not kept.
 * @throws {AssertionError} If the kernel does not count its spikes, or leaves
 * some in bins from T on.
 */
export async function fire(
  x: Tensor,
  constants: Constants,
  options: Options & {
    readonly height?: number;
    readonly keep?: boolean;
  } = {},
): Promise<Fired> {
  const { groups = Infinity, ahead = 4, runSize, largest } = options;
  const { height = 1, keep = true } = options;
  const { shape } = x;
  const [N, C, H, W, T] = shape;
  const F = C * H * W;
  const { slots, stride, slot, layer } = TALLY;
  const before = Uint32Array.from({ length: slots * stride }, (_, i) => i);
  const lead = leadOf(constants.K);
  const drive = toKernel(x, { run: runSize });
  const often = Uint32Array.from({ length: F }, (_, f) => 3 * f);
  const { u, spikes, tally, fired } = await run(
    neuronForward(SRM_FORWARD),
    {
      batch: batchOf([0, N, slot]),
      largest: Uint32Array.from(largest ?? Array(N).fill(~0)),
      u: join(stale([N, C, H, W, lead], runSize), drive, N),
      spikes: new Uint32Array(N * Math.ceil(T / 32) * F).fill(~0),
      tally: before,
      fired: often,
    },
    {
      ...constants,
      ...{ T, F, lead, runSize: runSize ?? F, height, stride, layer, ahead },
      keep: Number(keep),
      normalised: Number(largest !== undefined),
    },
    [Math.min(Math.ceil(quads(F, runSize) / 64), groups), 1, N],
  );
  const train = unpack(spikes, shape);
  same(spikes, pack(train));
  const counted = train.data.reduce((sum, spike) => sum + spike, 0);
  const at = slot * stride + layer;
  deepStrictEqual(tally, before.with(at, before[at] + counted));
  deepStrictEqual(fired, addTrains(often, train));
  return {
    spikes: train,
    u: fromKernel(
      rowsOf(u, N, { first: keep ? 0 : lead, count: T, all: T + lead }),
      shape,
      { run: runSize },
    ),
    words: spikes,
  };
}

/** Counts, and how often each neuron fired over all samples, [H, W, C]. */
function addTrains(
  counts: Uint32Array,
  { shape: [, C, H, W, T], data }: Tensor,
): Uint32Array {
  const sums = counts.slice();
  data.forEach((spike, i) => {
    const place = Math.floor(i / T) % (C * H * W);
    sums[place % (H * W) * C + Math.floor(place / H / W)] += spike;
  });
  return sums;
}

/** Width and height of a surrogate gradient. */
export interface Surrogate {
  /** Threshold. */
  readonly theta: number;
  /** Its height, scaleRho / (tauRho·θ). */
  readonly scale: number;
  /** Its slope, 1 / (tauRho·θ). */
  readonly slope: number;
}

/** A surrogate gradient of 1 everywhere. */
const FLAT: Surrogate = { theta: 0, scale: 1, slope: 0 };

/**
 * Runs the adjoint kernel.
 *
 * @param ds Gradient of the spikes, [N, C, H, W, T], or of the drive of the
 * pool above, [N, C, ⌈H/k⌉, ⌈W/k⌉, T].
 * @param constants The neuron; its threshold and ν do not count.
 * @param options How to run it, the potential at which the surrogate is taken
 * (by default `ds`), the surrogate (by default 1), and the pool above.
 * @returns Gradient of the drive, [N, C, H, W, T].
 */
export async function fireBack(
  ds: Tensor,
  constants: Constants,
  options: Options & {
    readonly u?: Tensor;
    readonly surrogate?: Surrogate;
    readonly pool?: { readonly window: number; readonly poolGain: number };
  } = {},
): Promise<Tensor> {
  const { groups = Infinity, ahead = 4, runSize, largest } = options;
  const { u = ds, surrogate = FLAT, pool } = options;
  const { shape } = u;
  const [N, C, H, W, T] = shape;
  const F = C * H * W;
  const lead = leadOf(Math.max(constants.K, constants.reach ?? 0));
  const potentials = toKernel(u, { run: runSize });
  // The kernel must not read the padding of a quad.
  const gradients = toKernel(ds, {
    run: pool ? undefined : runSize,
    over: NaN,
  });
  const result = await run(
    neuronAdjoint(SRM_ADJOINT),
    {
      largest: Uint32Array.from(largest ?? Array(N).fill(~0)),
      ds: pool ? join(gradients, stale(ds.shape.with(4, lead)), N) : gradients,
      u: join(potentials, stale([N, C, H, W, lead], runSize), N),
    },
    {
      ...constants,
      T,
      F,
      lead,
      runSize: runSize ?? F,
      ahead,
      ...surrogate,
      aboveRows: pool ? T + lead : T,
      ...(pool && { pooled: 1, ...pool, W, C }),
      normalised: Number(largest !== undefined),
    },
    [Math.min(Math.ceil(quads(F, runSize) / 64), groups), 1, N],
  );
  const dx = rowsOf(result.u, N, { first: lead, count: T, all: T + lead });
  return fromKernel(dx, shape, { run: runSize });
}

/**
 * Rows of neurons that nothing may be read from.
 *
 * @param shape [N, C, H, W, T].
 * @param run Neurons of a run of quads.
 * @returns NaNs, in the kernels' order.
 */
export function stale(shape: readonly number[], run?: number): Float32Array {
  const size = shape.reduce((product, axis) => product * axis);
  return toKernel({ shape, data: new Float64Array(size).fill(NaN) }, { run });
}

/** Of N samples each, one's rows after the other's. */
function join(first: Float32Array, second: Float32Array, N: number) {
  const joined = new Float32Array(first.length + second.length);
  const size = joined.length / N;
  for (let n = 0; n < N; n++) {
    const [before, after] = [first, second].map((rows) =>
      rows.subarray(n * rows.length / N, (n + 1) * rows.length / N)
    );
    joined.set(before, n * size);
    joined.set(after, n * size + before.length);
  }
  return joined;
}

/**
 * Takes some rows of each sample.
 *
 * @param values The rows of all samples.
 * @param N Number of samples.
 * @param rows Which is the first, how many they are, and how many there are.
 * @returns These rows, sample by sample.
 */
export function rowsOf(
  values: Float32Array,
  N: number,
  { first, count, all }: Readonly<Record<"first" | "count" | "all", number>>,
) {
  const row = values.length / N / all;
  const chosen = new Float32Array(N * count * row);
  for (let n = 0; n < N; n++) {
    const from = (n * all + first) * row;
    chosen.set(values.subarray(from, from + count * row), n * count * row);
  }
  return chosen;
}
