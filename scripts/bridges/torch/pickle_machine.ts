/**
 * The stack machine that pickles are programs for.
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

/** What marks a place on the stack. */
export const MARK: symbol = Symbol("mark");

/** The stack and the memory of a pickle, and the bytes that it is read from. */
export class PickleMachine {
  /** The next byte. */
  at: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();

  /**
   * Begins a pickle.
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

  /** Reads an unsigned integer of so many bytes. */
  size(size: 1 | 2 | 4 | 8): number {
    if (size < 8) return this.#unsigned(size as 4);
    const low = this.#unsigned(4);
    return low + 2 ** 32 * this.#unsigned(4);
  }

  /** Reads an integer of 32 bits. */
  int32(): number {
    const value = this.#view.getInt32(this.at, true);
    this.at += 4;
    return value;
  }

  /** Reads a float of 64 bits, its highest byte first. */
  float64(): number {
    const value = this.#view.getFloat64(this.at, false);
    this.at += 8;
    return value;
  }

  /** Reads so many bytes. */
  bytes(size: number): Uint8Array {
    const end = this.at + size;
    if (!(end <= this.#bytes.length)) throw new RangeError("it is too short");
    const bytes = this.#bytes.subarray(this.at, end);
    this.at = end;
    return bytes;
  }

  /** Reads a text of so many bytes. */
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

  /** Takes the uppermost value. */
  pop(): unknown {
    if (this.#stack.length === 0) throw damaged();
    return this.#stack.pop();
  }

  /** The uppermost value. */
  top(): unknown {
    const value = this.pop();
    this.#stack.push(value);
    return value;
  }

  /** Takes the values above the last mark. */
  popMark(): unknown[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw damaged();
    const [, ...values] = this.#stack.splice(mark);
    return values;
  }

  /** Takes so many values. */
  take(count: number): unknown[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  /** Puts the uppermost value into the memory. */
  put(index: number): void {
    this.#memo.set(index, this.top());
  }

  /** Puts the uppermost value into the next place of the memory. */
  memoize(): void {
    this.put(this.#memo.size);
  }

  /** Puts a value of the memory on the stack. */
  get(index: number): void {
    if (!this.#memo.has(index)) throw damaged();
    this.#stack.push(this.#memo.get(index));
  }
}
