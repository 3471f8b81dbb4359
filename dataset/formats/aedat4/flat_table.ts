/**
 * Tables of FlatBuffers, read in place.
 *
 * Source: FlatBuffers internals, "Tables" and "Vectors".
 *
 * @module
 */

/** Bytes of the size, the offset of the root and the identifier. */
const PREFIX_BYTES = 12;

const latin1 = new TextDecoder("latin1");

/** Elements of a vector, as they are in memory. */
export interface FlatVector {
  /** Byte of the first. */
  readonly start: number;
  /** How many there are. */
  readonly length: number;
}

/**
 * A table of a buffer that starts with its size.
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
  /** The bytes of the buffer. */
  readonly view: DataView;
  readonly #at: number;

  private constructor(view: DataView, at: number) {
    this.view = view;
    this.#at = at;
  }

  /**
   * Finds the root of a buffer.
   *
   * @param bytes The buffer, its size at the front.
   * @param identifier Four letters that tell its type.
   * @returns The root.
   * @throws {RangeError} If it is of another type, or cut off.
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
   * Reads a number of 32 bits.
   *
   * @param field Index of the field.
   * @param otherwise The number where the field is absent.
   * @returns The number.
   * @throws {RangeError} If it lies outside the buffer.
   */
  int32(field: number, otherwise: number): number {
    const at = this.#find(field);
    return at === undefined ? otherwise : this.view.getInt32(at, true);
  }

  /**
   * Reads a number of 64 bits.
   *
   * @param field Index of the field.
   * @param otherwise The number where the field is absent.
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
   * @param elementBytes Bytes of an element.
   * @returns Where they are; none if the field is absent.
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
   * Reads a text.
   *
   * @param field Index of the field.
   * @returns The text; empty if the field is absent.
   * @throws {RangeError} If it lies outside the buffer.
   */
  text(field: number): string {
    const { start, length } = this.vector(field, 1);
    const { buffer, byteOffset } = this.view;
    return new TextDecoder().decode(
      new Uint8Array(buffer, byteOffset + start, length),
    );
  }

  /** Finds a field by the table of offsets that belongs to this table. */
  #find(field: number): number | undefined {
    const offsets = this.#at - this.view.getInt32(this.#at, true);
    const entry = 4 + 2 * field;
    if (entry + 2 > this.view.getUint16(offsets, true)) return undefined;
    const offset = this.view.getUint16(offsets + entry, true);
    return offset === 0 ? undefined : this.#at + offset;
  }
}
