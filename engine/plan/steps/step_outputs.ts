/**
 * Outputs of a plan's steps: their records, and spike counts.
 *
 * @module
 */

import type { Device } from "../../device/device.ts";
import type { Ranks } from "../../distributed/ranks.ts";
import type { Extent } from "../../network/network.ts";
import { Activity, type Counted } from "./spike_counts.ts";
import { Records } from "./step_results.ts";

/** Records and counts of a plan. */
export interface StepOutputs {
  /** Records of the steps: predictions, losses and spike counts. */
  readonly records: Records;
  /** Spike count of each neuron. */
  readonly activity: Activity;
  /**
   * Incoming spikes of each layer, by input; absent if they are not counted.
   */
  readonly incoming: Activity;
}

/**
 * Allocates the records and counts of a plan.
 *
 * @param device The device.
 * @param layers The layers.
 * @param options Most samples in a step, the ranks whose results are combined,
 * whether incoming spikes are counted, and the layers with neurons.
 * @returns Empty records and counts.
 */
export function allocateOutputs(
  device: Device,
  layers: readonly (Counted & { readonly input: Extent })[],
  { batch, ranks, counts, spiking = layers }: {
    readonly batch: number;
    readonly ranks: Ranks;
    readonly counts: boolean;
    /** @default all */
    readonly spiking?: readonly Counted[];
  },
): StepOutputs {
  const inputs = layers.map(({ name, input }) => ({
    name: `${name} input`,
    output: input,
  }));
  return {
    records: new Records(device, { layers: layers.length, batch, ranks }),
    activity: new Activity(device, spiking, ranks),
    incoming: new Activity(device, counts ? inputs : [], ranks),
  };
}
