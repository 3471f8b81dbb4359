/**
 * Layout of the columns of a store as Zarr v3 arrays.
 *
 * A column is a one-dimensional little-endian array in chunks of equal length.
 * Each chunk is compressed with Zstandard and ends in a CRC-32C. The attribute
 * `sha256` of a column lists the digests of its stored chunks.
 *
 * @module
 */

import * as zarr from "npm:zarrita@0.7.5";
import { Crc32cCodec } from "../../files/crc32c.ts";
import {
  type Description,
  parseDescription,
  withoutDigest,
} from "./description.ts";
import type { ZarrValues } from "./zarr_values.ts";
import { loadZstd } from "./zarr_zstd.ts";

/** Number types of columns. */
export type ColumnType = "uint8" | "uint16" | "uint32";

/** Numbers of a column. */
export type ColumnData = Uint8Array | Uint16Array | Uint32Array;

/** Layout of a column. */
export interface ColumnLayout {
  /** Type of the numbers. */
  readonly type: ColumnType;
  /** Numbers per chunk, at least 1. */
  readonly chunkLength: number;
  /** Name of the dimension, such as `"event"`. */
  readonly dimension: string;
}

/** Typed array constructors by number type. */
export const ARRAYS = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
} as const;

const CODECS = [
  { name: "bytes", configuration: { endian: "little" } },
  { name: "zstd", configuration: { level: 1, checksum: false } },
  { name: "crc32c", configuration: {} },
];

// zarrita's own crc32c codec cannot encode and does not verify.
zarr.registry.set("crc32c", () => Promise.resolve(Crc32cCodec));
zarr.registry.set("zstd", loadZstd);

/** Length and checksums of a column, from its `zarr.json`. */
export interface ColumnContent {
  /** Number of numbers. */
  readonly length: number;
  /** SHA-256 of each stored chunk; absent in older stores. */
  readonly sha256?: readonly string[];
}

/**
 * Writes the `zarr.json` of a column.
 *
 * @param store The column's folder.
 * @param layout Its layout.
 * @param content Its length, and the digests of its chunks.
 * @returns The column as an array.
 */
export function createArray<Store extends zarr.Mutable>(
  store: Store,
  { type, chunkLength, dimension }: ColumnLayout,
  { length, sha256 }: ColumnContent,
): Promise<zarr.Array<ColumnType, Store>> {
  return zarr.create<Store, ColumnType>(store, {
    shape: [length],
    chunkShape: [chunkLength],
    dtype: type,
    codecs: CODECS,
    fillValue: 0,
    dimensionNames: [dimension],
    attributes: sha256 === undefined ? {} : { sha256 },
  });
}

/**
 * Requires that `zarr.json` is what the writer writes for a layout.
 *
 * @param store The column's folder.
 * @param layout The layout that it must have.
 * @throws {Error} If it is missing or differs.
 */
export async function requireLayout(
  store: ZarrValues,
  layout: ColumnLayout,
): Promise<void> {
  const bytes = await store.get("/zarr.json");
  if (bytes === undefined) throw new Error("it is missing");
  const node = parseDescription(bytes);
  const attributes = withoutDigest(node.attributes);
  const found: Description = { ...node, attributes };
  const length = Object(node.shape)[0];
  if (!(Number.isSafeInteger(length) && length >= 0)) {
    throw new Error(`its shape is ${JSON.stringify(node.shape)}`);
  }
  const written = new Map<zarr.AbsolutePath, Uint8Array>();
  await createArray(written, layout, { length, ...attributes });
  const expected = parseDescription(written.get("/zarr.json")!);
  for (const [key, value] of Object.entries(expected)) {
    const [is, should] = [found[key], value].map((it) => JSON.stringify(it));
    if (is !== should) throw new Error(`its ${key} is ${is}, not ${should}`);
  }
}
