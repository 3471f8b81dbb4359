/**
 * Decompression of zlib streams by the runtime's own library.
 *
 * @module
 */

/** Minimum size of an output buffer in bytes. */
const LEAST_BYTES = 64;

/** Decompresses a stream to a maximum number of bytes. */
export type Inflate = (bytes: Uint8Array, most: number) => Uint8Array;

/** Whether the runtime has the library, which browsers lack. */
export const HAS_ZLIB: boolean = navigator.userAgent.startsWith("Deno/");

/**
 * Loads the library.
 *
 * @returns A function that decompresses a stream, and throws an error if it is
 *   damaged, cut off, or exceeds the maximum.
 *
 * @example
 * ```ts
 * import { loadInflate } from "./zlib.ts";
 * const inflate = await loadInflate();
 * const stream = Uint8Array.of(120, 156, 99, 228, 4, 0, 0, 13, 0, 11);
 * const bytes = inflate(stream, 2);
 * if (bytes.join() !== "1,9") throw new Error(bytes.join());
 * ```
 */
export async function loadInflate(): Promise<Inflate> {
  const { inflateSync } = await import("node:zlib");
  return (bytes, most) =>
    inflateSync(bytes, {
      maxOutputLength: most,
      // Another buffer is allocated when one is full: so one byte more.
      chunkSize: Math.max(most + 1, LEAST_BYTES),
    });
}
