/**
 * Length of the windows that a live recording is cut into.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { median } from "npm:d3-array@3.2.4";
import type { LabelledSamples } from "../../dataset/samples/labelled_samples.ts";
import type { SampleSet } from "../../dataset/samples/sample_set.ts";
import type { EventStore } from "../../dataset/store/store.ts";
import { lossOf, timeStepOf } from "../configuration/model.ts";
import type { Configuration } from "../configuration/schema/types.ts";

/** Windows of a live recording. */
export interface WindowLength {
  /** Length in ms. */
  readonly ms: number;
  /** Whether it was neither asked for nor that of the network's samples. */
  readonly guessed: boolean;
}

/**
 * Chooses the windows for a network: as long as its samples, or, where it cuts
 * any duration into slices, as long as is asked for, else as the windows that it
 * was trained on, else as the median of samples.
 *
 * @param configuration Configuration of the network.
 * @param options The length that is asked for in ms, and samples like those that
 * the network was trained on.
 * @returns The length.
 * @throws {RangeError} If another length than that of samples is asked for, or
 * none is where samples do not tell theirs.
 */
export function windowLength(
  configuration: Configuration,
  { asked, samples: { source, indices } }: {
    readonly asked?: number;
    readonly samples: Pick<SampleSet, "source" | "indices">;
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
