/**
 * Networks whose normalisations are not those of a first step.
 *
 * @module
 */

import {
  type ModelDescription,
  structureOf,
} from "../../engine/model/model_description.ts";
import { Random } from "../../engine/network/random.ts";
import type { NamedArray } from "../../engine/network/weights.ts";

/** Least value of each array of a normalisation. */
const LEAST: Readonly<Record<string, number>> = {
  weight: 1.5,
  bias: 0.1,
  mean: -0.1,
  var: 0.1,
};

/**
 * Draws weights of a network, with scales, biases and statistics that differ
 * from channel to channel.
 *
 * @param description The network.
 * @param seed Seed of the values.
 * @returns The weights.
 */
export function unsettledWeights(
  description: ModelDescription,
  seed: number,
): Record<string, NamedArray> {
  const { slots, running } = structureOf(description);
  const random = new Random(seed);
  return Object.fromEntries([...slots, ...running].map(({ name, weights }) => {
    const [, array] = name.split(".norm.");
    const first = weights.first(random);
    const data = array === undefined
      ? first
      : first.map(() => LEAST[array] + 0.4 * random.uniform());
    return [name, { shape: weights.shape, data }];
  }));
}
