/**
 * Spikemax loss: class probabilities from output spikes in a moving window.
 *
 * @module
 */

import {
  lossProbSpikes,
  lossProbSpikesAdjoint,
} from "../../kernels/output/loss.ts";
import { BINS_PER_WORD } from "../../kernels/spec.ts";
import { ShapeError } from "../device/errors.ts";
import { groupsFor, launch } from "../device/launch.ts";
import type { Loss, LossSample } from "./loss.ts";
import { countLoops, voteLoops } from "./num_spikes.ts";
import { type Region, regionOf } from "./region.ts";

/** Options of the probSpikes loss. */
export interface ProbSpikesOptions {
  /** Region in which outputs are compared. @default the whole sample */
  readonly region?: Region;
  /** Length in ms of the moving window in which spikes are compared. */
  readonly window: number;
}

/**
 * Spikemax loss: the output of the sample's class should have the largest share
 * of the spikes in each window. In a sample without an output spike the
 * gradient also raises the potential of that output, see loss.wgsl.
 *
 * @param options Region and window.
 * @returns The loss.
 *
 * @example
 * ```ts
 * import { probSpikes } from "./prob_spikes.ts";
 * const loss = probSpikes({ window: 20 });
 * if (loss.name !== "probSpikes") throw new Error("another name");
 * ```
 *
 * Source: Spikemax, arXiv:2205.09845; see loss.wgsl for the differences.
 */
export function probSpikes({ region, window: ms }: ProbSpikesOptions): Loss {
  return {
    name: "probSpikes",
    countsVotes: true,
    settle(sample) {
      const { T, O, Ts, voters } = sample;
      const window = windowOf(ms, sample);
      const constants = {
        T,
        O,
        Ts,
        ...regionOf(region, sample),
        window,
        voters,
      };
      const values = T * O * voters;
      const places = groupsFor(values, lossProbSpikesAdjoint.workgroup);
      return {
        wakes: true,
        forward: [launch({
          kernel: lossProbSpikes,
          constants,
          grid: ["samples", 1, 1],
          loops: windowLoops(sample, window),
        })],
        backward: [launch({
          kernel: lossProbSpikesAdjoint,
          constants,
          grid: [places, 1, "samples"],
          loops: Math.ceil(values / lossProbSpikesAdjoint.workgroup / places) *
              (window + 2) + 1,
        })],
      };
    },
  };
}

/**
 * Loop iterations of an invocation, over bins, outputs and words of a window.
 */
function windowLoops({ T, O, voters }: LossSample, window: number): number {
  const { workgroup } = lossProbSpikes;
  const words = Math.min(
    Math.ceil((window - 1) / BINS_PER_WORD) + 1,
    Math.ceil(T / BINS_PER_WORD),
  );
  const ofOutput = voteLoops(voters, words + 1) + 2 * voteLoops(voters) + 2;
  return Math.ceil(T / workgroup) * (O * ofOutput + 3) +
    2 * Math.ceil(O / workgroup) * (countLoops(T, voters) + 1) +
    2 * (workgroup + 3);
}

function windowOf(window: number, { Ts, T }: LossSample): number {
  const bins = Math.round(window / Ts);
  if (!(bins >= 1 && bins <= T)) {
    throw new ShapeError(
      `Cannot compare spikes in a window of ${window} ms: it has ${bins} ` +
        `bins, expected 1 to a sample's ${T}`,
    );
  }
  return bins;
}
