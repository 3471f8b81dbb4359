/**
 * Events as plans that run layer by layer take them.
 *
 * @module
 */

import type { EventBatch } from "../../../engine/network/event_batch.ts";
import type { LayerwisePlan } from "../../../engine/layerwise/layerwise_plan.ts";
import { eventsOf } from "../networks.ts";
import type { Tensor } from "../../oracle/tensor.ts";

/**
 * Packs counts as events of a plan, whose times count parts of a bin.
 *
 * @param plan The plan.
 * @param x Whole counts, [N, C, H, W, T].
 * @param labels Class of each sample.
 * @returns The events; a count of k becomes k events in the middle of the bin.
 */
export function unitEvents(
  { fine, addressBits }: Pick<LayerwisePlan, "fine" | "addressBits">,
  x: Tensor,
  labels: ArrayLike<number>,
): EventBatch {
  const batch = eventsOf(x, labels);
  const place = 2 ** addressBits;
  const samples = batch.samples.map((words) =>
    words.map((word) => {
      const t = Math.floor(word / place);
      return (t * fine + (fine >> 1)) * place + word % place;
    })
  );
  return { samples, labels: batch.labels };
}
