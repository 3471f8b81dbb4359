/**
 * Runs networks of netx in Loihi's integers; see loihi.ts for the equations.
 *
 * An independent implementation, against which this project's networks are
 * checked. A bias is added to the voltage or, of resonators, to the real part,
 * times 64; layers spike in the bin of their input.
 *
 * Source: lava-dl 0.6, lava.lib.dl.slayer.neuron.cuba, alif, rf, rf_iz, adrf and
 * adrf_iz, and lava.lib.dl.netx.hdf5.
 *
 * @module
 */

import { convolver, spreader, weightedSums } from "../network/run_windows.ts";
import type { Interpreter } from "../network/counterpart.ts";
import { UNIT } from "./loihi.ts";
import { netChainOf, type NetLayer } from "./net_chain.ts";
import type { NetNetwork } from "./net_file.ts";
import type { NetNeurons } from "./net_layer.ts";

/** Voltage of a readout that a weight of 1 drives to 1. */
const READOUT_UNIT = 64 * UNIT;

/**
 * Makes an interpreter of a network.
 *
 * @param network The network.
 * @returns Interpreter, with nodes named as the layers. A readout returns its
 * voltage over 4096.
 * @throws {NetworkError} If a layer cannot be read.
 */
export function netInterpreter(network: NetNetwork): Interpreter {
  const { layers, votes } = netChainOf(network);
  return (input, given) => {
    const results = new Map<string, Float64Array[]>();
    let below = [...input];
    for (const own of layers) {
      const { name } = own.layer;
      const drive = driveStep(own);
      const step = neuronStep(own);
      const others = given.get(name);
      const spikes: Float64Array[] = [];
      for (const [t, bin] of below.entries()) {
        const drives = drive(bin);
        const before = (others ?? spikes)[t - 1];
        spikes.push(step(before ? withLoop(own, drives, before) : drives));
      }
      results.set(name, spikes);
      below = delayed(own, [...others ?? spikes]);
    }
    if (votes) {
      const { name, outputs } = votes;
      results.set(name, below.map((bin) => meansOf(bin, outputs)));
    }
    return results;
  };
}

/** Averages equal groups of neurons. */
function meansOf(bin: Float64Array, groups: number): Float64Array {
  const size = bin.length / groups;
  return Float64Array.from(
    { length: groups },
    (_, group) =>
      bin.subarray(group * size, (group + 1) * size)
        .reduce((sum, spike) => sum + spike, 0) / size,
  );
}

/** Prepares the weights of a layer: from spikes of a bin to sums. */
function driveStep(
  { synapse, input: { C, H, W } }: NetLayer,
): (data: Float64Array) => Float64Array {
  if (synapse.kind === "dense") return (data) => weightedSums(synapse, data);
  const windows = synapse.kind === "conv"
    ? convolver(synapse)
    : spreader(synapse);
  return (data) => windows({ shape: [C, H, W], data }).data;
}

/** Adds recurrent input: the layer's own spikes of the previous bin. */
function withLoop(
  { synapse: { recurrent: values } }: NetLayer,
  drives: Float64Array,
  before: Float64Array,
): Float64Array {
  if (!values) return drives;
  const { length } = drives;
  const own = weightedSums({ shape: [length, length], values }, before);
  return drives.map((drive, at) => drive + own[at]);
}

/** Shifts spikes by whole bins. */
function delayed(
  { synapse: { delay }, output: { C, H, W } }: NetLayer,
  bins: Float64Array[],
): Float64Array[] {
  if (!delay) return bins;
  const size = C * H * W;
  const each = size / delay.length;
  return bins.map((bin, t) =>
    bin.map((_, at) => bins[t - delay[Math.floor(at / each)]]?.[at] ?? 0)
  );
}

/** Prepares the neurons of a layer: from sums of a bin to spikes. */
function neuronStep(own: NetLayer): (sums: Float64Array) => Float64Array {
  const { neurons, output: { C, H, W } } = own;
  if (neurons.resonance) return resonatorStep(own, neurons.resonance);
  const size = C * H * W;
  const zeros = () => new Float64Array(size);
  const [u, v, rest] = Array.from({ length: 3 }, zeros);
  const { type, vThMant, refDelay, isReadout } = neurons;
  const { iDecay, vDecay, weightExponent } = neurons;
  const scale = 64 * 2 ** weightExponent;
  const offset = offsetOf(own);
  const fires = adaptiveThreshold(neurons, size);
  return (sums) =>
    sums.map((sum, at) => {
      u[at] = kept(u[at], iDecay) + scale * sum;
      v[at] = kept(v[at], vDecay) + u[at] + offset(at);
      if (isReadout) return v[at] / READOUT_UNIT;
      if (type === "ALIF") return Number(fires(at, v[at]));
      rest[at] = Math.max(0, rest[at] - 1);
      if (v[at] <= 64 * vThMant || rest[at] > 0) return 0;
      v[at] = 0;
      rest[at] = refDelay;
      return 1;
    });
}

/** Prepares resonators: from sums of a bin to spikes. */
function resonatorStep(
  own: NetLayer,
  { sinDecay, cosDecay, fires: condition }: NonNullable<
    NetNeurons["resonance"]
  >,
): (sums: Float64Array) => Float64Array {
  const { neurons, output: { C, H, W } } = own;
  const { type, vThMant, weightExponent } = neurons;
  const size = C * H * W;
  const [real, imaginary] = [new Float64Array(size), new Float64Array(size)];
  const scale = 64 * 2 ** weightExponent;
  const offset = offsetOf(own);
  const fires = adaptiveThreshold(neurons, size);
  const threshold = 64 * vThMant;
  return (sums) =>
    sums.map((sum, at) => {
      const [x, y] = [real[at], imaginary[at]];
      real[at] = share(x, cosDecay) - share(y, sinDecay) + scale * sum +
        offset(at);
      imaginary[at] = share(x, sinDecay) + share(y, cosDecay);
      const byPhase = condition === "phase";
      const isPhase = !byPhase || (y < 0 && imaginary[at] >= 0);
      const value = isPhase ? (byPhase ? real : imaginary)[at] : -Infinity;
      if (type === "ADRF") return Number(fires(at, value));
      if (value < threshold) return 0;
      if (!byPhase) [real[at], imaginary[at]] = [0, threshold - 1];
      return 1;
    });
}

/** Biases of neurons by their place, in their integers. */
function offsetOf(
  { synapse: { bias }, output: { C, H, W } }: NetLayer,
): (at: number) => number {
  return (at) =>
    bias ? 64 * bias[Math.floor(at * bias.length / (C * H * W))] : 0;
}

/** Prepares thresholds that adapt: tells in each bin whether a value spikes. */
function adaptiveThreshold(
  { vThMant, adaptation: { vThStep, thDecay, refDecay } }: NetNeurons,
  size: number,
): (at: number, value: number) => boolean {
  const [rise, refractory] = [new Float64Array(size), new Float64Array(size)];
  return (at, value) => {
    rise[at] = kept(rise[at], thDecay);
    refractory[at] = kept(refractory[at], refDecay);
    const threshold = 64 * vThMant + rise[at];
    if (value - refractory[at] < threshold) return false;
    refractory[at] += 2 * threshold;
    rise[at] += 64 * vThStep;
    return true;
  };
}

/** Decays a value by one bin, rounding toward 0. */
function kept(value: number, decay: number): number {
  return share(value, 4096 - decay);
}

/** Multiplies a value by parts of 4096, rounding toward 0. */
function share(value: number, factor: number): number {
  return Math.trunc(value * factor / 4096);
}
