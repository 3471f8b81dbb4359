/**
 * The loss of a configuration, as the engine takes it.
 *
 * @module
 */

import type { Loss } from "../../engine/losses/loss.ts";
import { numSpikes } from "../../engine/losses/num_spikes.ts";
import { probSpikes } from "../../engine/losses/prob_spikes.ts";
import { spikeTime } from "../../engine/losses/spike_time.ts";
import type { SpikeTarget } from "./types.ts";

/** A loss, and what of it can be shown beside the spikes of a sample. */
export interface ConfiguredLoss {
  /** The loss. */
  readonly loss: Loss;
  /** The part of the sample that counts, in ms; absent if all of it does. */
  readonly region?: SpikeTarget["tgtSpikeRegion"];
  /** Spikes wanted of the right class and of any other, if of any number. */
  readonly desired?: SpikeTarget["tgtSpikeCount"];
}

/** The losses, by the names that a configuration gives them. */
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
 * @returns The loss. Without times of their own, the spikes of SpikeTime are
 * as many as are to be counted, spread evenly over the region.
 */
export function configuredLoss(
  error: SpikeTarget,
  Ts: number,
): ConfiguredLoss {
  return LOSSES[error.type](error, Ts);
}

/** Divides a region into equal parts, and takes the bin in each middle. */
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
