/**
 * Spike count loss.
 *
 * @module
 */

import { lossNumSpikes } from "../../kernels/output/loss.ts";
import { BINS_PER_WORD } from "../../kernels/spec.ts";
import { groupsFor, launch } from "../device/launch.ts";
import { isFrom0 } from "../network/float_range.ts";
import type { Loss, LossSample } from "./loss.ts";
import { type Region, regionOf } from "./region.ts";
import { responseOf, type ResponseOptions } from "./response.ts";

/** Options of the numSpikes loss. */
export interface NumSpikesOptions extends ResponseOptions {
  /** Region in which spikes are counted. @default the whole sample */
  readonly region?: Region;
  /** Target number of spikes of the sample's class. */
  readonly true: number;
  /** Target number of spikes of each other class. */
  readonly false: number;
}

/**
 * Spike count loss: each output has a target number of spikes in a region.
 *
 * Filters spikes outside the region by the response ε (PSP kernel) of an
 * SRM-alpha neuron, and the gradient by its adjoint. The time constant is that
 * of the output neuron, or `tauSr`.
 *
 * @param options Region and target numbers of spikes.
 * @returns The loss.
 *
 * @example
 * ```ts
 * import { numSpikes } from "./num_spikes.ts";
 * const loss = numSpikes({ true: 60, false: 10 });
 * if (loss.name !== "numSpikes") throw new Error("another name");
 * ```
 *
 * Source: SLAYER, arXiv:1810.08646, section 3.4.
 */
export function numSpikes(options: NumSpikesOptions): Loss {
  const { region, true: trueCount, false: falseCount } = options;
  return {
    name: "numSpikes",
    countsVotes: true,
    settle(sample) {
      for (const count of [trueCount, falseCount]) {
        if (!isFrom0(count)) {
          throw new RangeError(
            `Cannot aim at ${count} spikes: it is not a number from 0`,
          );
        }
      }
      const { T, O, Ts, voters } = sample;
      const { K, taps, adjoint } = responseOf("numSpikes", options, sample);
      const constants = {
        T,
        O,
        K,
        Ts,
        ...regionOf(region, sample),
        trueCount,
        falseCount,
        voters,
      };
      return {
        uniforms: { taps },
        forward: [launch({
          kernel: lossNumSpikes,
          constants,
          grid: [groupsFor(O, 1), "samples", 1],
          loops: tapLoops(sample, K),
        })],
        backward: [adjoint],
      };
    },
  };
}

/**
 * Returns the largest number of loop iterations of a loss kernel that visits
 * the taps of each bin.
 *
 * @param sample Bins of a sample, and neurons that vote for an output.
 * @param K Taps of the response.
 * @returns The number of iterations.
 */
export function tapLoops(
  { T, voters }: Pick<LossSample, "T" | "voters">,
  K: number,
): number {
  const { workgroup } = lossNumSpikes;
  const ofBin = K * (1 + voteLoops(voters)) + voteLoops(voters) + 2;
  return 2 * countLoops(T, voters) + Math.ceil(T / workgroup) * ofBin +
    workgroup + 2;
}

/**
 * Returns the loop iterations over the neurons that vote for an output; the
 * loop over a single one is unrolled.
 *
 * @param voters The number of neurons.
 * @param each Iterations of an inner loop. @default 0
 * @returns The number of iterations.
 */
export function voteLoops(voters: number, each = 0): number {
  return voters === 1 ? each : voters * (each + 1) + 1;
}

/**
 * Returns the loop iterations that count the spikes of an output.
 *
 * @param bins Bins in which spikes are counted.
 * @param voters Neurons that vote for the output.
 * @returns The number of iterations.
 */
export function countLoops(bins: number, voters: number): number {
  return voteLoops(voters, Math.ceil(bins / BINS_PER_WORD) + 1);
}
