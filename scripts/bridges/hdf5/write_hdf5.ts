/**
 * Writes HDF5 files with the HDF5 library in WebAssembly.
 *
 * @module
 */

import type * as h5wasm from "npm:h5wasm@0.10.3";
import { type Hdf5Data, type Hdf5Group, isGroup } from "./hdf5_tree.ts";

/** Number of values from which a data set is compressed. */
const LARGE = 1024;

/** Returns the HDF5 library's name of a data type. */
function typeOf({ values, textBytes }: Hdf5Data): string {
  if (values instanceof Float32Array) return "<f";
  if (values instanceof Float64Array) return "<d";
  if (values instanceof BigInt64Array) return "<q";
  return `S${textBytes ?? ""}`;
}

/**
 * Writes a file.
 *
 * @param root The root.
 * @returns The bytes of the file.
 *
 * @example
 * ```ts
 * import { writeHdf5 } from "./write_hdf5.ts";
 * const bytes = await writeHdf5(
 *   new Map([["answer", { shape: [], values: Float64Array.of(42) }]]),
 * );
 * const start = new TextDecoder().decode(bytes.subarray(1, 4));
 * if (start !== "HDF") throw new Error("expected an HDF5 file");
 * ```
 */
export async function writeHdf5(
  root: Hdf5Group,
): Promise<Uint8Array<ArrayBuffer>> {
  const { File, ready } = await import("npm:h5wasm@0.10.3");
  const { FS } = await ready;
  const name = `network_${crypto.randomUUID()}`;
  const file = new File(name, "w");
  try {
    writeGroup(file, root);
    file.close();
    return new Uint8Array(FS.readFile(name));
  } finally {
    FS.unlink(name);
  }
}

function writeGroup(group: h5wasm.Group, entries: Hdf5Group): void {
  for (const [name, entry] of entries) {
    if (isGroup(entry)) writeGroup(group.create_group(name), entry);
    else writeData(group, name, entry);
  }
}

function writeData(group: h5wasm.Group, name: string, data: Hdf5Data): void {
  const { shape, values } = data;
  const chunks = values.length >= LARGE && !Array.isArray(values)
    ? { chunks: [...shape], compression: "gzip" as const }
    : {};
  group.create_dataset({
    name,
    data: valueOf(data),
    shape: [...shape],
    dtype: typeOf(data),
    ...chunks,
  });
}

/** Converts values to the types that the HDF5 library accepts. */
function valueOf({ shape, values }: Hdf5Data) {
  const isText = !ArrayBuffer.isView(values);
  if (!isText) return values as Float64Array;
  return shape.length === 0 ? values[0] : [...values];
}
