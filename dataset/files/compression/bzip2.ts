/**
 * bzip2 decompression.
 *
 * A block is the run-length encoded input after a Burrows-Wheeler transform, a
 * move-to-front transform, run-length encoding of zeros, and Huffman coding.
 *
 * Source: J. Tsai, BZIP2: Format Specification, 2016.
 *
 * @module
 */

const STREAM_MARK = 0x425a68;
const BLOCK_MARK = 0x314159265359;
const END_MARK = 0x177245385090;

/** Number of consecutive symbols that share a Huffman table. */
const GROUP_SYMBOLS = 50;

/** Maximum length of a Huffman code in bits. */
const MAX_BITS = 20;

/** Reader of bits, most significant bit first. */
class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #buffer = 0;
  #bits = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Reads an unsigned number of up to 24 bits. */
  read(count: number): number {
    while (this.#bits < count) {
      if (this.#at >= this.#bytes.length) {
        throw new RangeError("a bzip2 stream is cut off");
      }
      this.#buffer = this.#buffer << 8 | this.#bytes[this.#at++];
      this.#bits += 8;
    }
    this.#bits -= count;
    return this.#buffer >>> this.#bits & (1 << count) - 1;
  }

  /** Whether no whole byte is left. */
  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Skips the remaining bits of the current byte. */
  align(): void {
    this.#bits -= this.#bits % 8;
  }
}

/** A canonical Huffman code. */
interface HuffmanCode {
  /** Symbols in the order of their codes. */
  readonly symbols: Uint16Array;
  /** Highest code of each length, −1 if there is none, [MAX_BITS + 2]. */
  readonly limit: Int32Array;
  /** Index of a symbol minus its code, by code length, [MAX_BITS + 2]. */
  readonly base: Int32Array;
}

/**
 * Decompresses concatenated bzip2 streams without verifying their checksums.
 *
 * @param bytes The streams.
 * @param size Number of bytes that they decompress to.
 * @returns The bytes.
 * @throws {RangeError} If they are damaged or cut off, or decompress to another
 *   number of bytes.
 *
 * @example
 * ```ts
 * import { decompressBzip2 } from "./bzip2.ts";
 * const empty = Uint8Array.fromHex("425a683917724538509000000000");
 * if (decompressBzip2(empty, 0).length !== 0) throw new Error("expected none");
 * ```
 */
export function decompressBzip2(
  bytes: Uint8Array,
  size: number,
): Uint8Array<ArrayBuffer> {
  const output = new Uint8Array(size);
  const reader = new BitReader(bytes);
  let length = 0;
  do {
    const mark = reader.read(24);
    const level = reader.read(8) - 0x30;
    if (mark !== STREAM_MARK || level < 1 || level > 9) {
      throw new RangeError("no bzip2 stream");
    }
    const transformed = new Uint32Array(100_000 * level);
    for (;;) {
      const mark = reader.read(24) * 2 ** 24 + reader.read(24);
      reader.read(16);
      reader.read(16);
      if (mark === END_MARK) break;
      if (mark !== BLOCK_MARK) throw new RangeError("a bzip2 block is damaged");
      length = readBlock(reader, { transformed, output, start: length });
    }
    reader.align();
  } while (!reader.atEnd);
  if (length !== size) {
    throw new RangeError(`bzip2 holds ${length} bytes, not ${size}`);
  }
  return output;
}

/** Buffers of a block. */
interface BlockPlace {
  /** Work buffer for the block before the inverse Burrows-Wheeler transform. */
  readonly transformed: Uint32Array;
  readonly output: Uint8Array;
  /** Index of the block's first byte in the output. */
  readonly start: number;
}

/** Decodes a block; returns the index after its last byte in the output. */
function readBlock(reader: BitReader, place: BlockPlace): number {
  if (reader.read(1) === 1) throw new RangeError("a randomised bzip2 block");
  const first = reader.read(24);
  const list = readUsedBytes(reader);
  const symbols = list.length + 2;
  const codes = reader.read(3);
  if (codes < 2 || codes > 6) throw new RangeError("a bzip2 block is damaged");
  const selectors = readSelectors(reader, codes);
  const tables = Array.from({ length: codes }, () => readCode(reader, symbols));
  const { transformed } = place;
  const counts = new Uint32Array(256);
  let [length, group, left] = [0, 0, 0];
  let table = tables[0];
  let [run, weight] = [0, 1];
  for (;;) {
    if (left === 0) {
      if (group >= selectors.length) {
        throw new RangeError("a bzip2 block is damaged");
      }
      table = tables[selectors[group++]];
      left = GROUP_SYMBOLS;
    }
    left--;
    const symbol = readSymbol(reader, table);
    if (symbol < 2) {
      // Run lengths are in bijective base 2, with the digits 1 and 2.
      run += (symbol + 1) * weight;
      weight *= 2;
      if (run > transformed.length) {
        throw new RangeError("a bzip2 block is too long");
      }
      continue;
    }
    if (length + run + 1 > transformed.length) {
      throw new RangeError("a bzip2 block is too long");
    }
    if (run > 0) {
      transformed.fill(list[0], length, length + run);
      counts[list[0]] += run;
      length += run;
      [run, weight] = [0, 1];
    }
    if (symbol === symbols - 1) break;
    const [byte] = list.splice(symbol - 1, 1);
    list.unshift(byte);
    transformed[length++] = byte;
    counts[byte]++;
  }
  if (first >= length) throw new RangeError("a bzip2 block is damaged");
  followTransform(transformed.subarray(0, length), counts);
  return writeBlock(transformed.subarray(0, length), {
    transformed,
    output: place.output,
    start: place.start,
    first,
  });
}

