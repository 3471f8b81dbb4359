/**
 * Group or column of a Zarr store on a web server.
 *
 * @module
 */

import pLimit from "npm:p-limit@7.3.3";
import * as zarr from "npm:zarrita@0.7.5";
import { Crc32cCodec } from "../../files/crc32c.ts";
import { DatasetError } from "../../files/errors.ts";
import { sha256 } from "../../files/sha256.ts";
import { checkDescription, parseDescription } from "./description.ts";
import { ChunkFiles } from "./chunk_files.ts";
import { download } from "./download.ts";

/** Maximum size of a file in bytes, as for a store on disk. */
const MAX_BYTES = 4 << 20;

/** Limit of concurrent requests per thread. */
const limit = pLimit(8);

/**
 * Values of a Zarr group or array at a URL. Chunks downloaded before are read
 * from the cache folder. Bytes that do not match their checksum are downloaded
 * again and finally refused.
 *
 * @example
 * ```ts
 * import { ZarrUrl } from "./zarr_url.ts";
 * const text = JSON.stringify({ node_type: "group", attributes: {} });
 * await using server = Deno.serve(
 *   { port: 0, hostname: "127.0.0.1", onListen() {} },
 *   () => new Response(text),
 * );
 * const group = new ZarrUrl(`http://127.0.0.1:${server.addr.port}/events.zarr`);
 * const bytes = await group.get("/zarr.json");
 * if (bytes?.length !== text.length) throw new Error("?");
 * ```
 */
export class ZarrUrl {
  readonly #url: string;
  readonly #chunks: ChunkFiles | undefined;
  #description: Promise<Uint8Array | undefined> | undefined;
  /** SHA-256 of each chunk of an array, from its description. */
  #digests: readonly string[] = [];

  /**
   * Makes the store without contacting the server.
   *
   * @param url Address of the group or array.
   * @param cache Folder that caches chunks. @default no cache
   */
  constructor(url: string, cache?: string) {
    this.#url = url;
    this.#chunks = cache === undefined ? undefined : new ChunkFiles(cache);
  }

  /**
   * Reads a value.
   *
   * @param key Its path below the URL, with a leading slash; the description of
   *   an array must be read before its chunks.
   * @returns Its bytes, or `undefined` for a missing `zarr.json`.
   * @throws {DatasetError} If every request fails, or the bytes do not match
   *   their checksum each time.
   */
  async get(key: zarr.AbsolutePath): Promise<Uint8Array | undefined> {
    if (key.endsWith("zarr.json")) {
      return await (this.#description ??= this.#describe(key));
    }
    const digest = this.#digests[Number(key.split("/").pop())];
    const kept = digest && await this.#chunks?.read(digest);
    if (kept) return kept;
    const bytes = await this.#fetch(key, (bytes) => checkChunk(bytes, digest));
    if (bytes === undefined) {
      throw new DatasetError(this.#url + key, "the server has no such file");
    }
    if (digest) await this.#chunks?.write(digest, bytes);
    return bytes;
  }

  async #describe(key: zarr.AbsolutePath): Promise<Uint8Array | undefined> {
    const bytes = await this.#fetch(key, checkDescription);
    if (bytes === undefined) return undefined;
    const { node_type, attributes } = parseDescription(bytes);
    if (node_type === "array") {
      const { sha256 } = Object(attributes);
      if (Array.isArray(sha256)) this.#digests = sha256.map(String);
    }
    return bytes;
  }

  async #fetch(
    key: zarr.AbsolutePath,
    check: (bytes: Uint8Array<ArrayBuffer>) => Promise<string | undefined>,
  ): Promise<Uint8Array | undefined> {
    const store = new zarr.FetchStore(this.#url, {
      async fetch({ url }) {
        const bytes = await download(url, { most: MAX_BYTES, check });
        return new Response(bytes, { status: bytes === undefined ? 404 : 200 });
      },
    });
    return await limit(() => store.get(key));
  }
}

async function checkChunk(
  bytes: Uint8Array<ArrayBuffer>,
  digest: string | undefined,
): Promise<string | undefined> {
  if (digest !== undefined) {
    return await sha256(bytes) === digest
      ? undefined
      : "its bytes do not have their checksum";
  }
  try {
    new Crc32cCodec().decode(bytes);
  } catch (error) {
    return (error as Error).message;
  }
}
