/**
 * Encoder of recordings as NumPy archives with one array per column.
 *
 * @module
 */

import type { EventBlock, OpenRecording } from "../reading/format.ts";
import { loadCrc32 } from "../../files/compression/crc32.ts";
import { npyHeader } from "./npy.ts";

/** Maximum size of an array in bytes, limited by ZIP's 32-bit sizes. */
const MAX_BYTES = 0xffff_0000;

/** Flag: sizes and checksum follow the content. */
const SIZES_AFTER = 8;

/** ZIP version (2.0) that readers need. */
const VERSION = 20;

/** ZIP's earliest date, 1 January 1980, because the archive has no date. */
const NO_DATE = 0x21;

/** Columns with name, type, bytes per event, and conversion of events. */
const COLUMNS: readonly {
  readonly name: string;
  readonly descr: string;
  readonly size: number;
  readonly bytes: (block: EventBlock) => ArrayBufferView<ArrayBufferLike>;
}[] = [
  { name: "x", descr: "<u2", size: 2, bytes: ({ x }) => x },
  { name: "y", descr: "<u2", size: 2, bytes: ({ y }) => y },
  {
    name: "t",
    descr: "<i8",
    size: 8,
    bytes: ({ t }) => BigInt64Array.from(t, (time) => BigInt(Math.floor(time))),
  },
  { name: "p", descr: "|u1", size: 1, bytes: ({ p }) => p },
];

/** A column written to the archive: location, size and checksum. */
interface Written {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly checksum: number;
}

/**
 * Encodes a recording as an uncompressed `.npz` with the arrays `x`, `y`, `t`
 * (µs) and `p`. The recording is read five times, so that memory does not grow
 * with its length.
 *
 * @param recording The recording.
 * @returns The file in pieces.
 * @throws {RangeError} If there are more than 500 million events.
 *
 * @example
 * ```ts
 * import { openRecording } from "../open_recording.ts";
 * import { encodeAsNpz } from "./npz.ts";
 * const file = new File(["t,x,y,p\n1000,5,7,1\n"], "hand.csv");
 * const pieces = await Array.fromAsync(
 *   encodeAsNpz(await openRecording(file)),
 * );
 * const again = await openRecording(new File(pieces, "hand.npz"));
 * for await (const { t } of again.blocks()) {
 *   if (t[0] !== 1000) throw new Error("expected an event at 1 ms");
 * }
 * ```
 */
export async function* encodeAsNpz(
  recording: OpenRecording,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  let count = 0;
  for await (const { t } of recording.blocks()) count += t.length;
  if (count * 8 > MAX_BYTES) {
    throw new RangeError(
      `Cannot write .npz: ${count} events are more than ${MAX_BYTES / 8}`,
    );
  }
  const crc32 = await loadCrc32();
  const written: Written[] = [];
  let offset = 0;
  for (const { name, descr, size, bytes } of COLUMNS) {
    const file = `${name}.npy`;
    const header = npyHeader(descr, `(${count},)`);
    const local = concatenated(
      "PK\u0003\u0004",
      fields(file, {}),
      file,
      header,
    );
    let checksum = crc32(header, 0);
    yield local;
    for await (const block of recording.blocks()) {
      const { buffer, byteOffset, byteLength } = bytes(block);
      const piece = new Uint8Array(buffer, byteOffset, byteLength).slice();
      checksum = crc32(piece, checksum);
      yield piece;
    }
    const length = header.length + size * count;
    const sizes = numbers([4, checksum], [4, length], [4, length]);
    yield concatenated("PK\u0007\u0008", sizes);
    written.push({ name: file, offset, size: length, checksum });
    offset += local.length + size * count + 16;
  }
  yield encodeList(written, offset);
}

/** Encodes the central directory of the archive. */
function encodeList(
  written: readonly Written[],
  offset: number,
): Uint8Array<ArrayBuffer> {
  const list = concatenated(...written.flatMap((entry) => [
    "PK\u0001\u0002",
    numbers([2, VERSION]),
    fields(entry.name, entry),
    numbers([2, 0], [2, 0], [2, 0], [4, 0], [4, entry.offset]),
    entry.name,
  ]));
  const { length } = written;
  return concatenated(
    list,
    "PK\u0005\u0006",
    numbers([2, 0], [2, 0], [2, length], [2, length], [4, list.length]),
    numbers([4, offset], [2, 0]),
  );
}

/**
 * Encodes the fields shared by an array's local header and its directory entry.
 */
function fields(
  name: string,
  { checksum = 0, size = 0 }: {
    readonly checksum?: number;
    readonly size?: number;
  },
): Uint8Array {
  return numbers(
    ...[[2, VERSION], [2, SIZES_AFTER], [2, 0], [2, 0], [2, NO_DATE]] as const,
    ...[[4, checksum], [4, size], [4, size], [2, name.length], [2, 0]] as const,
  );
}

/** Encodes little-endian numbers of 2 or 4 bytes. */
function numbers(
  ...sized: readonly (readonly [size: 2 | 4, value: number])[]
): Uint8Array {
  return Uint8Array.from(
    sized.flatMap(([size, value]) =>
      Array.from({ length: size }, (_, i) => value / 256 ** i & 0xff)
    ),
  );
}

/** Concatenates bytes and ASCII text. */
function concatenated(
  ...parts: readonly (Uint8Array | string)[]
): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  return Uint8Array.from(parts.flatMap((part) => [
    ...(typeof part === "string" ? encoder.encode(part) : part),
  ]));
}
