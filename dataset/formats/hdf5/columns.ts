/**
 * Decoding of the little-endian values of HDF5 data sets.
 *
 * @module
 */

import type { Metadata } from "npm:h5wasm@0.10.3";

/** Kinds of values by HDF5's class number. */
const KINDS: Readonly<Record<number, ValueType["kind"]>> = {
  0: "integer",
  1: "float",
  6: "compound",
  8: "enum",
  9: "list",
};

/** HDF5's class number of strings. */
export const TEXT = 3;

/** Type of values, which the library returns little-endian. */
export interface ValueType {
  /** Kind of the value; a list has variable length. */
  readonly kind: "integer" | "float" | "compound" | "enum" | "list" | "other";
  /** Size in bytes. */
  readonly size: number;
  /** Whether an integer is signed. */
  readonly signed: boolean;
  /** Whether a number is little-endian in the file. */
  readonly littleEndian: boolean;
  /** Fields of a compound, with their byte offsets. */
  readonly fields: readonly {
    readonly name: string;
    readonly offset: number;
    readonly type: ValueType;
  }[];
  /** Element type of a list. */
  readonly element: ValueType | undefined;
}

/** Reads a number at a byte offset. */
export type ReadNumber = (view: DataView, at: number) => number;

/**
 * Makes a reader of numbers of a type.
 *
 * @param type The type: integers of up to 64 bits, exact up to 2⁵³,
 *   floating-point numbers of 16 to 64 bits, or enumerations.
 * @returns The reader; `undefined` for other types.
 *
 * @example
 * ```ts
 * import { numberReader } from "./columns.ts";
 * const read = numberReader({
 *   kind: "float",
 *   size: 2,
 *   signed: true,
 *   littleEndian: true,
 *   fields: [],
 *   element: undefined,
 * });
 * const half = new DataView(Uint16Array.of(0x3800).buffer);
 * if (read?.(half, 0) !== 0.5) throw new Error("expected a half");
 * ```
 */
export function numberReader(type: ValueType): ReadNumber | undefined {
  const { kind, size, signed } = type;
  if (kind === "float") {
    switch (size) {
      case 2:
        return (view, at) => view.getFloat16(at, true);
      case 4:
        return (view, at) => view.getFloat32(at, true);
      case 8:
        return (view, at) => view.getFloat64(at, true);
    }
    return undefined;
  }
  if (kind !== "integer" && kind !== "enum") return undefined;
  switch (size) {
    case 1:
      return signed
        ? (view, at) => view.getInt8(at)
        : (view, at) => view.getUint8(at);
    case 2:
      return signed
        ? (view, at) => view.getInt16(at, true)
        : (view, at) => view.getUint16(at, true);
    case 4:
      return signed
        ? (view, at) => view.getInt32(at, true)
        : (view, at) => view.getUint32(at, true);
    case 8:
      return signed
        ? (view, at) =>
          view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true)
        : (view, at) =>
          view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
  }
  return undefined;
}

/**
 * Makes a reader of strings.
 *
 * @param memory The library's memory.
 * @param metadata Type of the strings; those of variable length are
 *   null-terminated.
 * @returns A function that reads the string at a byte offset of a view of that
 *   memory.
 */
export function textReader(
  memory: Uint8Array,
  { vlen, size }: Pick<Metadata, "vlen" | "size">,
): (view: DataView, at: number) => string {
  return (view, at) => {
    const start = vlen ? view.getUint32(at, true) : view.byteOffset + at;
    if (start === 0) return "";
    const most = vlen ? memory.length : start + size;
    const zero = memory.subarray(0, most).indexOf(0, start);
    const end = zero < 0 ? most : zero;
    return new TextDecoder().decode(memory.slice(start, end));
  };
}

/**
 * Converts h5wasm's description of a type.
 *
 * @param metadata Type and shape of values, from h5wasm.
 * @returns The type of the values.
 */
export function typeOf(metadata: Metadata): ValueType {
  return {
    kind: KINDS[metadata.type] ?? "other",
    size: metadata.size,
    signed: metadata.signed,
    littleEndian: metadata.littleEndian,
    fields: metadata.compound_type?.members.map((member) => ({
      name: member.name,
      offset: member.offset,
      type: typeOf(member),
    })) ?? [],
    element: metadata.vlen_type && typeOf(metadata.vlen_type),
  };
}
