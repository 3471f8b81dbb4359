/**
 * Ends a live recording at a stop signal, or at an error of its source, so that
 * what has come until then is shown.
 *
 * @module
 */

import type { EventBlock } from "../../dataset/formats/reading/format.ts";
import { EarlyExit } from "../command_line/command.ts";
import { ECHO, onStopSignal } from "../training/interruption.ts";

/**
 * Listens for stop signals until it is disposed, and remembers what ended the
 * recording. A second signal ends the process at once.
 */
export class EarlyEnd implements Disposable {
  readonly #signals: Disposable;
  readonly #stop = new AbortController();
  /** An `EarlyExit` after a signal, or the error of the source. */
  #cause: unknown;

  /** Starts to listen. */
  constructor() {
    this.#signals = onStopSignal((status) => {
      if (this.signal.aborted) return;
      this.#cause ??= new EarlyExit(status);
      this.#stop.abort();
      Deno.unrefTimer(setTimeout(() => this[Symbol.dispose](), ECHO));
    });
  }

  /** Aborts at a stop signal. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /**
   * Passes events on until an error or, from a file, a stop signal. Streams are
   * to end themselves at the signal, after the events that have come.
   *
   * @param blocks The events.
   * @param options Whether they are those of a file.
   * @returns The events before it.
   */
  async *before(
    blocks: AsyncIterable<EventBlock>,
    { isFile }: { readonly isFile: boolean },
  ): AsyncGenerator<EventBlock, void, void> {
    try {
      for await (const block of blocks) {
        if (isFile && this.signal.aborted) return;
        yield block;
      }
    } catch (cause) {
      this.#cause ??= cause;
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
