/**
 * Zeros at the end of what has been received of a stream, which are events only
 * if other bytes follow.
 *
 * @module
 */

/**
 * Holds back records of zeros until other bytes follow. They are counted rather
 * than kept, so that memory does not grow with their number.
 *
 * @example
 * ```ts
 * import { HeldZeros } from "./held_zeros.ts";
 * const held = new HeldZeros(2);
 * const bytes = held.pass(Uint8Array.of(1, 0, 0, 0), 0);
 * if (bytes.join() !== "1,0" || held.count !== 2) throw new Error("?");
 * if (held.pass(Uint8Array.of(7), 0).join() !== "0,0,7") throw new Error("?");
 * ```
 */
export class HeldZeros {
  /** Number of zeros held back. */
  count = 0;
  readonly #record: number;

  /**
   * Makes a holder without zeros.
   *
   * @param record Size of a record in bytes.
   */
  constructor(record: number) {
    this.#record = record;
  }

  /**
   * Holds back whole records of zeros at the end of received bytes.
   *
   * @param received The bytes.
   * @param pending Number of bytes of an incomplete record before them.
   * @returns The zeros held back so far and the bytes, without the zeros at the
   *   end.
   */
  pass(received: Uint8Array, pending: number): Uint8Array<ArrayBuffer> {
    const last = received.findLastIndex((byte) => byte !== 0);
    if (last < 0 && this.count > 0) {
      this.count += received.length;
      return new Uint8Array();
    }
    const before = pending + this.count + last + 1;
    const whole = Math.ceil(before / this.#record) * this.#record;
    const end = Math.min(whole - pending - this.count, received.length);
    const passed = new Uint8Array(this.count + end);
    passed.set(received.subarray(0, end), this.count);
    this.count = received.length - end;
    return passed;
  }
}
