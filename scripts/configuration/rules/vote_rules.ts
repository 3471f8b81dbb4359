/**
 * Rules of entries `average`, in which groups of neurons vote.
 *
 * @module
 */

import type { NetworkEntry } from "../schema/network.ts";
import type { Refuse } from "../schema/read_keys.ts";
import { isMapping } from "../schema/values.ts";

/** Entries with weights, or with layers that have them. */
const LAYERS = ["conv", "ghost", "dense", "residual", "repeat"];

/**
 * Checks that votes follow a layer whose neurons form equal groups.
 *
 * @param places The entries of a network, with the path of keys to each.
 * @param options Whether votes must be the last entry, after a dense layer, as
 * in SLAYER's networks, and how to refuse a value.
 */
export function checkVotes(
  places: readonly {
    readonly entry: NetworkEntry;
    readonly keys: readonly string[];
  }[],
  { endsNetwork, refuse }: {
    readonly endsNetwork: boolean;
    readonly refuse: Refuse;
  },
): void {
  const top = places.filter(({ keys }) => keys.length === 2);
  top.forEach(({ entry, keys }, n) => {
    if (!("average" in entry)) return;
    const { average } = entry;
    const at = [...keys, "average"];
    if (endsNetwork && n < top.length - 1) {
      refuse(at, "is to be the last entry of the network");
    }
    if (endsNetwork && !("dense" in (top[n - 1]?.entry ?? {}))) {
      refuse(at, "is to follow a dense layer, whose neurons vote");
    }
    const { dense } = top.slice(0, n).findLast(({ entry }) =>
      LAYERS.some((key) =>
        key in entry
      )
    )?.entry ?? {};
    const out = isMapping(dense) ? dense.out : dense;
    if (typeof average !== "number" || typeof out !== "number") return;
    if (out % average === 0) return;
    refuse(
      at,
      `is ${average}, and the ${out} neurons below cannot be divided into ` +
        `${average} groups`,
    );
  });
}
