/**
 * Decompression of HDF5's filter LZ4: the number of all bytes and that of a
 * block, big-endian, then blocks with their sizes.
 *
 * Source: HDF Group, registered filter 32004.
 *
 * @module
 */

import { decodeLz4Block } from "../../../files/compression/lz4.ts";

/** Size of the start in bytes: a number of 64 bits, and one of 32. */
const START_BYTES = 12;

/**
 * Decompresses a chunk.
 *
 * @param chunk The chunk.
 * @param most Maximum number of decompressed bytes.
 * @returns The decompressed bytes.
 * @throws {RangeError} If they are damaged or exceed `most`.
 *
 * @example
 * ```ts
 * import { decompressLz4Blocks } from "./lz4_blocks.ts";
 * const start = [0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 9];
 * const chunk = Uint8Array.of(...start, 0, 0, 0, 2, 7, 8);
 * const bytes = decompressLz4Blocks(chunk, 2);
 * if (bytes.join() !== "7,8") throw new Error(bytes.join());
 * ```
 */
export function decompressLz4Blocks(
  chunk: Uint8Array,
  most: number,
): Uint8Array<ArrayBuffer> {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const length = Number(view.getBigUint64(0));
  const blockBytes = view.getUint32(8);
  if (length > most || blockBytes === 0 && length > 0) {
    throw new RangeError(`it claims ${length} bytes`);
  }
  const output = new Uint8Array(length);
  for (let at = START_BYTES, to = 0; to < length;) {
    const size = view.getUint32(at);
    const start = at + 4;
    at = start + size;
    if (at > chunk.length) throw new RangeError("an LZ4 block is cut off");
    const block = chunk.subarray(start, at);
    const end = Math.min(to + blockBytes, length);
    // A block that did not shrink is stored as it is.
    if (size === end - to) output.set(block, to);
    else {
      const reached = decodeLz4Block(block, output, { start: to, most: end });
      if (reached !== end) throw new RangeError("an LZ4 block is too short");
    }
    to = end;
  }
  return output;
}
