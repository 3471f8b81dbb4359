/**
 * LZ4 frames.
 *
 * Source: LZ4 frame format 1.6.4 and LZ4 block format.
 *
 * @module
 */

const MAGIC = 0x184d2204;

/**
 * Descriptor of the frames written here: version 1, independent blocks of up to
 * 4 MiB.
 */
const DESCRIPTOR = [0x60, 0x70, 0x73];

/** Maximum block size by bits 4–6 of the descriptor's second byte. */
const BLOCK_BYTES = [0, 0, 0, 0, 1 << 16, 1 << 18, 1 << 20, 1 << 22];

/** Maximum compression ratio of a block. */
const MAX_RATIO = 255;

/** Flag in the size of a block that is stored uncompressed. */
const STORED_BIT = 0x80000000;

/** Minimum match length in bytes. */
const LEAST_MATCH = 4;

/**
 * Minimum distance in bytes from the start of the last match to the block's
 * end.
 */
const MATCH_LIMIT = 12;

/** Number of bytes at the end of a block that must be literals. */
const LAST_LITERALS = 5;

/** Bytes that a copy in steps of eight may overrun its end, at most. */
const SLACK = 8;

/** Hash size in bits. */
const HASH_BITS = 14;

/**
 * Decoder of LZ4 frames that reuses its output buffer: allocating memory takes
 * longer than decompression. Checksums are not verified.
 *
 * @example
 * ```ts
 * import { compressLz4, Lz4Decoder } from "./lz4.ts";
 * const bytes = new Uint8Array(1000).fill(7);
 * const frame = compressLz4(bytes);
 * const again = new Lz4Decoder().decode(frame, 1000);
 * if (frame.length > 50 || again.join() !== bytes.join()) throw new Error("?");
 * ```
 */
export class Lz4Decoder {
  #output = new Uint8Array();

  /**
   * Decompresses a frame.
   *
   * @param frame The frame.
   * @param most Maximum number of decompressed bytes.
   * @returns The bytes, valid until the next call.
   * @throws {RangeError} If it is not an LZ4 frame, is damaged or cut off, or
   *   exceeds `most`.
   */
  decode(frame: Uint8Array, most: number): Uint8Array<ArrayBuffer> {
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    if (view.getUint32(0, true) !== MAGIC) {
      throw new RangeError("no LZ4 frame");
    }
    const flags = view.getUint8(4);
    const blockBytes = BLOCK_BYTES[view.getUint8(5) >> 4 & 7];
    if (flags >> 6 !== 1 || blockBytes === 0) {
      throw new RangeError("an LZ4 frame of an unknown version");
    }
    let length = 0;
    let at = 7 + (flags & 8 ? 8 : 0) + (flags & 1 ? 4 : 0);
    for (;;) {
      const size = view.getUint32(at, true);
      at += 4;
      if (size === 0) return this.#output.subarray(0, length);
      const end = at + (size & ~STORED_BIT);
      if (end > frame.length) throw new RangeError("an LZ4 block is cut off");
      const block = frame.subarray(at, end);
      const stored = size >= STORED_BIT;
      const room = Math.min(
        blockBytes,
        stored ? block.length : MAX_RATIO * block.length,
        most - length,
      );
      this.#reserve(length + room, length);
      if (!stored) {
        length = decodeLz4Block(block, this.#output, {
          start: length,
          most: length + room,
        });
      } else if (block.length > room) {
        throw new RangeError("an LZ4 block is too long");
      } else {
        this.#output.set(block, length);
        length += block.length;
      }
      at = end + (flags & 16 ? 4 : 0);
    }
  }

  /**
   * Grows the output buffer to at least `size` bytes and keeps the first
   * `kept`.
   */
  #reserve(size: number, kept: number): void {
    if (size <= this.#output.length) return;
    const larger = new Uint8Array(Math.max(size, 2 * kept));
    larger.set(this.#output.subarray(0, kept));
    this.#output = larger;
  }
}

/**
 * Decodes a block. Bytes are copied eight at a time where source and
 * destination have {@linkcode SLACK} spare bytes, which later bytes overwrite.
 *
 * @param block The block.
 * @param output Destination, with the bytes that precede those of the block.
 * @param range Index in the output at which they start, and the maximum one at
 *   which they end.
 * @returns Index at which they end.
 * @throws {RangeError} If the block is damaged or exceeds its range.
 *
 * @example
 * ```ts
 * import { decodeLz4Block } from "./lz4.ts";
 * const output = new Uint8Array(6);
 * const block = Uint8Array.of(0x11, 7, 1, 0);
 * const end = decodeLz4Block(block, output, { start: 0, most: 6 });
 * if (end !== 6 || output.join() !== "7,7,7,7,7,7") throw new Error(`${end}`);
 * ```
 */
