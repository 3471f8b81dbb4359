/**
 * Networks of this project as the other side of a comparison.
 *
 * @module
 */

import type { WeightedNetwork } from "../../../engine/training/fold_norms.ts";
import type { ModelDescription } from "../../../engine/model.ts";
import { structureOf } from "../../../engine/model/model_description.ts";
import type { Counterpart } from "../network/counterpart.ts";
import { BINS, binsOf, runSpikes } from "./run_spikes.ts";

/**
 * Makes a counterpart of a network of this project.
 *
 * @param network The network with its weights.
 * @returns The counterpart; its layers read its own spikes.
 */
export function ownCounterpart(
  network: WeightedNetwork<ModelDescription>,
): Counterpart {
  const parts = structureOf(network.description).layers
    .map(({ name }) => name);
  return {
    parts,
    readsOwn: true,
    async run(input, _, device) {
      const { C, H, W } = network.description.input;
      const data = Float32Array.from(
        { length: C * H * W * BINS },
        (_, i) => Number(input[i % BINS][Math.floor(i / BINS)] > 0),
      );
      const spikes = { shape: [1, C, H, W, BINS], data };
      const height = Math.max(1, ...input.map((bin) => Math.max(...bin)));
      const [{ layers, outputs }] = await runSpikes(
        device,
        network,
        spikes,
        height,
      );
      const results = new Map(
        layers.map(({ name, spikes }) => [name, binsOf(spikes)]),
      );
      if (outputs) results.set(parts[layers.length], binsOf(outputs));
      return results;
    },
  };
}
