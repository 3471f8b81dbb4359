/**
 * Ends a live recording at a stop signal, or at an error of its source, so that
 * what has come until then is shown.
 *
 * @module
 */

import type { EventBlock } from "../../dataset/formats/reading/format.ts";
import { EarlyExit } from "../command_line/command.ts";
import { onStopSignal } from "../training/interruption.ts";

/**
 * Listens for stop signals until it is disposed, and remembers what ended the
 * recording.
 */
export class EarlyEnd implements Disposable {
  readonly #signals: Disposable;
  /** What ended it: an `EarlyExit` after a signal, or the source's error. */
  #cause: unknown;
  /** Rejects the promise that is awaited. */
  #stop: (cause: unknown) => void = () => {};

  /** Starts to listen. */
  constructor() {
    this.#signals = onStopSignal((status) => {
      this.#cause ??= new EarlyExit(status);
      this.#stop(this.#cause);
    });
  }

  /**
   * Awaits a promise, but no longer than until a stop signal.
   *
   * @param promise The promise.
   * @returns Its value.
   * @throws {EarlyExit} If a signal has come.
   */
  async orStop<T>(promise: Promise<T>): Promise<T> {
    this.throwIfEarly();
    // Promise.race() would keep every promise that it was called with.
    return await new Promise<T>((resolve, reject) => {
      this.#stop = reject;
      promise.then(resolve, reject);
    });
  }

  /**
   * Passes events on until a stop signal or an error.
   *
   * @param blocks The events.
   * @returns The events before it.
   */
  async *before(
    blocks: AsyncIterable<EventBlock>,
  ): AsyncGenerator<EventBlock, void, void> {
    const iterator = blocks[Symbol.asyncIterator]();
    while (this.#cause === undefined) {
      try {
        const { value, done } = await this.orStop(iterator.next());
        if (done) return;
        yield value;
      } catch (cause) {
        this.#cause = cause;
      }
    }
  }

  /**
   * Throws what ended the recording early.
   *
   * @throws {EarlyExit} If a signal has come.
   * @throws {Error} If the source has failed.
   */
  throwIfEarly(): void {
    if (this.#cause !== undefined) throw this.#cause;
  }

  /** Stops listening, so that signals end the process again. */
  [Symbol.dispose](): void {
    this.#signals[Symbol.dispose]();
  }
}
