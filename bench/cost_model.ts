/**
 * A model of what a step costs that several machines share.
 *
 * step(ranks) = submit + samples · sample
 *             + tick · readBacks + own / readBack     from device to host
 *             + (ranks − 1) · latency + others / network
 *             + others / upload                       from host to device
 * where a rank computes samples = ⌈batch / ranks⌉ in one pass, own is its
 * gradient and others are those of ranks − 1 others. One rank exchanges nothing.
 *
 * Assumptions: one part of a batch a rank; equal machines that start a step
 * together, so that none waits; nothing overlaps; gradients are gathered along a
 * ring of full links, each rank receiving those of all others; a step's time
 * grows evenly with its samples; reading samples takes no time.
 *
 * @module
 */

/** Measured costs of a network on a machine. */
export interface Costs {
  /** Time of a pass that does not depend on its samples, in ms. */
  readonly submit: number;
  /** Time of a sample, in ms. */
  readonly sample: number;
  /** Time of the smallest read-back, in ms. */
  readonly tick: number;
  /** Times that a step waits for the device: one, and two for each norm. */
  readonly readBacks: number;
  /** Bytes of the gradient of all weights. */
  readonly gradient: number;
  /** Bytes read back in a ms. */
  readonly readBack: number;
  /** Bytes uploaded in a ms. */
  readonly upload: number;
  /** Time of the smallest message, in ms. */
  readonly latency: number;
  /** Bytes sent in a ms. */
  readonly network: number;
}

/**
 * Predicts the time of a step.
 *
 * @param costs Costs of the network on a machine.
 * @param batch Samples in a step.
 * @param ranks Machines that share it.
 * @returns The time in ms.
 */
export function stepTime(costs: Costs, batch: number, ranks: number): number {
  const { submit, sample, tick, readBacks, gradient } = costs;
  const computing = submit + Math.ceil(batch / ranks) * sample;
  if (ranks === 1) return computing;
  const others = (ranks - 1) * gradient;
  return computing + tick * readBacks + gradient / costs.readBack +
    (ranks - 1) * costs.latency + others / costs.network +
    others / costs.upload;
}

/** Batches beyond this are of no use. */
const MOST = 2 ** 20;

/**
 * Finds the smallest batch at which one machine more makes steps faster.
 *
 * @param costs Costs of the network on a machine.
 * @param ranks Machines, with that one.
 * @returns Samples in a step, a multiple of `ranks`; `undefined` if no batch of
 * up to a million is enough.
 */
export function leastBatch(costs: Costs, ranks: number): number | undefined {
  const pays = (each: number) =>
    stepTime(costs, each * ranks, ranks) <
      stepTime(costs, each * ranks, ranks - 1);
  for (let each = 1; each * ranks <= MOST; each++) {
    if (pays(each)) return each * ranks;
  }
  return undefined;
}
