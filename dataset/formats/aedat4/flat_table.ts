/**
 * In-place reader of FlatBuffers tables.
 *
 * Source: FlatBuffers internals, "Tables" and "Vectors".
 *
 * @module
 */

/** Size of the prefix in bytes: buffer size, root offset and identifier. */
const PREFIX_BYTES = 12;

const latin1 = new TextDecoder("latin1");

/** Location of a vector's elements in the buffer. */
export interface FlatVector {
  /** Byte offset of the first element. */
  readonly start: number;
  /** Number of elements. */
  readonly length: number;
}

/**
 * A table in a size-prefixed buffer.
 *
 * @example
 * ```ts
 * import { FlatTable } from "./flat_table.ts";
 * // Size 20, root at 12 + 4, "CATS"; fields from 4 on, a table of 8 bytes.
 * const bytes = Uint8Array.of(
 *   ...[26, 0, 0, 0, 14, 0, 0, 0, 67, 65, 84, 83],
 *   ...[6, 0, 8, 0, 4, 0, 6, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0],
 * );
 * const table = FlatTable.root(bytes, "CATS");
 * if (table.int32(0, -1) !== 9 || table.int32(1, -1) !== -1) throw new Error();
 * ```
 */
export class FlatTable {
  /** View of the whole buffer. */
  readonly view: DataView;
  readonly #at: number;

  private constructor(view: DataView, at: number) {
    this.view = view;
    this.#at = at;
  }

  /**
   * Finds the root table of a buffer.
   *
   * @param bytes The size-prefixed buffer.
   * @param identifier Four letters that identify its type.
   * @returns The root table.
   * @throws {RangeError} If the buffer has another type or is cut off.
   */
  static root(bytes: Uint8Array, identifier: string): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const found = latin1.decode(bytes.subarray(8, PREFIX_BYTES));
    if (found !== identifier || view.getUint32(0, true) > bytes.length - 4) {
      throw new RangeError(`no buffer of type "${identifier}"`);
    }
    return new FlatTable(view, 4 + view.getUint32(4, true));
  }

  /**
   * Reads a signed 32-bit number.
   *
   * @param field Index of the field.
   * @param otherwise Default value of an absent field.
   * @returns The number.
   * @throws {RangeError} If it lies outside the buffer.
   */
  int32(field: number, otherwise: number): number {
    const at = this.#find(field);
    return at === undefined ? otherwise : this.view.getInt32(at, true);
  }

  /**
   * Reads a signed 64-bit number.
   *
   * @param field Index of the field.
   * @param otherwise Default value of an absent field.
   * @returns The number, exact up to 2⁵³.
   * @throws {RangeError} If it lies outside the buffer.
   */
  int64(field: number, otherwise: number): number {
    const at = this.#find(field);
    if (at === undefined) return otherwise;
    return Number(this.view.getBigInt64(at, true));
  }

  /**
   * Finds the elements of a vector of structs.
   *
   * @param field Index of the field.
   * @param elementBytes Size of an element in bytes.
   * @returns Their location; no elements if the field is absent.
   * @throws {RangeError} If they lie outside the buffer.
   */
  vector(field: number, elementBytes: number): FlatVector {
    const at = this.#find(field);
    if (at === undefined) return { start: 0, length: 0 };
    const head = at + this.view.getUint32(at, true);
    const length = this.view.getUint32(head, true);
    const start = head + 4;
    if (start + length * elementBytes > this.view.byteLength) {
      throw new RangeError(`${length} elements lie outside the buffer`);
    }
    return { start, length };
  }

  /**
   * Reads a string.
   *
   * @param field Index of the field.
   * @returns The string; empty if the field is absent.
   * @throws {RangeError} If it lies outside the buffer.
   */
  text(field: number): string {
    const { start, length } = this.vector(field, 1);
    const { buffer, byteOffset } = this.view;
    return new TextDecoder().decode(
      new Uint8Array(buffer, byteOffset + start, length),
    );
  }

  /** Finds the byte offset of a field with the table's vtable. */
  #find(field: number): number | undefined {
    const offsets = this.#at - this.view.getInt32(this.#at, true);
    const entry = 4 + 2 * field;
    if (entry + 2 > this.view.getUint16(offsets, true)) return undefined;
    const offset = this.view.getUint16(offsets + entry, true);
    return offset === 0 ? undefined : this.#at + offset;
  }
}
