/**
 * HDF5 files of events: written by the library, and compressed anew with
 * filters that the library lacks.
 *
 * @module
 */

import { inflateSync } from "node:zlib";
import h5wasm from "npm:h5wasm@0.10.3";
import { concatBytes } from "../aedat_files.ts";
import type { Row } from "../recordings.ts";

/** Counts files: each has a name of its own in the library. */
let written = 0;

/** Types of the columns that events are stored in. */
export type Types = readonly [x: string, y: string, t: string, p: string];

/**
 * Writes a file by the library.
 *
 * @param write Fills the file.
 * @param options Whether to write the oldest version, without checksums.
 * @returns The file.
 */
export async function libraryFile(
  write: (file: InstanceType<typeof h5wasm.File>) => void,
  { oldest = false }: { readonly oldest?: boolean } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { FS } = await h5wasm.ready;
  const path = `file_${written++}.h5`;
  const file = new h5wasm.File(
    path,
    "w",
    oldest ? { libver: ["earliest", "latest"] } : {},
  );
  write(file);
  file.close();
  const bytes = FS.readFile(path) as Uint8Array<ArrayBuffer>;
  FS.unlink(path);
  return bytes.slice();
}

/** Writes events into four data sets, with other data sets beside them. */
export function columnsFile(
  rows: readonly Row[],
  {
    types: [x, y, t, p],
    chunk,
    suffix = "",
    others = {},
    oldest,
    unwritten = 0,
  }: {
    readonly types: Types;
    readonly chunk?: number;
    readonly suffix?: string;
    readonly oldest?: boolean;
    /** Number of events that are added without a value. */
    readonly unwritten?: number;
    /** Other values by their paths. */
    readonly others?: Readonly<Record<string, bigint | string | number[]>>;
  },
): Promise<Uint8Array<ArrayBuffer>> {
  return libraryFile((file) => {
    const group = file.create_group("events");
    for (
      const [field, name, dtype] of [
        [0, "x", x],
        [1, "y", y],
        [2, "t", t],
        [3, "p", p],
      ] as const
    ) {
      const values = rows.map((row) => row[field]);
      const column = group.create_dataset({
        name: name + suffix,
        data: dtype === "<q"
          ? BigInt64Array.from(values, BigInt)
          : dtype === "<d"
          ? Float64Array.from(values, (value) => value / 1e6)
          : values,
        dtype,
        chunks: chunk === undefined ? null : [Math.min(chunk, rows.length)],
        compression: chunk === undefined ? undefined : "gzip",
        maxshape: chunk === undefined ? undefined : [null],
      });
      if (unwritten > 0) column.resize([rows.length + unwritten]);
    }
    for (const [name, data] of Object.entries(others)) {
      file.create_dataset({
        name,
        data: typeof data === "bigint" ? BigInt64Array.of(data) : data,
        shape: typeof data === "bigint" ? [] : undefined,
      });
    }
  }, { oldest });
}

/**
 * Compresses the chunks of a file anew, which gzip has compressed.
 *
 * @param file The file, of the oldest version.
 * @param filter Number and name of the filter that takes the place of gzip, and
 *   what compresses a chunk by it.
 * @returns The file, with the new chunks at its end.
 */
export async function recompressed(
  file: Uint8Array<ArrayBuffer>,
  { id, name = "", compress }: {
    readonly id: number;
    readonly name?: string;
    readonly compress: (
      chunk: Uint8Array<ArrayBuffer>,
    ) => Uint8Array | Promise<Uint8Array>;
  },
): Promise<Uint8Array<ArrayBuffer>> {
  const start = file.slice();
  const view = new DataView(start.buffer);
  const text = new TextDecoder("latin1").decode(start);
  for (const { index } of text.matchAll(/deflate/g)) {
    // Before the name are the number, and three numbers of 16 bits.
    view.setUint16(index - 8, id, true);
    start.set(new TextEncoder().encode(name.padEnd(8, "\0")), index);
  }
  const chunks: Uint8Array[] = [];
  let end = start.length;
  for (const { index } of text.matchAll(/TREE/g)) {
    // Nodes of chunks have type 1, others are of groups.
    if (start[index + 4] !== 1) continue;
    for (let entry = 0; entry < view.getUint16(index + 6, true); entry++) {
      const key = index + 24 + 32 * entry;
      const place = Number(view.getBigUint64(key + 24, true));
      const bytes = view.getUint32(key, true);
      const content = inflateSync(start.subarray(place, place + bytes));
      const chunk = await compress(Uint8Array.from(content));
      view.setUint32(key, chunk.length, true);
      view.setBigUint64(key + 24, BigInt(end), true);
      chunks.push(chunk);
      end += chunk.length;
    }
  }
  return concatBytes(start, ...chunks);
}
