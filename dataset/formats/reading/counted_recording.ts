/**
 * Recordings whose faults are counted while their events are read.
 *
 * @module
 */

import type { Sensor } from "../../events.ts";
import { untilCut } from "./cut_off.ts";
import { FaultCounts } from "./fault_counts.ts";
import type { EventBlock, OpenRecording } from "./format.ts";

/** Contents of a recording's header, with the reader of its events. */
export interface CountedRecording {
  /** Name of the format, with its version. */
  readonly format: string;
  /** Size of the sensor, if the file gives it. */
  readonly sensor: Sensor | undefined;
  /**
   * Reads all events in one pass.
   *
   * @param faults Counts faults from which the reader recovers.
   */
  readonly read: (faults: FaultCounts) => AsyncIterable<EventBlock>;
}

/**
 * Makes a recording that can be read repeatedly and counts its faults anew in
 * each pass. A file that is cut off is read up to the cut.
 *
 * @param recording Contents of the header, and the reader of events.
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
