/**
 * Lines of text that were cut by the loss of a datagram.
 *
 * @module
 */

import { RecordingError } from "../../files/errors.ts";
import type { Decoding, Piece } from "./decoded_recording.ts";
import { allocateBlock } from "./event_block.ts";
import { FaultCounts } from "./fault_counts.ts";

/** Fault: lines of which a lost datagram had a part. */
export const CUT_LINES = "lines cut by the loss of datagrams";

/**
 * Measures the first line of a datagram if a loss has cut it: if it is no line
 * of the table, or continues one of an earlier datagram with a time that is not
 * between those of the events around it.
 *
 * @param bytes The bytes not yet decoded, of which the datagram is the last
 *   part.
 * @param options Decoding of a text; number of bytes from earlier datagrams,
 *   the beginning of a line; time of the last decoded event in µs.
 * @returns Size of the line in bytes, with its end; 0 if it is whole, or its
 *   end has not been received.
 *
 * @example
 * ```ts
 * import { TEXT_TABLE } from "../tables/text.ts";
 * import { cutLine } from "./cut_lines.ts";
 * const decoding = await TEXT_TABLE.decoding(new File(["t,x,y,p\n"], "a.csv"));
 * const bytes = new TextEncoder().encode("5,7,1\n9000,5,7,1\n");
 * const size = cutLine(bytes, { decoding, carried: 0, previousUs: 1000 });
 * if (size !== "5,7,1\n".length) throw new Error("expected a cut line");
 * ```
 */
export function cutLine(
  bytes: Piece["bytes"],
  { decoding, carried, previousUs }: {
    readonly decoding: Decoding;
    readonly carried: number;
    readonly previousUs: number;
  },
): number {
  const size = bytes.indexOf(decoding.separator!) + 1;
  if (size === 0) return 0;
  const others = bytes.subarray(size);
  const next = others.subarray(0, others.indexOf(decoding.separator!) + 1);
  try {
    const timeUs = timeOf(bytes.subarray(0, size), decoding);
    const isFalse = timeUs < previousUs || timeUs > timeOf(next, decoding);
    return carried > 0 && isFalse ? size : 0;
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    return size;
  }
}

/** Time of the event in a line, in µs; `NaN` if it has none. */
function timeOf(line: Piece["bytes"], decoding: Decoding): number {
  if (line.length === 0) return NaN;
  const block = allocateBlock(1);
  const { events } = decoding.decoder(new FaultCounts())
    .decode({ bytes: line, offset: 0, last: false }, block);
  return events === 0 ? NaN : block.t[0];
}
