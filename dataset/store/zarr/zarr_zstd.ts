/**
 * The Zarr codec `zstd` with the runtime's native Zstandard: zarrita's
 * WebAssembly codec takes twice as long.
 *
 * @module
 */

/** Type of `node:zlib`, which has Zstandard. */
type Zlib = typeof import("node:zlib");

/** Size in bytes of Zarr's largest number type. */
const LARGEST_NUMBER = 16;

/**
 * Loads the codec on first use, because browsers lack `node:zlib`.
 *
 * @returns A factory of codecs from a configuration and the shape of a chunk,
 *   as zarrita requires.
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
  /** zarrita's name for codecs from bytes to bytes. */
  readonly kind = "bytes_to_bytes";
  readonly #zlib: Zlib;
  readonly #level: number;
  readonly #most: number;

  /**
   * Makes the codec.
   *
   * @param zlib The module with Zstandard.
   * @param options Compression level, and maximum size of a chunk in bytes.
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
   * Compresses bytes.
   *
   * @param content The bytes.
   * @returns One Zstandard frame whose header contains the content's size,
   *   which some readers need to allocate memory.
   */
  encode(content: Uint8Array): Uint8Array {
    const { constants, zstdCompressSync } = this.#zlib;
    const options = {
      params: { [constants.ZSTD_c_compressionLevel]: this.#level },
      pledgedSrcSize: content.length,
      // One buffer for the whole output: with several, the runtime appends an
      // empty frame.
      chunkSize: compressBound(content.length),
    };
    return zstdCompressSync(content, options);
  }

  /**
   * Decompresses bytes.
   *
   * @param bytes Zstandard frames, with or without the content's size.
   * @returns The content.
   * @throws {Error} If they are not Zstandard frames, or their content is
   *   larger than a chunk: a small damaged file may expand to any size.
   */
  decode(bytes: Uint8Array): Uint8Array {
    const maxOutputLength = this.#most;
    return this.#zlib.zstdDecompressSync(bytes, { maxOutputLength });
  }
}

/** Upper bound of the compressed size in bytes. */
function compressBound(bytes: number): number {
  return bytes + (bytes >> 8) + 1024;
}
