/**
 * Zstandard compression by the runtime's own library.
 *
 * @module
 */

/** Minimum and maximum size of an output buffer in bytes. */
const [LEAST_BYTES, MOST_BYTES] = [1 << 10, 1 << 20];

/** Assumed compression ratio of frames without content size. */
const RATIO = 4;

/** Zstandard compression and decompression. */
export interface Zstandard {
  /**
   * Compresses bytes.
   *
   * @param bytes The bytes.
   * @returns One frame.
   */
  compress(bytes: Uint8Array): Uint8Array;
  /**
   * Decompresses frames.
   *
   * @param bytes The frames.
   * @param most Maximum number of decompressed bytes: a small file may claim
   *   any length.
   * @returns The bytes.
   * @throws {Error} If they are not Zstandard frames, or exceed `most`.
   */
  decompress(bytes: Uint8Array, most: number): Uint8Array;
}

/**
 * Loads the library on first use, because browsers lack it.
 *
 * @returns The library.
 * @throws {TypeError} If the runtime has none, as in a browser.
 *
 * @example
 * ```ts
 * import { loadZstandard } from "./zstandard.ts";
 * const { compress, decompress } = await loadZstandard();
 * const bytes = decompress(compress(new Uint8Array(1000)), 1000);
 * if (bytes.length !== 1000) throw new Error("expected 1000 bytes");
 * ```
 */
export async function loadZstandard(): Promise<Zstandard> {
  if (!navigator.userAgent.startsWith("Deno/")) {
    throw new TypeError("there is no Zstandard in a browser");
  }
  const { zstdCompressSync, zstdDecompressSync } = await import("node:zlib");
  return {
    compress: (bytes) => zstdCompressSync(bytes),
    decompress: (bytes, most) =>
      zstdDecompressSync(bytes, {
        maxOutputLength: most,
        chunkSize: outputBytes(bytes),
      }),
  };
}

/**
 * Size of the output buffer for a frame. The runtime zeroes a buffer, which
 * takes longer than decompressing a small packet into it, and allocates another
 * one when it is full: so one byte more than the claimed content size.
 */
function outputBytes(frame: Uint8Array): number {
  const size = contentBytes(frame) ?? RATIO * frame.length;
  return Math.min(Math.max(size + 1, LEAST_BYTES), MOST_BYTES);
}

/**
 * Reads a frame's content size in bytes from its header, if it is there.
 *
 * Source: RFC 8878, section 3.1.1.1, "Frame_Header".
 */
function contentBytes(frame: Uint8Array): number | undefined {
  const flags = frame[4];
  const isSingle = flags >> 5 & 1;
  const at = 6 - isSingle + [0, 1, 2, 4][flags & 3];
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (at + 8 > frame.length) return undefined;
  switch (flags >> 6) {
    case 0:
      return isSingle ? view.getUint8(at) : undefined;
    case 1:
      return 256 + view.getUint16(at, true);
    case 2:
      return view.getUint32(at, true);
    default:
      return Number(view.getBigUint64(at, true));
  }
}
