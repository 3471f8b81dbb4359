/**
 * Detects that the process of another rank has ended, before the launcher kills
 * the others, or if it does not, as srun by default.
 *
 * @module
 */

import { hasLeft, lockRank } from "../run/lock.ts";

/**
 * Polling interval in ms. Open MPI's launcher kills all ranks one second after
 * one has ended.
 */
const LOOK = 500;

/**
 * Watches ranks by the locks that they hold in a run's folder: the first rank
 * watches all others, and the second one the first.
 */
export class RankWatch {
  #gone: number | undefined;

  /**
   * Starts watching.
   *
   * @param folder The run's folder.
   * @param rank This rank.
   * @param ranks Number of ranks, and how all of them meet.
   * @returns Handle that ends the watch when it is disposed.
   */
  async begin(
    folder: string,
    rank: number,
    { count, meet }: {
      readonly count: number;
      readonly meet: () => Promise<void>;
    },
  ): Promise<Disposable> {
    const lock = await lockRank(folder, rank);
    await meet();
    const others = Array.from({ length: count }, (_, other) => other).slice(1);
    const candidates = rank === 0 ? others : rank === 1 ? [0] : [];
    // Some network file systems do not show locks to other machines.
    const isFree = await Promise.all(
      candidates.map((other) => hasLeft(folder, other)),
    );
    const watched = candidates.filter((_, place) => !isFree[place]);
    await meet();
    const timer = setInterval(async () => {
      for (const other of watched) {
        if (await hasLeft(folder, other)) this.#gone ??= other;
      }
    }, LOOK);
    return {
      [Symbol.dispose]() {
        clearInterval(timer);
        lock[Symbol.dispose]();
      },
    };
  }

  /** Whether a rank has ended. */
  get isOver(): boolean {
    return this.#gone !== undefined;
  }

  /**
   * Throws if a rank has ended.
   *
   * @throws {Error} If one has.
   */
  check(): void {
    if (!this.isOver) return;
    throw new Error(
      `Cannot go on: rank ${this.#gone} has ended; --resume goes on from the ` +
        "last checkpoint",
    );
  }
}
