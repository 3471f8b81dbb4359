/**
 * Ranks within one process, whose exchange is memory.
 *
 * @module
 */

import type { Exchange } from "../../../engine/distributed/exchange.ts";
import { Ranks } from "../../../engine/distributed/ranks.ts";

/** What ranks give to one exchange. */
interface Round {
  readonly given: (Uint8Array | undefined)[];
  readonly done: PromiseWithResolvers<Uint8Array<ArrayBuffer>>;
}

/**
 * Makes ranks that exchange through memory.
 *
 * @param count Number of ranks.
 * @param options The number of gatherings after which all of them fail.
 * @returns The ranks.
 */
export function memoryRanks(
  count: number,
  { failsAfter = Infinity } = {},
): Ranks[] {
  const rounds: Round[] = [];
  const exchangeOf = (rank: number): Exchange => {
    let calls = 0;
    return {
      rank,
      ranks: count,
      async gather(own, sizes) {
        const round = rounds[calls] ??= {
          given: new Array(count).fill(undefined),
          done: Promise.withResolvers(),
        };
        if (calls >= failsAfter) throw new Error("Cannot reach a rank");
        calls++;
        if (own.length !== sizes[rank]) {
          throw new RangeError(`rank ${rank} gives ${own.length} bytes`);
        }
        round.given[rank] = own.slice();
        if (!round.given.includes(undefined)) {
          const bytes = new Blob(round.given as Uint8Array<ArrayBuffer>[]);
          round.done.resolve(new Uint8Array(await bytes.arrayBuffer()));
        }
        return (await round.done.promise).slice();
      },
    };
  };
  return Array.from(
    { length: count },
    (_, rank) => new Ranks(exchangeOf(rank)),
  );
}
