/**
 * Compares the spike counts of a loss with the highest rate that the refractory
 * response of a neuron allows.
 *
 * @module
 */

import {
  refractoryKernel,
  type SrmAlphaParameters,
} from "../../engine/neurons/srm_alpha.ts";
import { hasCounts } from "./rules/target_rules.ts";
import type { Configuration } from "./schema/types.ts";

/**
 * Synaptic input that training seldom exceeds, in units of theta. With target
 * counts that need an input of 20, 100 and 400 theta, a dense layer reaches 46,
 * 26 and 16 % training accuracy on 19 signs after 12 epochs; the reference's
 * target counts need 64 theta.
 */
const STRONG_INPUT = 100;

/**
 * Counts the spikes of a neuron with a strong, constant input.
 *
 * @param neuron The neuron.
 * @param region Time step in ms, and number of bins.
 * @returns Number of spikes in the region, starting from a neuron at rest.
 *
 * @example
 * ```ts
 * import { spikesWithin } from "./target_reach.ts";
 * const neuron = {
 *   theta: 10, tauSr: 10, tauRef: 1, scaleRef: 2, tauRho: 1, scaleRho: 1,
 * };
 * const spikes = spikesWithin(neuron, { Ts: 1, bins: 300 });
 * if (spikes !== 300) throw new Error(`unexpected ${spikes}`);
 * ```
 */
export function spikesWithin(
  neuron: Pick<SrmAlphaParameters, "theta" | "tauRef" | "scaleRef">,
  { Ts, bins }: { readonly Ts: number; readonly bins: number },
): number {
  const refractory = refractoryKernel(neuron, Ts, bins * Ts);
  const potential = new Float64Array(bins).fill(STRONG_INPUT * neuron.theta);
  let spikes = 0;
  for (let bin = 0; bin < bins; bin++) {
    if (potential[bin] < neuron.theta) continue;
    spikes++;
    const end = Math.min(refractory.length, bins - bin);
    for (let k = 0; k < end; k++) potential[bin + k] += refractory[k];
  }
  return spikes;
}

/**
 * Warns of a target spike count that the refractory response hardly allows.
 *
 * @param configuration The configuration.
 * @returns Warning with the target count, the spike count of a strongly driven
 * neuron and the keys to change; `undefined` if the neuron can fire as often,
 * or the loss has no target count.
 */
export function warnOfCount(
  { simulation: { Ts }, neuron, training: { error } }: Configuration,
): string | undefined {
  if (neuron.type !== "SRMALPHA" || !hasCounts(error)) return;
  const { tgtSpikeRegion, tgtSpikeCount } = error;
  const { start, stop } = tgtSpikeRegion;
  const bins = Math.round(stop / Ts) - Math.round(start / Ts);
  const likely = spikesWithin(neuron, { Ts, bins });
  const which = (["true", "false"] as const)
    .find((which) => tgtSpikeCount[which] > likely);
  if (which === undefined) return;
  return `training.error.tgtSpikeCount.${which} is ${tgtSpikeCount[which]}, ` +
    `but with its refractory response a neuron spikes ${likely} times in the ` +
    `region, even at an input of ${STRONG_INPUT} times neuron.theta: lower ` +
    "it, neuron.scaleRef or neuron.tauRef";
}
