/**
 * Gives ranks their cards and their parts of the batches.
 *
 * @module
 */

import type { AdapterDescription } from "../../engine/device/device.ts";
import type { Ranks } from "../../engine/distributed/ranks.ts";
import { warn } from "../command_line/print.ts";
import type { Configuration } from "../configuration/schema/types.ts";
import { chooseCard, listCards } from "../device/cards.ts";
import type { Rank } from "./join_ranks.ts";

/** Parts of a batch unless the configuration says how many. */
const PARTS = 4;

/** Bytes in which a rank describes its card. */
const CARD_BYTES = 512;

/**
 * Chooses the card of a rank: the one asked for, or one of its machine's after
 * the other.
 *
 * @param rank The rank.
 * @param gpu Number of the card that was asked for.
 * @returns The card's place on the PCI bus; `undefined` if there is none.
 * @throws {RangeError} If there are not as many cards.
 */
export function chooseCardOf(
  { local }: Rank,
  gpu?: number,
): string | undefined {
  const cards = listCards();
  return chooseCard(cards, gpu ?? local % Math.max(1, cards.length));
}

/**
 * Warns of ranks that share a card, which is slower than one each.
 *
 * @param rank This rank.
 * @param adapter The adapter that it computes on.
 * @param card The card's place on the PCI bus, if it is known.
 */
export async function warnOfSharedCards(
  { ranks, host }: Rank,
  adapter: AdapterDescription,
  card: string | undefined,
): Promise<void> {
  const bytes = new Uint8Array(CARD_BYTES);
  if (!adapter.software) {
    const place = `${card ?? adapter.name} of ${host}`;
    new TextEncoder().encodeInto(place, bytes);
  }
  const all = await ranks.gather(bytes);
  const cards = Array.from({ length: ranks.count }, (_, rank) => {
    const own = all.subarray(rank * CARD_BYTES, (rank + 1) * CARD_BYTES);
    return new TextDecoder().decode(own.subarray(0, own.indexOf(0)));
  });
  for (const [place, users] of Map.groupBy(cards.keys(), (r) => cards[r])) {
    if (place === "" || users.length < 2) continue;
    warn(`ranks ${users.join(" and ")} share the card ${place}`);
  }
}

/**
 * Cuts the batches of a configuration for ranks.
 *
 * @param configuration The configuration.
 * @param ranks The ranks.
 * @returns The configuration with a number of parts.
 * @throws {RangeError} If there are more ranks than parts.
 */
export function cutForRanks(
  configuration: Configuration,
  { count }: Ranks,
): Configuration {
  const { training, simulation: { nSample } } = configuration;
  const { parts = PARTS } = training;
  if (count > nSample) {
    throw new RangeError(
      `Cannot share batches of ${nSample} among ${count} ranks: ` +
        "--set simulation.nSample=N makes them larger",
    );
  }
  if (count > parts) {
    throw new RangeError(
      `Cannot share ${parts} parts of a batch among ${count} ranks: ` +
        `--set training.parts=${count} makes as many`,
    );
  }
  return { ...configuration, training: { ...training, parts } };
}
