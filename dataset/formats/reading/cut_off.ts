/**
 * Truncated recordings, as after a crash or on a full disk: events before the
 * cut are read, and the cut is counted as a fault.
 *
 * @module
 */

import { counted } from "../../files/counted.ts";
import { CutOffError } from "../../files/errors.ts";
import type { FaultCounts } from "./fault_counts.ts";

/**
 * Yields events up to the point at which their file is cut off, and counts the
 * cut as a fault.
 *
 * @param blocks Blocks of events, from a reader.
 * @param faults Counts the cut.
 * @returns The blocks.
 * @throws {CutOffError} If there is no complete event before the cut.
 * @throws {Error} Any other error of the reader.
 *
 * @example
 * ```ts
 * import { cutRecord, untilCut } from "./cut_off.ts";
 * import { FaultCounts } from "./fault_counts.ts";
 * async function* read() {
 *   yield { t: Float64Array.of(70) };
 *   throw cutRecord("a.bin", { name: "event", bytes: 5, offset: 5, left: 2 });
 * }
 * const faults = new FaultCounts();
 * await Array.fromAsync(untilCut(read(), faults));
 * const [{ problem, offset }] = faults.list;
 * if (problem !== "the last event, which is cut off" || offset !== 5) {
 *   throw new Error(problem);
 * }
 * ```
 */
export async function* untilCut<T extends { readonly t: ArrayLike<number> }>(
  blocks: AsyncIterable<T>,
  faults: FaultCounts,
): AsyncGenerator<T, void, void> {
  let isRecording = false;
  try {
    for await (const block of blocks) {
      isRecording ||= block.t.length > 0;
      yield block;
    }
  } catch (error) {
    if (!(error instanceof CutOffError && isRecording)) throw error;
    faults.add(error.lost, error.offset, error.count);
  }
}

/**
 * Place where a recording is cut off: inside a record or at zeros, or between
 * two records, which only its tags tell.
 */
export type CutPlace =
  | {
    /** Byte offset of the cut. */
    readonly offset: number;
    /** Number of zero bytes from there on, if the file ends in zeros. */
    readonly zeros?: number;
  }
  | {
    /** Quantity in which tags are given. */
    readonly unit: "record" | "event";
    /** End of the recording in this unit. */
    readonly end: number;
    /** End of its last tag in this unit. */
    readonly tagsEnd: number;
  };

/**
 * Describes a truncated recording, and its samples that reach beyond the cut.
 *
 * @param recording Name of the recording.
 * @param cut Place of the cut, classes of the samples that are left out, and
 *   number of all samples of the recording.
 * @returns One line.
 *
 * @example
 * ```ts
 * import { cutInWords } from "./cut_off.ts";
 * const line = cutInWords("a", { offset: 70, lost: ["cat"], samples: 3 });
 * if (line !== "a is cut off at byte 70, which leaves out 1 of 3 samples: cat") {
 *   throw new Error(line);
 * }
 * ```
 */
export function cutInWords(
  recording: string,
  { lost, samples, ...place }: CutPlace & {
    readonly lost: readonly string[];
    readonly samples: number;
  },
): string {
  const left = lost.length === 0
    ? ""
    : `, which leaves out ${lost.length} of ${counted(samples, "sample")}: ` +
      lost.join(", ");
  return `${recording} ${placeInWords(place)}${left}`;
}

/**
 * Describes where a recording is cut off.
 *
 * @param place Place of the cut.
 * @returns Words that follow the name of the recording.
 *
 * @example
 * ```ts
 * import { placeInWords } from "./cut_off.ts";
 * const words = placeInWords({ unit: "record", end: 70, tagsEnd: 90 });
 * if (!words.startsWith("ends at record 70, its tags at record 90 ")) {
 *   throw new Error(words);
 * }
 * ```
 */
export function placeInWords(place: CutPlace): string {
  if ("unit" in place) {
    const { unit, end, tagsEnd } = place;
    return `ends at ${unit} ${end}, its tags at ${unit} ${tagsEnd} (it is cut ` +
      "off or they are wrong)";
  }
  const { offset, zeros } = place;
  return zeros === undefined
    ? `is cut off at byte ${offset}`
    : `ends in ${counted(zeros, "zero byte")} from byte ${offset} on`;
}

/**
 * Makes the error of a file that ends inside a record of fixed size.
 *
 * @param path The file.
 * @param record Name and size of a record, the byte offset of the last one, and
 *   the number of bytes of it that are left.
 * @returns The error.
 *
 * @example
 * ```ts
 * import { cutRecord } from "./cut_off.ts";
 * const record = { name: "event", bytes: 8, offset: 16, left: 3 };
 * const { message } = cutRecord("a.dat", record);
 * if (!message.endsWith("of 19: an event has 8 bytes, 3 are left")) {
 *   throw new Error(message);
 * }
 * ```
 */
export function cutRecord(
  path: string,
  { name, bytes, offset, left }: {
    readonly name: string;
    readonly bytes: number;
    readonly offset: number;
    readonly left: number;
  },
): CutOffError {
  const article = name === "event" ? "an" : "a";
  return new CutOffError(
    path,
    `byte ${offset} of ${offset + left}: ${article} ${name} has ${bytes} ` +
      `bytes, ${left} are left`,
    { offset, lost: `the last ${name}, which is cut off` },
  );
}
