/**
 * Conversion of bytes to columns of numbers.
 *
 * @module
 */

import type { ValueType } from "./columns.ts";

/** A column of numbers. */
export type Numbers =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float16Array
  | Float32Array
  | Float64Array;

/** Location of a number in each of consecutive values. */
export interface NumberField {
  /** Type of the number. */
  readonly type: ValueType;
  /** Byte offset in a value. */
  readonly offset: number;
  /** Size of a value in bytes. */
  readonly stride: number;
}

/** Bytes that start at an address which all numbers may have. */
export type AlignedBytes = Uint8Array<ArrayBuffer>;

/** Makes a column of the bytes of consecutive little-endian values. */
export type ReadNumbers = (bytes: AlignedBytes) => Numbers;

/**
 * Makes a reader of the numbers in a field of values.
 *
 * @param field Location and type of the field: integers of up to 64 bits, exact
 *   up to 2⁵³, floating-point numbers of 16 to 64 bits, or enumerations.
 * @returns The reader; `undefined` for other types.
 *
 * @example
 * ```ts
 * import { numbersReader } from "./numbers.ts";
 * const type = {
 *   kind: "integer",
 *   size: 2,
 *   signed: true,
 *   littleEndian: true,
 *   fields: [],
 *   element: undefined,
 * } as const;
 * const read = numbersReader({ type, offset: 1, stride: 3 });
 * const numbers = read?.(Uint8Array.of(0, 7, 0, 0, 0xff, 0xff));
 * if (numbers?.join() !== "7,-1") throw new Error("misread");
 * ```
 */
export function numbersReader(field: NumberField): ReadNumbers | undefined {
  const { kind, size } = field.type;
  if (size === 8 && (kind === "integer" || kind === "enum")) {
    return (bytes) => joinWords(bytes, field);
  }
  const read = compactReader(field.type);
  if (read === undefined || field.stride === size) return read;
  return (bytes) => read(gather(bytes, field));
}

/** Makes a reader of numbers without other bytes between them. */
function compactReader(
  { kind, size, signed }: ValueType,
): ReadNumbers | undefined {
  if (kind === "float") {
    switch (size) {
      case 2:
        return viewAs(Float16Array);
      case 4:
        return viewAs(Float32Array);
      case 8:
        return viewAs(Float64Array);
    }
    return undefined;
  }
  if (kind !== "integer" && kind !== "enum") return undefined;
  switch (size) {
    case 1:
      return viewAs(signed ? Int8Array : Uint8Array);
    case 2:
      return viewAs(signed ? Int16Array : Uint16Array);
    case 4:
      return viewAs(signed ? Int32Array : Uint32Array);
  }
  return undefined;
}

/** Typed array that is made of a buffer. */
interface ColumnOf<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, at?: number, length?: number): T;
}

function viewAs(Column: ColumnOf<Numbers>): ReadNumbers {
  return ({ buffer, byteOffset, byteLength }) =>
    new Column(buffer, byteOffset, byteLength / Column.BYTES_PER_ELEMENT);
}

/** Converts a field of integers of 64 bits. */
function joinWords(
  bytes: AlignedBytes,
  { type: { signed }, offset, stride }: NumberField,
): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const numbers = new Float64Array(Math.floor(bytes.length / stride));
  for (let i = 0, at = offset; i < numbers.length; i++, at += stride) {
    const low = view.getInt32(at, true);
    const high = view.getInt32(at + 4, true);
    // Most values fit in the lower half, which saves arithmetic.
    numbers[i] = high === 0 && low >= 0
      ? low
      : (signed ? high : high >>> 0) * 2 ** 32 + (low >>> 0);
  }
  return numbers;
}

/**
 * Copies a field of all values. One loop for each size is several times as fast
 * as one for all.
 */
function gather(
  bytes: AlignedBytes,
  { type: { size }, offset, stride }: NumberField,
): AlignedBytes {
  const count = Math.floor(bytes.length / stride);
  const output = new Uint8Array(count * size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = offset;
  if (size === 1) {
    for (let i = 0; i < count; i++, at += stride) output[i] = bytes[at];
  } else if (size === 2) {
    const words = new Uint16Array(output.buffer);
    for (let i = 0; i < count; i++, at += stride) {
      words[i] = view.getUint16(at, true);
    }
  } else if (size === 4) {
    const words = new Uint32Array(output.buffer);
    for (let i = 0; i < count; i++, at += stride) {
      words[i] = view.getUint32(at, true);
    }
  } else {
    const words = new BigUint64Array(output.buffer);
    for (let i = 0; i < count; i++, at += stride) {
      words[i] = view.getBigUint64(at, true);
    }
  }
  return output;
}

/**
 * Reverses the bytes of big-endian numbers.
 *
 * @param bytes Consecutive values, which are changed in place.
 * @param type Type of the values.
 *
 * @example
 * ```ts
 * import { makeLittleEndian } from "./numbers.ts";
 * const type = {
 *   kind: "integer",
 *   size: 2,
 *   signed: true,
 *   littleEndian: false,
 *   fields: [],
 *   element: undefined,
 * } as const;
 * const bytes = Uint8Array.of(1, 2, 3, 4);
 * makeLittleEndian(bytes, type);
 * if (bytes.join() !== "2,1,4,3") throw new Error(bytes.join());
 * ```
 */
export function makeLittleEndian(bytes: Uint8Array, type: ValueType): void {
  reverseBytes(bytes, { type, offset: 0, stride: type.size });
}

function reverseBytes(
  bytes: Uint8Array,
  { type, offset, stride }: NumberField,
): void {
  for (const field of type.fields) {
    const { type, offset: within } = field;
    reverseBytes(bytes, { type, offset: offset + within, stride });
  }
  const isNumber = ["integer", "float", "enum"].includes(type.kind);
  if (type.littleEndian || !isNumber) return;
  for (let at = offset; at < bytes.length; at += stride) {
    bytes.subarray(at, at + type.size).reverse();
  }
}