export function decodeLz4Block(
  block: Uint8Array,
  output: Uint8Array,
  { start, most }: { readonly start: number; readonly most: number },
): number {
  const size = block.length;
  const input = new DataView(block.buffer, block.byteOffset, size);
  const view = new DataView(output.buffer, output.byteOffset, output.length);
  const fromLimit = size - SLACK;
  const toLimit = output.length - SLACK;
  let from = 0;
  let to = start;
  while (from < size) {
    const token = block[from++];
    let literals = token >> 4;
    if (literals === 15) {
      let more;
      do {
        more = block[from++];
        literals += more;
      } while (more === 255);
    }
    const literalsEnd = from + literals;
    let end = to + literals;
    // Negated so that a NaN, from a length beyond the block, is refused too.
    if (!(literalsEnd <= size && end <= most)) {
      throw new RangeError("an LZ4 block is damaged");
    }
    if (literals > 32) output.set(block.subarray(from, literalsEnd), to);
    else if (literalsEnd <= fromLimit && end <= toLimit) {
      for (let at = from; to < end; at += 8, to += 8) {
        view.setBigUint64(to, input.getBigUint64(at, true), true);
      }
    } else {
      for (let at = from; to < end;) output[to++] = block[at++];
    }
    from = literalsEnd;
    to = end;
    if (from === size) return to;
    const distance = block[from] | block[from + 1] << 8;
    from += 2;
    let match = (token & 15) + LEAST_MATCH;
    if (match === 15 + LEAST_MATCH) {
      let more;
      do {
        more = block[from++];
        match += more;
      } while (more === 255);
    }
    end = to + match;
    if (distance === 0 || distance > to || !(end <= most) || from > size) {
      throw new RangeError("an LZ4 block is damaged");
    }
    let source = to - distance;
    if (distance >= 8 && end <= toLimit) {
      for (; to < end; source += 8, to += 8) {
        view.setBigUint64(to, view.getBigUint64(source, true), true);
      }
    } else {
      while (to < end) output[to++] = output[source++];
    }
    to = end;
  }
  return to;
}

/**
 * Compresses bytes into an LZ4 frame without checksums.
 *
 * @param bytes The bytes.
 * @returns The frame.
 *
 * @example
 * ```ts
 * import { compressLz4 } from "./lz4.ts";
 * const frame = compressLz4(new TextEncoder().encode("a cat"));
 * if (frame.length !== 7 + 4 + 5 + 4) throw new Error("expected it stored");
 * ```
 */
export function compressLz4(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const blockBytes = BLOCK_BYTES[7];
  const blocks = Math.ceil(bytes.length / blockBytes);
  const frame = new Uint8Array(7 + 4 * blocks + bytes.length + 4);
  const view = new DataView(frame.buffer);
  view.setUint32(0, MAGIC, true);
  frame.set(DESCRIPTOR, 4);
  let at = 7;
  for (let start = 0; start < bytes.length; start += blockBytes) {
    const block = bytes.subarray(start, start + blockBytes);
    const room = frame.subarray(at + 4, at + 4 + block.length);
    const size = encodeBlock(block, room);
    if (size === undefined) room.set(block);
    view.setUint32(at, size ?? (block.length | STORED_BIT) >>> 0, true);
    at += 4 + (size ?? block.length);
  }
  return frame.subarray(0, at + 4);
}

/**
 * Compresses a block; returns its size, or `undefined` if it does not shrink.
 */
function encodeBlock(
  block: Uint8Array,
  output: Uint8Array,
): number | undefined {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const latest = new Int32Array(1 << HASH_BITS).fill(-1);
  const matchEnd = block.length - LAST_LITERALS;
  let [anchor, to] = [0, 0];
  for (let at = 0; at <= block.length - MATCH_LIMIT; at++) {
    const word = view.getUint32(at, true);
    const hash = Math.imul(word, 2654435761) >>> (32 - HASH_BITS);
    const before = latest[hash];
    latest[hash] = at;
    if (
      before < 0 || at - before > 0xffff ||
      view.getUint32(before, true) !== word
    ) continue;
    let match = LEAST_MATCH;
    while (
      at + match < matchEnd && block[before + match] === block[at + match]
    ) match++;
    to = putSequence(block.subarray(anchor, at), { output, to, match });
    if (to + 2 >= output.length) return undefined;
    const distance = at - before;
    output[to++] = distance & 0xff;
    output[to++] = distance >> 8;
    to = putLength(match - LEAST_MATCH - 15, { output, to });
    at += match - 1;
    anchor = at + 1;
  }
  to = putSequence(block.subarray(anchor), { output, to, match: LEAST_MATCH });
  return to < output.length ? to : undefined;
}

/**
 * Writes a token and its literals; writes beyond the end of the output are
 * ignored.
 */
function putSequence(
  literals: Uint8Array,
  { output, to, match }: {
    readonly output: Uint8Array;
    readonly to: number;
    readonly match: number;
  },
): number {
  output[to] = Math.min(literals.length, 15) << 4 |
    Math.min(match - LEAST_MATCH, 15);
  const start = putLength(literals.length - 15, { output, to: to + 1 });
  if (start + literals.length <= output.length) output.set(literals, start);
  return start + literals.length;
}

/** Writes the bytes that extend a length of 15 or more. */
function putLength(
  rest: number,
  { output, to }: { readonly output: Uint8Array; readonly to: number },
): number {
  let end = to;
  for (let left = rest; left >= 0; left -= 255) {
    output[end++] = Math.min(left, 255);
  }
  return end;
}
