/**
 * The SRM-alpha neuron: its parameters and its two kernels.
 *
 * @module
 */

/** The parameters of an SRM-alpha neuron; times in ms. */
export interface Neuron {
  /** Threshold. */
  readonly theta: number;
  /** Time constant of the response. */
  readonly tauSr: number;
  /** Time constant of the refractory response. */
  readonly tauRef: number;
  /** Height of the refractory response, relative to `theta`. */
  readonly scaleRef: number;
  /** Width of the surrogate gradient, relative to `theta`. */
  readonly tauRho: number;
  /** Height of the surrogate gradient. */
  readonly scaleRho: number;
}

const NEGLIGIBLE = 0.01;

/**
 * Tabulates the response ε[k] = (k·Ts/τ)·exp(1 − k·Ts/τ).
 *
 * @param neuron Gives τ = `tauSr`.
 * @param Ts Time step in ms.
 * @param T Time bins of the sample, the most taps there can be.
 * @returns The taps up to the first negligible one after the peak.
 */
export function responseKernel(
  neuron: Neuron,
  Ts: number,
  T: number,
): Float64Array {
  return alpha(1, neuron.tauSr, Ts, T);
}

/**
 * Tabulates the refractory response ν[k] =
 * −scaleRef·θ·(k·Ts/τ)·exp(1 − k·Ts/τ).
 *
 * @param neuron Gives τ = `tauRef`, `scaleRef` and θ = `theta`.
 * @param Ts Time step in ms.
 * @param T Time bins of the sample, the most taps there can be.
 * @param negligible Size of taps that are.
 * @returns The taps up to the first negligible one after the peak.
 */
export function refractoryKernel(
  neuron: Neuron,
  Ts: number,
  T: number,
  negligible = NEGLIGIBLE,
): Float64Array {
  const peak = -neuron.scaleRef * neuron.theta;
  return alpha(peak, neuron.tauRef, Ts, T, negligible);
}

function alpha(
  scale: number,
  tau: number,
  Ts: number,
  T: number,
  negligible = NEGLIGIBLE,
) {
  const taps: number[] = [];
  for (let k = 0; k < T; k++) {
    const t = k * Ts;
    const value = scale * (t / tau) * Math.exp(1 - t / tau);
    if (Math.abs(value) < negligible && t > tau) break;
    taps.push(value);
  }
  return Float64Array.from(taps);
}
