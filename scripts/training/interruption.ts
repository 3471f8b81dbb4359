/**
 * Decides when training pauses, for a checkpoint or after a stop signal.
 *
 * @module
 */

import { Ranks } from "../../engine/distributed/ranks.ts";
import { EarlyExit } from "../command_line/command.ts";
import type { Configuration } from "../configuration/schema/types.ts";

/** Largest fraction of time that checkpoints between epochs may take. */
const SHARE = 0.05;

/**
 * Time after a signal in which further signals count as its duplicates, in ms:
 * a terminal sends Ctrl-C to `deno task` and to this process, and `deno task`
 * forwards its own; systemd sends SIGTERM and SIGHUP together.
 */
export const ECHO = 500;

/**
 * Exit status after each signal that stops a run, 128 + the signal's number:
 * Ctrl-C, a container or cluster that ends the process, a closed terminal.
 */
export const EXIT_STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Listens for the signals that stop a run, instead of ending the process.
 *
 * @param onSignal Called with the exit status of a process that a signal ends.
 * @returns Handle that stops listening when it is disposed.
 */
export function onStopSignal(
  onSignal: (exitStatus: number) => void,
): Disposable {
  const listeners = (["SIGINT", "SIGTERM", "SIGHUP"] as const)
    .map((signal) => [signal, () => onSignal(EXIT_STATUS[signal])] as const);
  for (const listener of listeners) Deno.addSignalListener(...listener);
  return {
    [Symbol.dispose]() {
      for (const listener of listeners.splice(0)) {
        Deno.removeSignalListener(...listener);
      }
    },
  };
}

/** Thrown when training has stopped after a stop signal, or has paused. */
export class Interruption extends EarlyExit {
  /** Name of the class. */
  override readonly name = "Interruption";
}

/**
 * Counts batches and time between checkpoints, and listens for stop signals
 * until it is disposed.
 *
 * The first Ctrl-C, SIGTERM or SIGHUP stops training with a checkpoint, the
 * second ends the process at once.
 */
export class Pauses implements Disposable {
  readonly #settings: Configuration["training"]["checkpoint"];
  readonly #ranks: Ranks;
  readonly #signals: Disposable;
  #exitStatus: number | undefined;
  /** Exit status that all ranks have agreed on. */
  #agreed: number | undefined;
  #batches = 0;
  #saved = performance.now();
  #cost = 0;

  /**
   * Starts to count batches and minutes, and to listen for signals.
   *
   * @param settings How often to write a checkpoint.
   * @param ranks The processes that pause together. @default this one alone
   * @param exitStatus Exit status after a signal that has come before; it stops
   * training at once.
   */
  constructor(
    settings: Configuration["training"]["checkpoint"],
    ranks: Ranks = new Ranks(),
    exitStatus?: number,
  ) {
    this.#settings = settings;
    this.#ranks = ranks;
    this.#signals = onStopSignal((exitStatus) => this.#ask(exitStatus));
    if (exitStatus !== undefined) this.#ask(exitStatus);
  }

  /**
   * Requests a stop with exit status 0, after the requested number of epochs.
   */
  pause(): void {
    this.#exitStatus ??= 0;
  }

  /** Whether a stop was requested. */
  get interrupted(): boolean {
    return this.#exitStatus !== undefined;
  }

  /**
   * Throws if a stop was requested. One of several ranks does not stop before
   * all have agreed to.
   *
   * @throws {Interruption} If a stop was requested.
   */
  throwIfInterrupted(): void {
    const status = this.#ranks.count === 1 ? this.#exitStatus : this.#agreed;
    if (status !== undefined) throw new Interruption(status);
  }

  /** Counts a training batch towards the next checkpoint. */
  addBatch(): void {
    this.#batches++;
  }

  /** Whether a checkpoint is due within an epoch. */
  get due(): boolean {
    const { batches = Infinity, minutes } = this.#settings;
    return this.interrupted || this.#batches >= batches ||
      this.#elapsed() >= minutes * 60_000;
  }

  /**
   * Tells whether to write a checkpoint between two epochs: always, unless
   * epochs are so short that checkpoints would take more than 5 % of the time.
   *
   * @returns Whether to write a checkpoint.
   */
  afterEpoch(): boolean {
    return this.interrupted || this.#cost <= SHARE * this.#elapsed();
  }

  /**
   * Synchronises all ranks: rank 0 decides when to write a checkpoint, and a
   * stop signal to any rank stops all.
   *
   * @param due Whether a checkpoint is due, as this rank sees it.
   * @returns Whether all ranks write one.
   */
  async agree(due: boolean): Promise<boolean> {
    const { rank, count } = this.#ranks;
    if (count === 1) return due;
    const own = [Number(due && rank === 0), this.#exitStatus ?? 0];
    const all = await this.#ranks.gather(Uint8Array.from(own));
    const status = Math.max(...all.filter((_, i) => i % own.length === 1));
    if (status > 0) this.#agreed = status;
    return all[0] === 1 || status > 0;
  }

  /**
   * Restarts the counts after a checkpoint was written.
   *
   * @param start Start of writing, in ms on the clock of `performance.now()`.
   */
  saved(start: number): void {
    this.#batches = 0;
    this.#saved = performance.now();
    this.#cost = this.#saved - start;
  }

  /** Stops listening, so that signals end the process again. */
  [Symbol.dispose](): void {
    this.#signals[Symbol.dispose]();
  }

  #ask(exitStatus: number): void {
    if (this.interrupted) return;
    this.#exitStatus = exitStatus;
    Deno.unrefTimer(setTimeout(() => this[Symbol.dispose](), ECHO));
  }

  #elapsed(): number {
    return performance.now() - this.#saved;
  }
}
