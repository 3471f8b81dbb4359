/**
 * The Zarr codec `zstd`, by the runtime's own Zstandard: zarrita's, in
 * WebAssembly, takes twice as long.
 *
 * @module
 */

/** What Zstandard does, as Node.js has it. */
type Zlib = typeof import("node:zlib");

/** Bytes of the largest number that Zarr knows. */
const LARGEST_NUMBER = 16;

/**
 * Loads the codec, which a browser that never asks for it need not have.
 *
 * @returns What makes it of its configuration and the shape of its chunks, for
 * zarrita.
 *
 * @example
 * ```ts
 * import { loadZstd } from "./zarr_zstd.ts";
 * const codec = (await loadZstd())
 *   .fromConfig({ level: 1 }, { shape: [1000] });
 * const bytes = codec.decode(codec.encode(new Uint8Array(1000)));
 * if (bytes.length !== 1000) throw new Error("expected 1000 bytes");
 * ```
 */
export async function loadZstd(): Promise<
  { fromConfig(configuration: unknown, chunk: { shape: number[] }): ZstdCodec }
> {
  const zlib = await import("node:zlib");
  return {
    fromConfig(configuration, { shape }) {
      const { level } = configuration as { readonly level: number };
      const most = shape.reduce((size, side) => size * side, LARGEST_NUMBER);
      return new ZstdCodec(zlib, { level, most });
    },
  };
}

/** The Zarr v3 codec `zstd`. */
export class ZstdCodec {
  /** What zarrita calls a codec between bytes and bytes. */
  readonly kind = "bytes_to_bytes";
  readonly #zlib: Zlib;
  readonly #level: number;
  readonly #most: number;

  /**
   * Makes the codec.
   *
   * @param zlib What compresses and decompresses.
   * @param options How hard to compress, and the most bytes of a chunk.
   */
  constructor(
    zlib: Zlib,
    { level, most }: { readonly level: number; readonly most: number },
  ) {
    this.#zlib = zlib;
    this.#level = level;
    this.#most = most;
  }

  /**
   * Compresses some bytes.
   *
   * @param content The bytes.
   * @returns One frame of Zstandard, whose header has the content's size, as
   * readers ask that allocate their memory by it.
   */
  encode(content: Uint8Array): Uint8Array {
    const { constants, zstdCompressSync } = this.#zlib;
    const options = {
      params: { [constants.ZSTD_c_compressionLevel]: this.#level },
      pledgedSrcSize: content.length,
      // Room for all output: where it takes more than one buffer, the runtime
      // puts an empty frame after the first.
      chunkSize: compressBound(content.length),
    };
    return zstdCompressSync(content, options);
  }

  /**
   * Takes the bytes out again.
   *
   * @param bytes What `encode` returned.
   * @returns The bytes.
   * @throws {Error} If they are no frames of Zstandard, with or without the
   * content's size, or hold more than a chunk has: a small file may claim any
   * length.
   */
  decode(bytes: Uint8Array): Uint8Array {
    const maxOutputLength = this.#most;
    return this.#zlib.zstdDecompressSync(bytes, { maxOutputLength });
  }
}

/** Bytes that Zstandard takes at most, with some to spare. */
function compressBound(bytes: number): number {
  return bytes + (bytes >> 8) + 1024;
}
