/**
 * Stack machine for pickles.
 *
 * @module
 */

import { NetworkError } from "../network/network_error.ts";

/**
 * Makes the error of a pickle that is damaged.
 *
 * @returns The error.
 */
export function damaged(): NetworkError {
  return new NetworkError("its pickle is damaged");
}

/** Marks a position on the stack. */
export const MARK: symbol = Symbol("mark");

/** Stack, memo and input bytes of a pickle. */
export class PickleMachine {
  /** Offset of the next byte. */
  at: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();

  /**
   * Creates a machine with an empty stack.
   *
   * @param bytes Bytes that hold it.
   * @param start Byte at which it starts.
   */
  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = start;
  }

  #unsigned(size: 1 | 2 | 4): number {
    const { at } = this;
    this.at += size;
    return size === 1
      ? this.#view.getUint8(at)
      : size === 2
      ? this.#view.getUint16(at, true)
      : this.#view.getUint32(at, true);
  }

  /** Reads an unsigned integer of the given number of bytes. */
  size(size: 1 | 2 | 4 | 8): number {
    if (size < 8) return this.#unsigned(size as 4);
    const low = this.#unsigned(4);
    return low + 2 ** 32 * this.#unsigned(4);
  }

  /** Reads a signed 32-bit integer. */
  int32(): number {
    const value = this.#view.getInt32(this.at, true);
    this.at += 4;
    return value;
  }

  /** Reads a 64-bit float, big-endian. */
  float64(): number {
    const value = this.#view.getFloat64(this.at, false);
    this.at += 8;
    return value;
  }

  /** Reads the given number of bytes. */
  bytes(size: number): Uint8Array {
    const end = this.at + size;
    if (!(end <= this.#bytes.length)) throw new RangeError("it is too short");
    const bytes = this.#bytes.subarray(this.at, end);
    this.at = end;
    return bytes;
  }

  /** Reads a text of the given number of bytes. */
  text(size: number): string {
    return new TextDecoder().decode(this.bytes(size));
  }

  /** Reads a text up to the end of its line. */
  line(): string {
    const end = this.#bytes.indexOf(10, this.at);
    if (end < 0) throw new RangeError("it is too short");
    const line = this.text(end - this.at);
    this.at = end + 1;
    return line;
  }

  /** Puts a value on the stack. */
  push(value: unknown): void {
    this.#stack.push(value);
  }

  /** Removes and returns the top value. */
  pop(): unknown {
    if (this.#stack.length === 0) throw damaged();
    return this.#stack.pop();
  }

  /** The top value. */
  top(): unknown {
    const value = this.pop();
    this.#stack.push(value);
    return value;
  }

  /** Removes and returns the values above the last mark. */
  popMark(): unknown[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw damaged();
    const [, ...values] = this.#stack.splice(mark);
    return values;
  }

  /** Removes and returns the top values. */
  take(count: number): unknown[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  /** Stores the top value in the memo. */
  put(index: number): void {
    this.#memo.set(index, this.top());
  }

  /** Stores the top value at the next index of the memo. */
  memoize(): void {
    this.put(this.#memo.size);
  }

  /** Pushes a value of the memo. */
  get(index: number): void {
    if (!this.#memo.has(index)) throw damaged();
    this.#stack.push(this.#memo.get(index));
  }
}
