/**
 * Values of NumPy arrays, by their types.
 *
 * @module
 */

/** Types of numbers, by NumPy's names without the order of bytes. */
const CODES = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"];

/** A type of elements. */
export interface NpyType {
  /** Bytes of an element. */
  readonly size: number;
  /** Which type of numbers it is; -1 for one that is none. */
  readonly code: number;
  /** Whether the lowest byte comes first. */
  readonly littleEndian: boolean;
}

/**
 * Parses NumPy's name of a type, such as `<i4`.
 *
 * @param name The name.
 * @returns The type; `undefined` if not even its size is known.
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

/** Where the values of a column are. */
export interface Strided {
  /** Their type. */
  readonly type: NpyType;
  /** Byte of the first. */
  readonly offset: number;
  /** Bytes from one to the next. */
  readonly stride: number;
}

/**
 * Reads the values of a column.
 *
 * @param bytes The bytes that hold them.
 * @param values They are written here; as many are read as it has elements.
 * @param column Where they are.
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
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const { code, littleEndian: little } = type;
  const count = values.length;
  for (let i = 0, at = offset; i < count; i++, at += stride) {
    switch (code) {
      case 0:
        values[i] = view.getInt8(at);
        break;
      case 1:
        values[i] = view.getUint8(at);
        break;
      case 2:
        values[i] = view.getInt16(at, little);
        break;
      case 3:
        values[i] = view.getUint16(at, little);
        break;
      case 4:
        values[i] = view.getInt32(at, little);
        break;
      case 5:
        values[i] = view.getUint32(at, little);
        break;
      case 6:
        values[i] = view.getInt32(at + (little ? 4 : 0), little) * 2 ** 32 +
          view.getUint32(at + (little ? 0 : 4), little);
        break;
      case 7:
        values[i] = view.getUint32(at + (little ? 4 : 0), little) * 2 ** 32 +
          view.getUint32(at + (little ? 0 : 4), little);
        break;
      case 8:
        values[i] = view.getFloat32(at, little);
        break;
      default:
        values[i] = view.getFloat64(at, little);
    }
  }
}
