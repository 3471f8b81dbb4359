/**
 * When training pauses: to write a checkpoint, or because its user wants to.
 *
 * @module
 */

import type { Configuration } from "../configuration/types.ts";

/** Part of the time that checkpoints between epochs may take, at most. */
const SHARE = 0.05;

/**
 * Time after a Ctrl-C in which another is the same one, in ms: a terminal sends
 * it to `deno task` and to this process, and `deno task` passes it on.
 */
const ECHO = 500;

/** Thrown when training has stopped because its user wanted it to. */
export class Interruption extends Error {
  /** Name of the class. */
  override readonly name = "Interruption";
}

/**
 * Tells when to pause, from its creation until it is disposed.
 *
 * The first Ctrl-C asks for a pause, the second ends the process at once.
 */
export class Pauses implements Disposable {
  readonly #settings: Configuration["training"]["checkpoint"];
  #interruption: number | undefined;
  #batches = 0;
  #saved = performance.now();
  #cost = 0;

  readonly #interrupt = () => {
    const now = performance.now();
    if (now - (this.#interruption ?? now) > ECHO) Deno.exit(130);
    this.#interruption ??= now;
  };

  /**
   * Starts to count batches and minutes, and to heed Ctrl-C.
   *
   * @param settings How often to write a checkpoint.
   */
  constructor(settings: Configuration["training"]["checkpoint"]) {
    this.#settings = settings;
    Deno.addSignalListener("SIGINT", this.#interrupt);
  }

  /** Whether the user wants to stop. */
  get interrupted(): boolean {
    return this.#interruption !== undefined;
  }

  /** Counts a batch. */
  addBatch(): void {
    this.#batches++;
  }

  /** Whether to write a checkpoint, though the epoch is under way. */
  get due(): boolean {
    const { batches = Infinity, minutes } = this.#settings;
    return this.interrupted || this.#batches >= batches ||
      this.#elapsed() >= minutes * 60_000;
  }

  /**
   * Says whether to write a checkpoint between two epochs: always, unless
   * epochs are so short that it would take much of the time.
   *
   * @returns Whether to write it.
   */
  afterEpoch(): boolean {
    return this.interrupted || this.#cost <= SHARE * this.#elapsed();
  }

  /**
   * Notes that a checkpoint was written.
   *
   * @param start When writing it began, on the clock of `performance.now()`.
   */
  saved(start: number): void {
    this.#batches = 0;
    this.#saved = performance.now();
    this.#cost = this.#saved - start;
  }

  /** Leaves Ctrl-C alone again. */
  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGINT", this.#interrupt);
  }

  #elapsed(): number {
    return performance.now() - this.#saved;
  }
}
