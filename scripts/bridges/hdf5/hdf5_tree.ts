/**
 * Whole HDF5 files as trees of groups and data sets.
 *
 * @module
 */

import { RecordingError } from "../../../dataset/files/errors.ts";
import type { FileSource } from "../../../dataset/files/file_source.ts";
import { Hdf5File } from "../../../dataset/formats/hdf5/hdf5_file.ts";
import { NetworkError } from "../network/network_error.ts";

/** Largest number of groups and data sets of a file, and deepest nesting. */
const [MAX_ENTRIES, DEEPEST] = [50_000, 16];

/** A data set: an array of numbers or texts. */
export interface Hdf5Data {
  /** Lengths of the dimensions, slowest first; empty for a single value. */
  readonly shape: readonly number[];
  /** The values; arrays that are read hold 64-bit floats or texts. */
  readonly values:
    | Float64Array
    | Float32Array
    | BigInt64Array
    | readonly string[];
  /** Size of each text, if fixed. @default texts of any length */
  readonly textBytes?: number;
}

/** A group: data sets and further groups by name. */
export interface Hdf5Group extends ReadonlyMap<string, Hdf5Group | Hdf5Data> {}

/**
 * Tells a group from a data set.
 *
 * @param entry An entry of a group.
 * @returns Whether it is a group.
 */
export function isGroup(
  entry: Hdf5Group | Hdf5Data | undefined,
): entry is Hdf5Group {
  return entry instanceof Map;
}

/**
 * Reads a whole file.
 *
 * @param source The file.
 * @returns Its root.
 * @throws {NetworkError} If it is no HDF5 file or damaged, or has more than
 * 50,000 entries.
 */
export async function readHdf5Tree(source: FileSource): Promise<Hdf5Group> {
  try {
    using file = await Hdf5File.open(source);
    return readGroup(file, "", { left: MAX_ENTRIES, depth: 0 });
  } catch (cause) {
    if (!(cause instanceof RecordingError)) throw cause;
    throw new NetworkError(cause.problem, { cause });
  }
}

function readGroup(
  file: Hdf5File,
  path: string,
  budget: { left: number; readonly depth: number },
): Hdf5Group {
  if (budget.depth > DEEPEST) {
    throw new NetworkError(`"${path}" is more than ${DEEPEST} groups deep`);
  }
  const group = new Map<string, Hdf5Group | Hdf5Data>();
  const inner = { left: budget.left, depth: budget.depth + 1 };
  for (const { name, kind } of file.entries(path)) {
    if (inner.left-- <= 0) {
      throw new NetworkError(`it has more than ${MAX_ENTRIES} entries`);
    }
    const own = `${path}/${name}`;
    if (kind === "group") group.set(name, readGroup(file, own, inner));
    const data = kind === "data" ? file.array(own) : undefined;
    if (data) group.set(name, data);
  }
  budget.left = inner.left;
  return group;
}
