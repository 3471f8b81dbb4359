/**
 * Frames of Zstandard, by the runtime's own library.
 *
 * @module
 */

/** Bytes that are decompressed at once: most packets of a camera. */
const OUTPUT_BYTES = 1 << 18;

/** Functions that compress and decompress. */
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
   * @param most The most bytes that they may hold: a small file may claim any
   *   length.
   * @returns The bytes.
   * @throws {Error} If they are no frames, or hold more.
   */
  decompress(bytes: Uint8Array, most: number): Uint8Array;
}

/**
 * Loads the library, which a browser that never asks for it need not have.
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
        chunkSize: OUTPUT_BYTES,
      }),
  };
}
