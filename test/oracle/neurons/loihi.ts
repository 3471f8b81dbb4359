/**
 * The neuron of the Loihi processor, in integers, and the gradient of its
 * drive.
 *
 * @module
 */

import { type Tensor, zeros } from "../tensor.ts";

/** Its parameters, by slayerPytorch's names. */
export interface LoihiNeuron {
  readonly vThMant: number;
  readonly vDecay: number;
  readonly iDecay: number;
  readonly refDelay: number;
  readonly wgtExp: number;
  readonly tauRho: number;
  readonly scaleRho: number;
}

/** Spikes, voltages before the reset, and currents, [N, C, H, W, T]. */
export interface LoihiActivity {
  readonly spikes: Tensor;
  readonly voltage: Tensor;
  readonly current: Tensor;
}

/** Keeps a share of a value, rounded toward 0, in integers of any size. */
function decayed(value: bigint, decay: number): bigint {
  return value * BigInt(4096 - decay) / 4096n;
}

/**
 * Integrates drives, which are ignored in the first bin.
 *
 * @param drive Whole numbers, [N, C, H, W, T].
 * @param neuron The neuron.
 * @returns Spikes of height 1, voltages and currents.
 */
export function loihi(drive: Tensor, neuron: LoihiNeuron): LoihiActivity {
  const { vThMant, vDecay, iDecay, refDelay, wgtExp } = neuron;
  const theta = BigInt(64 * vThMant);
  const T = drive.shape[4];
  const [spikes, voltage, current] = [1, 2, 3].map(() => zeros(drive.shape));
  let [u, v, waits] = [0n, 0n, 0];
  drive.data.forEach((x, i) => {
    if (i % T === 0) [u, v, waits] = [0n, 0n, 0];
    const weighted = i % T === 0 ? 0n : BigInt(x) << BigInt(6 + wgtExp);
    u = decayed(u, iDecay) + weighted;
    v = decayed(v, vDecay) + u;
    waits = Math.max(waits - 1, 0);
    const fires = v > theta && waits === 0;
    current.data[i] = Number(u);
    voltage.data[i] = Number(v);
    if (!fires) return;
    spikes.data[i] = 1;
    v = 0n;
    waits = refDelay;
  });
  return { spikes, voltage, current };
}

/**
 * The response to one spike of weight 1.
 *
 * @param neuron The neuron.
 * @param T Most taps.
 * @returns ε, k = 0 first.
 */
export function loihiResponse(neuron: LoihiNeuron, T = 65536): Float64Array {
  const { vDecay, iDecay, wgtExp } = neuron;
  let u = 1n << BigInt(6 + wgtExp + 1);
  let v = u;
  const taps: number[] = [];
  while (v > 0n && taps.length < T) {
    taps.push(Number(v) / 2);
    u = decayed(u, iDecay);
    v = decayed(v, vDecay) + u;
  }
  return Float64Array.from(taps);
}

/**
 * Computes the gradient of the drive.
 *
 * @param ds Gradient of the spikes, [N, C, H, W, T].
 * @param voltage The voltages that the surrogate is taken at.
 * @param neuron The neuron.
 * @returns The gradient, [N, C, H, W, T].
 */
export function loihiAdjoint(
  ds: Tensor,
  voltage: Tensor,
  neuron: LoihiNeuron,
): Tensor {
  const theta = 64 * neuron.vThMant;
  const epsilon = loihiResponse(neuron);
  const peak = Math.max(...epsilon);
  const width = neuron.tauRho * theta;
  const dx = zeros(ds.shape);
  const T = ds.shape[4];
  for (let i = 0; i < ds.data.length; i++) {
    const end = i - i % T + T;
    for (let k = 0; k < epsilon.length && i + k < end; k++) {
      const far = Math.abs(voltage.data[i + k] - theta) / width;
      const rho = neuron.scaleRho / peak / width * Math.exp(-far);
      dx.data[i] += epsilon[k] * rho * ds.data[i + k];
    }
  }
  return dx;
}
