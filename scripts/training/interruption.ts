/**
 * When training pauses: to write a checkpoint, or because its user wants to.
 *
 * @module
 */

import type { Configuration } from "../configuration/types.ts";

/** Part of the time that checkpoints between epochs may take, at most. */
const SHARE = 0.05;

/**
 * Time after a signal in which another is the same one, in ms: a terminal sends
 * it to `deno task` and to this process, and `deno task` passes it on; systemd
 * sends SIGTERM and SIGHUP together.
 */
const ECHO = 500;

/**
 * Signals that ask a run to stop, from Ctrl-C, a container or cluster, and a
 * closed terminal, and the exit status after each: 128 + its number.
 */
const EXIT_STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** One of these signals. */
type StopSignal = keyof typeof EXIT_STATUS;

/** Thrown when training has stopped because its user wanted it to. */
export class Interruption extends Error {
  /** Name of the class. */
  override readonly name = "Interruption";
}

/**
 * Tells when to pause, from its creation until it is disposed.
 *
 * The first Ctrl-C, SIGTERM or SIGHUP asks for a pause, the second ends the
 * process at once.
 */
export class Pauses implements Disposable {
  readonly #settings: Configuration["training"]["checkpoint"];
  readonly #listeners: readonly (readonly [StopSignal, () => void])[];
  #asked: { readonly time: number; readonly exitStatus: number } | undefined;
  #batches = 0;
  #saved = performance.now();
  #cost = 0;

  /**
   * Starts to count batches and minutes, and to listen for signals.
   *
   * @param settings How often to write a checkpoint.
   */
  constructor(settings: Configuration["training"]["checkpoint"]) {
    this.#settings = settings;
    this.#listeners = (["SIGINT", "SIGTERM", "SIGHUP"] as const)
      .map((signal) => [signal, () => this.#ask(EXIT_STATUS[signal])]);
    for (const listener of this.#listeners) Deno.addSignalListener(...listener);
  }

  /** Whether the user wants to stop. */
  get interrupted(): boolean {
    return this.#asked !== undefined;
  }

  /** The exit status that tells which signal came first; without one, 0. */
  get exitStatus(): number {
    return this.#asked?.exitStatus ?? 0;
  }

  /**
   * Goes on unless the user wants to stop.
   *
   * @throws {Interruption} If so.
   */
  throwIfInterrupted(): void {
    if (this.interrupted) throw new Interruption("Stopped");
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

  /** Leaves signals to the runtime again. */
  [Symbol.dispose](): void {
    for (const listener of this.#listeners) {
      Deno.removeSignalListener(...listener);
    }
  }

  #ask(exitStatus: number): void {
    const time = performance.now();
    if (time - (this.#asked?.time ?? time) > ECHO) Deno.exit(exitStatus);
    this.#asked ??= { time, exitStatus };
  }

  #elapsed(): number {
    return performance.now() - this.#saved;
  }
}
