/**
 * Assigns GPUs and parts of batches to ranks.
 *
 * @module
 */

import type { AdapterDescription } from "../../engine/device/device.ts";
import type { Ranks } from "../../engine/distributed/ranks.ts";
import { warn } from "../command_line/print.ts";
import type { Configuration } from "../configuration/schema/types.ts";
import { chooseCard, listCards } from "../device/cards.ts";
import type { Rank } from "./join_ranks.ts";

/** Default number of parts of a batch. */
const PARTS = 4;

/** Size of the text that describes a rank's GPU, in bytes. */
const CARD_BYTES = 512;

/**
 * Selects the GPU of a rank: the requested one, or the GPUs of its machine in
 * turn.
 *
 * @param rank The rank.
 * @param gpu Index of the requested GPU.
 * @returns PCI address of the GPU; `undefined` if there are none.
 * @throws {RangeError} If there is no GPU of that index.
 */
export function chooseCardOf(
  { local }: Rank,
  gpu?: number,
): string | undefined {
  const cards = listCards();
  return chooseCard(cards, gpu ?? local % Math.max(1, cards.length));
}

/**
 * Warns if ranks share a GPU, which is slower than one GPU each.
 *
 * @param rank This rank.
 * @param adapter Its adapter.
 * @param card PCI address of its GPU, if known.
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
 * Divides the batches of a configuration among ranks.
 *
 * @param configuration The configuration.
 * @param ranks The ranks.
 * @returns The configuration with the number of parts.
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
