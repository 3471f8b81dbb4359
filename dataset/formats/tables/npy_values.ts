/**
 * Decoding of the values of NumPy arrays.
 *
 * @module
 */

/** Number types, by NumPy's names without byte order. */
const CODES = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"];

/** Index of the first type of floats; those before it are integers. */
export const FIRST_FLOAT: number = CODES.indexOf("f4");

/**
 * Arrays of these types, which the processor stores as a little-endian file
 * does; 64-bit integers become numbers one by one.
 */
const TYPED_ARRAYS = [
  Int8Array,
  Uint8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  undefined,
  undefined,
  Float32Array,
  Float64Array,
];

/** Type of array elements. */
export interface NpyType {
  /** Size of an element in bytes. */
  readonly size: number;
  /** Index of the number type; −1 if elements are not numbers. */
  readonly code: number;
  /** Whether elements are little-endian. */
  readonly littleEndian: boolean;
}

/**
 * Parses NumPy's name of a type, such as `<i4`.
 *
 * @param name The name.
 * @returns The type; `undefined` if its size is unknown.
 *
 * @example
 * ```ts
 * import { parseNpyType } from "./npy_values.ts";
 * const type = parseNpyType(">u2");
 * if (type?.size !== 2 || type.littleEndian) throw new Error("misread");
 * ```
 */
export function parseNpyType(name: unknown): NpyType | undefined {
  const [, order, kind, digits] =
    /^([<>|])([a-zA-Z])(\d{1,9})$/.exec(String(name)) ?? [];
  if (kind === undefined) return undefined;
  const count = Number(digits);
  return {
    size: kind === "U" ? 4 * count : count,
    code: CODES.indexOf(kind === "b" ? "u1" : kind + count),
    littleEndian: order !== ">",
  };
}

/** Location of the values of a column. */
export interface Strided {
  /** Type of the values. */
  readonly type: NpyType;
  /** Byte offset of the first value. */
  readonly offset: number;
  /** Distance between values in bytes. */
  readonly stride: number;
}

/**
 * Reads the values of a column.
 *
 * @param bytes The bytes with the values.
 * @param values Destination, whose length is the number of values to read.
 * @param column Location and type of the values.
 *
 * @example
 * ```ts
 * import { parseNpyType, readValues } from "./npy_values.ts";
 * const values = new Float64Array(2);
 * const type = parseNpyType("<i2")!;
 * const bytes = Uint8Array.of(9, 1, 0, 255, 255);
 * readValues(bytes, values, { type, offset: 1, stride: 2 });
 * if (values.join() !== "1,-1") throw new Error(`${values}`);
 * ```
 */
export function readValues(
  bytes: Uint8Array,
  values: Float64Array,
  { type, offset, stride }: Strided,
): void {
  const count = values.length;
  const { littleEndian, size } = type;
  const TypedArray = TYPED_ARRAYS[type.code];
  const start = bytes.byteOffset + offset;
  if (
    TypedArray !== undefined && stride === size && littleEndian &&
    start % size === 0
  ) {
    values.set(new TypedArray(bytes.buffer as ArrayBuffer, start, count));
    return;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = offset;
  // One loop per type, which avoids a branch at every value.
  switch (type.code) {
    case 0:
      for (let i = 0; i < count; i++, at += stride) {
        values[i] = view.getInt8(at);
      }
      break;
    case 1:
      for (let i = 0; i < count; i++, at += stride) {
        values[i] = view.getUint8(at);
      }
      break;
    case 2:
      for (let i = 0; i < count; i++, at += stride) {
        values[i] = view.getInt16(at, littleEndian);
      }
      break;
    case 3:
      for (let i = 0; i < count; i++, at += stride) {
        values[i] = view.getUint16(at, littleEndian);
      }
      break;
    case 4:
      for (let i = 0; i < count; i++, at += stride) {
        values[i] = view.getInt32(at, littleEndian);
      }
      break;
    case 5:
      for (let i = 0; i < count; i++, at += stride) {
        values[i] = view.getUint32(at, littleEndian);
      }
      break;
    case 6:
    case 7: {
      const isSigned = type.code === 6;
      const lower = littleEndian ? 0 : 4;
      for (let i = 0; i < count; i++, at += stride) {
        const low = view.getInt32(at + lower, littleEndian);
        const high = view.getInt32(at + 4 - lower, littleEndian);
        // Most values fit in the lower half, which saves arithmetic.
        values[i] = high === 0 && low >= 0
          ? low
          : (isSigned ? high : high >>> 0) * 2 ** 32 + (low >>> 0);
      }
      break;
    }
    case 8:
      for (let i = 0; i < count; i++, at += stride) {
        values[i] = view.getFloat32(at, littleEndian);
      }
      break;
    default:
      for (let i = 0; i < count; i++, at += stride) {
        values[i] = view.getFloat64(at, littleEndian);
      }
  }
}
