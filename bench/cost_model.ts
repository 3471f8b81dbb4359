/**
 * Cost model of a training step that several machines share.
 *
 * step(ranks) = submit + samples · sample
 *             + tick · readBacks + own / readBack     from device to host
 *             + (ranks − 1) · latency + others / network
 *             + others / upload                       from host to device
 *
 * A rank computes samples = ⌈batch / ranks⌉ in one pass; `own` is the size of
 * its gradient, `others` that of the gradients of all other ranks together. A
 * single rank exchanges nothing.
 *
 * Assumptions: each rank sums its gradient in one part; machines are equal and
 * start a step together, so that none waits; computation and transfers do not
 * overlap; gradients are gathered along a ring whose links all run at full
 * bandwidth, and each rank receives the gradients of all others; compute time
 * is linear in the number of samples; reading samples takes no time.
 *
 * @module
 */

/** Measured costs of one network on one machine. */
export interface Costs {
  /** Fixed time of a pass, independent of the number of samples, in ms. */
  readonly submit: number;
  /** Additional time per sample, in ms. */
  readonly sample: number;
  /** Latency of a read-back (device to host), in ms. */
  readonly tick: number;
  /** Read-backs that a step waits for: one, plus two per batch norm. */
  readonly readBacks: number;
  /** Size of the gradient of all weights in bytes. */
  readonly gradient: number;
  /** Read-back bandwidth in bytes/ms. */
  readonly readBack: number;
  /** Upload bandwidth (host to device) in bytes/ms. */
  readonly upload: number;
  /** Network latency in ms. */
  readonly latency: number;
  /** Network bandwidth in bytes/ms. */
  readonly network: number;
}

/**
 * Predicts the time of a step.
 *
 * @param costs Costs of the network on a machine.
 * @param batch Samples in a step.
 * @param ranks Number of machines that share it.
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

/** Largest batch that is tried. */
const MOST = 2 ** 20;

/**
 * Finds the smallest batch for which adding one machine shortens a step.
 *
 * @param costs Costs of the network on a machine.
 * @param ranks Number of machines, including the added one.
 * @returns Samples in a step, a multiple of `ranks`; `undefined` if no batch of
 *   up to 2²⁰ samples is large enough.
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
