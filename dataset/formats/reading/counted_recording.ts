/**
 * Recordings whose faults are counted as their events are read.
 *
 * @module
 */

import type { Sensor } from "../../events.ts";
import { untilCut } from "./cut_off.ts";
import { FaultCounts } from "./fault_counts.ts";
import type { EventBlock, OpenRecording } from "./format.ts";

/** A recording's header, and the reader of its events. */
export interface CountedRecording {
  /** Name of the format, with its version. */
  readonly format: string;
  /** Size of the sensor, if the file tells. */
  readonly sensor: Sensor | undefined;
  /**
   * Reads all events once.
   *
   * @param faults Counts what the reader goes on after.
   */
  readonly read: (faults: FaultCounts) => AsyncIterable<EventBlock>;
}

/**
 * Offers a recording that can be read again and again, its faults counted anew
 * each time. A file that is cut off is read up to there.
 *
 * @param recording Its header, and the reader of its events.
 * @returns The recording.
 *
 * @example
 * ```ts
 * import { countedRecording } from "./counted_recording.ts";
 * const recording = countedRecording({
 *   format: "nothing",
 *   sensor: undefined,
 *   async *read(faults) {
 *     faults.add("events outside the sensor", 16);
 *   },
 * });
 * for (let pass = 0; pass < 2; pass++) {
 *   for await (const _ of recording.blocks()) throw new Error("expected none");
 * }
 * if (recording.faults[0].count !== 1) throw new Error("counted twice");
 * ```
 */
export function countedRecording(
  { format, sensor, read }: CountedRecording,
): OpenRecording {
  const faults = new FaultCounts();
  return {
    format,
    sensor,
    faults: faults.list,
    async *blocks() {
      faults.clear();
      yield* untilCut(read(faults), faults);
    },
  };
}
