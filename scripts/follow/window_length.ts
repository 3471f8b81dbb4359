/**
 * Length of the windows of a live recording.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { median } from "npm:d3-array@3.2.4";
import type { LabelledSamples } from "../../dataset/samples/labelled_samples.ts";
import type { EventStore } from "../../dataset/store/store.ts";
import { lossOf, timeStepOf } from "../configuration/model.ts";
import type { Configuration } from "../configuration/schema/types.ts";
import type { Fold } from "../experiment/fold.ts";

/** Windows of a live recording. */
export interface WindowLength {
  /** Length in ms. */
  readonly ms: number;
  /** Whether it is an estimate, neither requested nor the samples' length. */
  readonly guessed: boolean;
}

/**
 * Chooses the windows for a network: the length of its samples. If the network
 * divides samples of any duration into slices, the requested length, else the
 * length of the training windows, else the median duration of the training
 * samples.
 *
 * @param configuration Configuration of the network.
 * @param options The requested length in ms, and the fold that trained the
 * network.
 * @returns The length.
 * @throws {RangeError} If the requested length is not that of the samples, or
 * the length is unknown and none is requested.
 */
export function windowLength(
  configuration: Configuration,
  { asked, fold: { train: { source, indices } } }: {
    readonly asked?: number;
    readonly fold: Pick<Fold, "train">;
  },
): WindowLength {
  if (timeStepOf(configuration) !== undefined) {
    const { tSample } = lossOf(configuration, "test");
    if (asked === undefined || asked === tSample) {
      return { ms: tSample, guessed: false };
    }
    throw new RangeError(
      `Cannot follow in windows of ${asked} ms: samples of the network are of ` +
        `${tSample} ms, in bins and not in slices`,
    );
  }
  const ms = asked ?? configuration.data?.window;
  if (ms !== undefined) return { ms, guessed: false };
  const { slices, samples } = source as Partial<EventStore & LabelledSamples>;
  const known = slices ?? samples ?? [];
  const typical = median(indices, (index) => known[index]?.durationUs);
  if (typical === undefined || !(typical > 0)) {
    throw new RangeError(
      "Cannot follow: the network cuts samples of any duration into slices, " +
        "so that windows need a length (--window)",
    );
  }
  return { ms: Math.round(typical / 1000) || 1, guessed: true };
}