/** Reads which byte values occur in a block. */
function readUsedBytes(reader: BitReader): number[] {
  const used: number[] = [];
  const ranges = reader.read(16);
  for (let range = 0; range < 16; range++) {
    if ((ranges >> (15 - range) & 1) === 0) continue;
    const bits = reader.read(16);
    for (let i = 0; i < 16; i++) {
      if (bits >> (15 - i) & 1) used.push(16 * range + i);
    }
  }
  if (used.length === 0) throw new RangeError("a bzip2 block is damaged");
  return used;
}

/** Reads the index of each symbol group's Huffman table. */
function readSelectors(reader: BitReader, codes: number): number[] {
  const order = Array.from({ length: codes }, (_, code) => code);
  return Array.from({ length: reader.read(15) }, () => {
    let place = 0;
    while (reader.read(1) === 1) place++;
    if (place >= codes) throw new RangeError("a bzip2 block is damaged");
    const [code] = order.splice(place, 1);
    order.unshift(code);
    return code;
  });
}

/** Reads code lengths and builds the canonical Huffman code. */
function readCode(reader: BitReader, symbols: number): HuffmanCode {
  let length = reader.read(5);
  const lengths = Array.from({ length: symbols }, () => {
    while (reader.read(1) === 1) length += reader.read(1) === 1 ? -1 : 1;
    if (length < 1 || length > MAX_BITS) {
      throw new RangeError("a bzip2 code is damaged");
    }
    return length;
  });
  const sorted = new Uint16Array(symbols);
  const limit = new Int32Array(MAX_BITS + 2).fill(-1);
  const base = new Int32Array(MAX_BITS + 2);
  let [code, index] = [0, 0];
  for (let bits = 1; bits <= MAX_BITS; bits++) {
    base[bits] = index - code;
    for (let symbol = 0; symbol < symbols; symbol++) {
      if (lengths[symbol] !== bits) continue;
      sorted[index++] = symbol;
      limit[bits] = code++;
    }
    code *= 2;
  }
  return { symbols: sorted, limit, base };
}

function readSymbol(
  reader: BitReader,
  { symbols, limit, base }: HuffmanCode,
): number {
  let code = 0;
  for (let bits = 1; bits <= MAX_BITS; bits++) {
    code = code << 1 | reader.read(1);
    const index = base[bits] + code;
    if (code <= limit[bits] && index < symbols.length) return symbols[index];
  }
  throw new RangeError("a bzip2 code is damaged");
}

/**
 * Inverse Burrows-Wheeler transform: puts the index of each byte's successor
 * into bits 8–31.
 */
function followTransform(transformed: Uint32Array, counts: Uint32Array): void {
  const places = new Uint32Array(256);
  for (let byte = 1; byte < 256; byte++) {
    places[byte] = places[byte - 1] + counts[byte - 1];
  }
  for (let i = 0; i < transformed.length; i++) {
    transformed[places[transformed[i] & 0xff]++] |= i << 8;
  }
}

/**
 * Writes the bytes to the output and undoes the initial run-length encoding:
 * after four equal bytes, a byte counts further repeats.
 */
function writeBlock(
  transformed: Uint32Array,
  { output, start, first }: BlockPlace & { readonly first: number },
): number {
  let at = transformed[first] >>> 8;
  let [to, alike, latest] = [start, 0, -1];
  for (let i = 0; i < transformed.length; i++) {
    const entry = transformed[at];
    const byte = entry & 0xff;
    at = entry >>> 8;
    const repeats = alike === 4 ? byte : 1;
    if (to + repeats > output.length) {
      throw new RangeError(`bzip2 holds more than ${output.length} bytes`);
    }
    if (alike === 4) {
      output.fill(latest, to, to + repeats);
      alike = 0;
      latest = -1;
    } else {
      output[to] = byte;
      alike = byte === latest ? alike + 1 : 1;
      latest = byte;
    }
    to += repeats;
  }
  return to;
}
