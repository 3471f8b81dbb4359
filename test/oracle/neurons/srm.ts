/**
 * The spike response model: response, spikes and surrogate gradient.
 *
 * A spike has height 1/Ts. Every function works along T, the last axis.
 *
 * @module
 */

import type { Neuron } from "./neuron.ts";
import { type Tensor, zeros } from "../tensor.ts";

/**
 * Filters with the response: y[t] = Ts·Σ_k ε[k]·x[t−k].
 *
 * @param x [N, C, H, W, T].
 * @param kernel ε, see `responseKernel`.
 * @param Ts Time step in ms.
 * @returns y [N, C, H, W, T].
 */
export function psp(x: Tensor, kernel: Float64Array, Ts: number): Tensor {
  const y = zeros(x.shape);
  const T = x.shape.at(-1)!;
  for (let row = 0; row < x.data.length; row += T) {
    for (let t = 0; t < T; t++) {
      let sum = 0;
      for (let k = 0; k < kernel.length && k <= t; k++) {
        sum += kernel[k] * x.data[row + t - k];
      }
      y.data[row + t] = Ts * sum;
    }
  }
  return y;
}

/**
 * Filters back: dx[t] = Ts·Σ_k ε[k]·dy[t+k], the adjoint of
 * {@linkcode psp}.
 *
 * @param dy [N, C, H, W, T].
 * @param kernel ε, see `responseKernel`.
 * @param Ts Time step in ms.
 * @returns dx [N, C, H, W, T].
 */
export function pspAdjoint(
  dy: Tensor,
  kernel: Float64Array,
  Ts: number,
): Tensor {
  const dx = zeros(dy.shape);
  const T = dy.shape.at(-1)!;
  for (let row = 0; row < dy.data.length; row += T) {
    for (let t = 0; t < T; t++) {
      let sum = 0;
      for (let k = 0; k < kernel.length && t + k < T; k++) {
        sum += kernel[k] * dy.data[row + t + k];
      }
      dx.data[row + t] = Ts * sum;
    }
  }
  return dx;
}

/** Spikes and potentials of a layer of neurons. */
export interface Activity {
  /** Height 1/Ts or 0, [N, C, H, W, T]. */
  readonly spikes: Tensor;
  /** The potential, refractory response included, [N, C, H, W, T]. */
  readonly u: Tensor;
}

/**
 * Lets neurons fire where u ≥ θ; each spike adds ν to its neuron's later u.
 *
 * @param u The potential before any refractory response, [N, C, H, W, T].
 * @param refractory ν, see `refractoryKernel`.
 * @param theta Threshold.
 * @param Ts Time step in ms.
 * @returns The spikes and the potential after all refractory responses; the
 * given potential is left as it is.
 */
export function spike(
  u: Tensor,
  refractory: Float64Array,
  theta: number,
  Ts: number,
): Activity {
  return fire(u, refractory, Ts, (potential) => potential >= theta);
}

/**
 * Adds the refractory responses of given spikes to a potential.
 *
 * Where {@linkcode spike} might decide otherwise by a rounding, this keeps
 * everything after it comparable.
 *
 * @param u The potential before any refractory response, [N, C, H, W, T].
 * @param spikes Not 0 where a neuron fires, [N, C, H, W, T].
 * @param refractory ν, see `refractoryKernel`.
 * @returns The potential after all refractory responses, [N, C, H, W, T].
 */
export function withRefractory(
  u: Tensor,
  spikes: Tensor,
  refractory: Float64Array,
): Tensor {
  return fire(u, refractory, 1, (_, i) => spikes.data[i] !== 0).u;
}

function fire(
  given: Tensor,
  refractory: Float64Array,
  Ts: number,
  fires: (potential: number, index: number) => boolean,
): Activity {
  const spikes = zeros(given.shape);
  const u = { shape: given.shape, data: given.data.slice() };
  const T = u.shape.at(-1)!;
  for (let row = 0; row < u.data.length; row += T) {
    for (let t = 0; t < T; t++) {
      if (!fires(u.data[row + t], row + t)) continue;
      spikes.data[row + t] = 1 / Ts;
      for (let k = 0; k < refractory.length && t + k < T; k++) {
        u.data[row + t + k] += refractory[k];
      }
    }
  }
  return { spikes, u };
}

/**
 * Stands in for the derivative of a spike by u:
 * ρ(u) = scaleRho/(tauRho·θ)·exp(−|u − θ|/(tauRho·θ)).
 *
 * @param u The potential, refractory response included, [N, C, H, W, T].
 * @param neuron Gives `scaleRho`, `tauRho` and θ = `theta`.
 * @returns ρ [N, C, H, W, T].
 */
export function surrogate(u: Tensor, neuron: Neuron): Tensor {
  const { theta, tauRho, scaleRho } = neuron;
  const width = tauRho * theta;
  return {
    shape: u.shape,
    data: u.data.map((value) =>
      scaleRho / width * Math.exp(-Math.abs(value - theta) / width)
    ),
  };
}

/**
 * Lets neurons fire smoothly: each bin has the integral of the surrogate over u,
 * in place of a spike, and adds as much of ν to later potentials.
 *
 * @param u The potential before any refractory response, [N, C, H, W, T].
 * @param refractory ν, see `refractoryKernel`.
 * @param neuron Gives θ and the surrogate.
 * @param Ts Time step in ms.
 * @returns Heights of the smooth spikes, and the potential after all refractory
 * responses.
 */
export function smoothSpike(
  u: Tensor,
  refractory: Float64Array,
  { theta, tauRho, scaleRho }: Neuron,
  Ts: number,
): Activity {
  const width = tauRho * theta;
  const spikes = zeros(u.shape);
  const potential = { shape: u.shape, data: u.data.slice() };
  const T = u.shape.at(-1)!;
  for (let i = 0; i < u.data.length; i++) {
    const distance = potential.data[i] - theta;
    const tail = Math.exp(-Math.abs(distance) / width);
    spikes.data[i] = scaleRho * (distance < 0 ? tail : 2 - tail);
    for (let k = 0; k < refractory.length && i % T + k < T; k++) {
      potential.data[i + k] += refractory[k] * Ts * spikes.data[i];
    }
  }
  return { spikes, u: potential };
}

/**
 * Goes from gradients of spikes to those of potentials, through the refractory
 * response: du[t] = ρ(u[t])·(ds[t] + Ts·Σ_k ν[k]·du[t+k]).
 *
 * @param ds [N, C, H, W, T].
 * @param rho ρ, see {@linkcode surrogate}.
 * @param refractory ν, see `refractoryKernel`.
 * @param Ts Time step in ms.
 * @returns du [N, C, H, W, T].
 */
export function refractoryAdjoint(
  ds: Tensor,
  rho: Tensor,
  refractory: Float64Array,
  Ts: number,
): Tensor {
  const du = zeros(ds.shape);
  const T = ds.shape.at(-1)!;
  for (let i = ds.data.length - 1; i >= 0; i--) {
    let sum = 0;
    for (let k = 1; k < refractory.length && i % T + k < T; k++) {
      sum += refractory[k] * du.data[i + k];
    }
    du.data[i] = rho.data[i] * (ds.data[i] + Ts * sum);
  }
  return du;
}
