/**
 * Reader of the fields of ROS messages in the serialisations of ROS 1 and ROS
 * 2.
 *
 * Source: ROS 1 message serialization; OMG DDS-XTypes 1.3, section 7.4.3, for
 * CDR.
 *
 * @module
 */

/** Size of the header of a CDR message in bytes. */
const CDR_HEADER_BYTES = 4;

/**
 * Serialisation of a message; `"cdr"` (ROS 2) aligns numbers to their own size.
 */
export type MessageEncoding = "ros1" | "cdr";

/**
 * Sequential reader of the fields of a message.
 *
 * Every method throws a `RangeError` if the message ends before the field does.
 *
 * @example
 * ```ts
 * import { MessageReader } from "./message_reader.ts";
 * const bytes = Uint8Array.of(0, 1, 0, 0, 5, 0, 0, 0, 7, 0, 0, 0);
 * const reader = new MessageReader(bytes, "cdr");
 * const [first, second] = [reader.uint8(), reader.uint32()];
 * if (first !== 5 || second !== 7) throw new Error("misread");
 * ```
 */
export class MessageReader {
  /** The message. */
  readonly view: DataView;
  /** Whether numbers are little-endian. */
  readonly littleEndian: boolean;
  /** Byte offset of the next field. */
  at: number;
  readonly #start: number;
  readonly #aligned: boolean;

  /**
   * Makes a reader positioned at the first field.
   *
   * @param bytes The message.
   * @param encoding Its serialisation.
   */
  constructor(bytes: Uint8Array, encoding: MessageEncoding) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#aligned = encoding === "cdr";
    this.#start = this.#aligned ? CDR_HEADER_BYTES : 0;
    this.at = this.#start;
    this.littleEndian = !this.#aligned || this.view.getUint8(1) % 2 === 1;
  }

  /**
   * Skips a field.
   *
   * @param size Size in bytes, to which CDR aligns the field.
   * @returns Byte offset of the field.
   */
  place(size: 1 | 2 | 4 | 8): number {
    if (this.#aligned) {
      this.at += (size - (this.at - this.#start) % size) % size;
    }
    const at = this.at;
    this.at += size;
    return at;
  }

  /**
   * Reads an unsigned 8-bit number.
   *
   * @returns The number.
   */
  uint8(): number {
    return this.view.getUint8(this.place(1));
  }

  /**
   * Reads an unsigned 32-bit number.
   *
   * @returns The number.
   */
  uint32(): number {
    return this.view.getUint32(this.place(4), this.littleEndian);
  }

  /**
   * Reads an unsigned 64-bit number.
   *
   * @returns The number.
   */
  uint64(): bigint {
    return this.view.getBigUint64(this.place(8), this.littleEndian);
  }

  /**
   * Reads a length-prefixed sequence of bytes.
   *
   * @returns A view of the bytes.
   */
  bytes(): Uint8Array {
    const length = this.uint32();
    const { buffer, byteOffset, byteLength } = this.view;
    if (this.at + length > byteLength) {
      throw new RangeError(
        `${length} bytes belong at ${this.at}, ${
          byteLength - this.at
        } are left`,
      );
    }
    this.at += length;
    return new Uint8Array(buffer, byteOffset + this.at - length, length);
  }

  /**
   * Reads a string.
   *
   * @returns The string, without CDR's terminating zero.
   */
  text(): string {
    return new TextDecoder().decode(this.bytes()).replace(/\0$/, "");
  }
}
