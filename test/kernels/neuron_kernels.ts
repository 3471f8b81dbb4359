/**
 * The kernels of a layer of neurons, run on tensors of the oracle.
 *
 * @module
 */

import { neuronAdjoint, neuronForward } from "../../kernels/neuron.ts";
import { fromKernel, tapTable, toKernel, unpack } from "./kernel_orders.ts";
import { room, run } from "./kernel_runner.ts";
import type { Tensor } from "../oracle/tensor.ts";

/** A neuron as the kernels see it. */
export interface Taps {
  /** Ts·ε. @default one tap, 1: no response */
  readonly epsilon?: Float64Array;
  /** ν. @default one tap, 0: no refractory response */
  readonly nu?: Float64Array;
  /** Threshold. @default none: no neuron fires */
  readonly theta?: number;
}

/** What a layer of neurons did. */
export interface Fired {
  /** 1 where a neuron fired, else 0, [N, C, H, W, T]. */
  readonly spikes: Tensor;
  /** The potential, [N, C, H, W, T]. */
  readonly u: Tensor;
  /** The spikes, packed. */
  readonly words: Uint32Array;
}

/** The largest number of float32, which no potential reaches. */
const NEVER = 3.4e38;

/** One tap that changes nothing. */
const ONE = Float64Array.of(1);

/**
 * Runs the forward kernel.
 *
 * @param x The drive, [N, C, H, W, T].
 * @param taps The neuron.
 * @param groups Most workgroups along x.
 * @returns Spikes and potentials.
 */
export async function fire(
  x: Tensor,
  { epsilon = ONE, nu = Float64Array.of(0), theta = NEVER }: Taps,
  groups = Infinity,
): Promise<Fired> {
  const { shape } = x;
  const [N, C, H, W, T] = shape;
  const F = C * H * W;
  const { u, spikes } = await run(
    neuronForward,
    {
      epsilon: tapTable(epsilon),
      nu: Float32Array.from(nu),
      x: toKernel(x),
      u: room(x.data.length),
      spikes: new Uint32Array(N * Math.ceil(T / 32) * F).fill(~0),
    },
    { T, F, K: epsilon.length, R: nu.length, theta },
    [Math.min(Math.ceil(F / 64), groups), 1, N],
  );
  return {
    spikes: unpack(spikes, shape),
    u: fromKernel(u, shape),
    words: spikes,
  };
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
 * @param ds Gradient of the spikes, [N, C, H, W, T].
 * @param options Ts·ε (by default no response), the potential at which the
 * surrogate is taken, and the surrogate (by default 1).
 * @param groups Most workgroups along x.
 * @returns Gradient of the drive, [N, C, H, W, T].
 */
export async function fireBack(
  ds: Tensor,
  { epsilon = ONE, u = ds, surrogate = FLAT }: {
    readonly epsilon?: Float64Array;
    readonly u?: Tensor;
    readonly surrogate?: Surrogate;
  },
  groups = Infinity,
): Promise<Tensor> {
  const [N, C, H, W, T] = ds.shape;
  const F = C * H * W;
  const { dx } = await run(
    neuronAdjoint,
    {
      epsilon: tapTable(epsilon),
      potential: toKernel(u),
      ds: toKernel(ds),
      dx: room(ds.data.length),
    },
    { T, F, K: epsilon.length, ...surrogate },
    [Math.min(Math.ceil(F / 64), groups), Math.ceil(T / 8), N],
  );
  return fromKernel(dx, ds.shape);
}
