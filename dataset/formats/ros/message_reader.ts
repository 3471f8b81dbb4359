/**
 * Fields of ROS messages, as ROS 1 and ROS 2 write them.
 *
 * Source: ROS 1 message serialization; OMG DDS-XTypes 1.3, section 7.4.3, for
 * CDR.
 *
 * @module
 */

/** Bytes of a CDR message before its first field. */
const CDR_HEADER_BYTES = 4;

/** How a message is written: `"cdr"` aligns numbers to their own size. */
export type MessageEncoding = "ros1" | "cdr";

/**
 * Reads the fields of a message, one after another.
 *
 * Every method throws a `RangeError` where the message ends before the field.
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
  /** Whether numbers have their lowest byte first. */
  readonly littleEndian: boolean;
  /** Byte of the next field. */
  at: number;
  readonly #start: number;
  readonly #aligned: boolean;

  /**
   * Starts at the first field.
   *
   * @param bytes The message.
   * @param encoding How it is written.
   */
  constructor(bytes: Uint8Array, encoding: MessageEncoding) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#aligned = encoding === "cdr";
    this.#start = this.#aligned ? CDR_HEADER_BYTES : 0;
    this.at = this.#start;
    this.littleEndian = !this.#aligned || this.view.getUint8(1) % 2 === 1;
  }

  /**
   * Passes over a field.
   *
   * @param size Its bytes; a number is aligned to them in CDR.
   * @returns The byte where it starts.
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
   * Reads a number of 8 bits.
   *
   * @returns The number.
   */
  uint8(): number {
    return this.view.getUint8(this.place(1));
  }

  /**
   * Reads a number of 32 bits.
   *
   * @returns The number.
   */
  uint32(): number {
    return this.view.getUint32(this.place(4), this.littleEndian);
  }

  /**
   * Reads a number of 64 bits.
   *
   * @returns The number.
   */
  uint64(): bigint {
    return this.view.getBigUint64(this.place(8), this.littleEndian);
  }

  /**
   * Reads a sequence of bytes, after their number.
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
   * Reads a text.
   *
   * @returns The text, without the zero that ends it in CDR.
   */
  text(): string {
    return new TextDecoder().decode(this.bytes()).replace(/\0$/, "");
  }
}
