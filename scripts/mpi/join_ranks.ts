/**
 * Joins the ranks that an MPI launcher started, and ends them together.
 *
 * @module
 */

import { Ranks } from "../../engine/distributed/ranks.ts";
import { EarlyExit } from "../command_line/command.ts";
import { printError, printNothing } from "../command_line/print.ts";
import { showLines } from "../command_line/progress.ts";
import { Communicator } from "./communicator.ts";
import { isConnected } from "./launcher_socket.ts";
import { type MpiLibrary, openMpi } from "./library.ts";
import { RankWatch } from "./rank_watch.ts";

/** Environment variables with the number of ranks, by launcher. */
const SIZES = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"];

/** Environment variables with the rank. */
const RANKS = ["OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK", "SLURM_PROCID"];

/** Environment variables with the rank on its machine. */
const LOCAL_RANKS = [
  "OMPI_COMM_WORLD_LOCAL_RANK",
  "MPI_LOCALRANKID",
  "MV2_COMM_WORLD_LOCAL_RANK",
  "SLURM_LOCALID",
];

/** Time that other ranks leave rank 0 to report a common error, in ms. */
const LATE_MS = 3000;

/** Time that rank 0 has to write its last files when all ranks stop, in ms. */
const MEET_MS = 60_000;

/**
 * Time in which ranks agree to stop after a signal, in ms. Open MPI's launcher
 * kills all ranks one second after the signal, once one of them has ended.
 */
const STOP_MS = 600;

/** Number, machine and place of a rank. */
export interface Rank {
  readonly ranks: Ranks;
  /** Name of this machine. */
  readonly host: string;
  /** Number of this rank among those of its machine, from 0. */
  readonly local: number;
  /**
   * Ends the run when the process of another rank has ended.
   *
   * @param folder The run's folder.
   * @returns The watch, once all ranks have called; its owner disposes of it.
   */
  watch(folder: string): Promise<Disposable>;
  /** Whether SIGTERM has asked this rank to stop. */
  readonly isStopped: () => boolean;
}

/**
 * Reads the number of this rank before MPI is opened.
 *
 * @returns The number that the launcher set; 0 without a launcher.
 */
export function launchedRank(): number {
  return Number(firstVariable(RANKS) ?? 0);
}

/**
 * Runs a function on every rank. Only rank 0 prints.
 *
 * @param work The function.
 * @throws {Error} If MPI may not or cannot be opened, or the launcher belongs
 * to another MPI library.
 * @throws {EarlyExit} If the work ended early on all ranks.
 */
export async function joinRanks(
  work: (rank: Rank) => Promise<void>,
): Promise<void> {
  const { state } = await Deno.permissions.query({ name: "ffi" });
  if (state !== "granted") {
    throw new Error(
      "Cannot open an MPI library without --allow-ffi: " +
        '"deno task distributed" has it',
    );
  }
  const mpi = openConnected();
  mpi.init();
  using stop = new StopClock();
  const watch = new RankWatch();
  const communicator = new Communicator(mpi, () => {
    stop.check();
    watch.check();
  });
  const ranks = new Ranks(communicator);
  const { rank, count } = ranks;
  try {
    requireAll(mpi.name, count);
    showLines();
    if (rank > 0) printNothing();
    await work({
      ranks,
      host: mpi.host(),
      local: localRank(rank),
      watch: (folder) =>
        watch.begin(folder, rank, { count, meet: () => ranks.meet() }),
      isStopped: () => stop.isStopped,
    });
    await ranks.meet();
    mpi.finalize();
  } catch (error) {
    if (error instanceof EarlyExit && await meets(ranks)) {
      mpi.finalize();
      throw error;
    }
    // An error common to all ranks is printed once: rank 0 ends the others.
    if (rank > 0 && !watch.isOver && await stop.comes(LATE_MS)) {
      throw new EarlyExit(1);
    }
    const message = error instanceof Error ? error.message : String(error);
    const place = rank > 0 ? `rank ${rank}: ` : "";
    printError(place + message);
    // The launcher is about to kill the remaining ranks.
    if (stop.isOver) throw new EarlyExit(1);
    mpi.abort(error instanceof EarlyExit ? error.status : 1);
  }
}

/** Opens the library of the launcher. */
function openConnected(): MpiLibrary {
  try {
    const mpi = openMpi((name) => Deno.env.get(name));
    const connection = Deno.env.get("PMI_FD");
    if (connection === undefined || isConnected(Number(connection))) return mpi;
    throw new Error(
      `Cannot join ranks: ${mpi.name}'s launcher has gone, since a program ` +
        "between it and Deno, such as npx, has closed its connection; start " +
        "deno itself",
    );
  } catch (error) {
    // Exit with status 0: a failure might end the rank that prints the message.
    throw launchedRank() > 0 ? new EarlyExit(0) : error;
  }
}

/** Requires that the library sees the ranks that the launcher started. */
function requireAll(library: string, count: number): void {
  for (const name of SIZES) {
    const wanted = Deno.env.get(name);
    if (wanted === undefined || Number(wanted) === count) continue;
    throw new Error(
      `Cannot join ${wanted} ranks: ${library} sees ${count}, since another ` +
        "MPI library's mpirun started them",
    );
  }
}

/** Reads the number of this rank on its machine. */
function localRank(rank: number): number {
  return Number(firstVariable(LOCAL_RANKS) ?? rank);
}

/** Reads the first variable that is set and may be read. */
function firstVariable(names: readonly string[]): string | undefined {
  const isAllowed = (variable: string) =>
    Deno.permissions.querySync({ name: "env", variable }).state === "granted";
  return names.filter(isAllowed).map((name) => Deno.env.get(name))
    .find((value) => value !== undefined);
}

/** Waits for all ranks to end early; `false` if others go on. */
async function meets(ranks: Ranks): Promise<boolean> {
  const met = ranks.meet().then(() => true, () => false);
  return await Promise.race([met, wait(MEET_MS).then(() => false)]);
}

/** Ends the wait for a rank that has ended, so that the reason is printed. */
class StopClock implements Disposable {
  readonly #signal = Promise.withResolvers<true>();
  readonly #listener = () => {
    this.#stopped ??= performance.now();
    this.#signal.resolve(true);
  };
  #stopped: number | undefined;

  constructor() {
    Deno.addSignalListener("SIGTERM", this.#listener);
  }

  /** Whether a signal has come. */
  get isStopped(): boolean {
    return this.#stopped !== undefined;
  }

  /** Waits for a signal; `false` if none comes in time. */
  async comes(ms: number): Promise<boolean> {
    return await Promise.race([
      this.#signal.promise,
      wait(ms).then(() => false),
    ]);
  }

  /** Whether so much time has passed since a signal that a rank has ended. */
  get isOver(): boolean {
    // Other launchers leave ranks more time after a signal, or send none.
    return this.#stopped !== undefined &&
      Deno.env.get("OMPI_COMM_WORLD_SIZE") !== undefined &&
      performance.now() - this.#stopped > STOP_MS;
  }

  check(): void {
    if (!this.isOver) return;
    throw new Error(
      "Cannot go on: another rank has ended; --resume goes on from the last " +
        "checkpoint",
    );
  }

  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGTERM", this.#listener);
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
