/**
 * Makes the engine's loss from the loss of a configuration.
 *
 * @module
 */

import type { Loss } from "../../engine/losses/loss.ts";
import { numSpikes } from "../../engine/losses/num_spikes.ts";
import { probSpikes } from "../../engine/losses/prob_spikes.ts";
import {
  crossEntropy,
  spikeMax,
  spikeMoid,
  spikeRate,
  squaredRate,
} from "../../engine/losses/readout.ts";
import { spikeTime } from "../../engine/losses/spike_time.ts";
import type { SpikeTarget } from "./schema/types.ts";

/** A loss, with its region and target counts for plots of output spikes. */
export interface ConfiguredLoss {
  /** The loss. */
  readonly loss: Loss;
  /** Start and end in ms of the spikes that count; absent if all count. */
  readonly region?: SpikeTarget["tgtSpikeRegion"];
  /** Target spike counts of the true class and the others; absent if unused. */
  readonly desired?: SpikeTarget["tgtSpikeCount"];
}

/** Constructor of each loss, by its name in the configuration. */
const LOSSES: Readonly<
  Record<
    SpikeTarget["type"],
    (error: SpikeTarget, Ts: number) => ConfiguredLoss
  >
> = {
  NumSpikes: ({ tgtSpikeRegion: region, tgtSpikeCount: desired }) => ({
    loss: numSpikes({ region, true: desired.true, false: desired.false }),
    region,
    desired,
  }),
  SpikeTime({ tgtSpikeRegion, tgtSpikeCount, tgtSpikeTimes }, Ts) {
    const spread = (count: number) => spreadEvenly(count, tgtSpikeRegion, Ts);
    const times = tgtSpikeTimes ?? {
      true: spread(tgtSpikeCount.true),
      false: spread(tgtSpikeCount.false),
    };
    return {
      loss: spikeTime({ times }),
      desired: { true: times.true.length, false: times.false.length },
    };
  },
  CrossEntropy: (error) => ({ loss: crossEntropy(error) }),
  SquaredRate: (error) => ({ loss: squaredRate(error) }),
  SpikeRate: ({ tgtSpikeRate, ...error }) => ({
    loss: spikeRate({ ...error, ...tgtSpikeRate }),
  }),
  SpikeMoid: ({ sigmoid, ...error }) => ({
    loss: spikeMoid({ ...error, ...sigmoid }),
  }),
  SpikeMax: (error) => ({ loss: spikeMax(error) }),
  ProbSpikes: ({ tgtSpikeRegion: region, probSlidingWin: window }) => ({
    loss: probSpikes({ region, window }),
    region,
  }),
};

/**
 * Makes the loss of a configuration.
 *
 * @param error The loss, as configured.
 * @param Ts Time step in ms.
 * @returns The loss. SpikeTime without target times spreads its target counts
 * evenly over the region.
 */
export function configuredLoss(
  error: SpikeTarget,
  Ts: number,
): ConfiguredLoss {
  return LOSSES[error.type](error, Ts);
}

/** Returns times in ms of target spikes, spread evenly over a region. */
function spreadEvenly(
  count: number,
  region: SpikeTarget["tgtSpikeRegion"],
  Ts: number,
): number[] {
  const first = Math.round(region.start / Ts);
  const bins = Math.round(region.stop / Ts) - first;
  return Array.from(
    { length: count },
    (_, n) => Ts * (first + Math.floor((n + 0.5) * bins / count)),
  );
}
