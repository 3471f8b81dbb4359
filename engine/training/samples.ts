/**
 * The interface of a data set for training.
 *
 * @module
 */

import { ShapeError } from "../device/errors.ts";
import type { EventBatch } from "../network/event_batch.ts";
import type { Extent } from "../network/network.ts";
import type { Random } from "../network/random.ts";

/** Samples to train or test on, provided by a data set. */
export interface Samples {
  /** Number of samples. */
  readonly size: number;
  /**
   * Channels, rows and columns of the samples, whose events a network of another
   * sensor would take for those of other pixels.
   *
   * @default not checked
   */
  readonly extent?: Extent;
  /**
   * Gathers the samples in batches of packed events.
   *
   * @param request `batch`, samples in a batch; `bins` of a sample; `Ts`,
   * length of a bin in ms, absent where each sample's own duration is divided
   * into the bins; in training, the generator to draw from and whether to
   * shuffle; the number of batches to skip, since they are done; and which
   * samples of a batch of N are read, all if left out: others may be given
   * without events.
   * @returns The batches.
   */
  batches(request: {
    readonly batch: number;
    readonly bins: number;
    readonly Ts?: number;
    readonly random?: Random;
    readonly shuffle?: boolean;
    readonly skip?: number;
    readonly reads?: (
      N: number,
    ) => { readonly first: number; readonly end: number };
  }): AsyncIterable<EventBatch>;
}

/**
 * Checks that samples are of the sensor that a network is for.
 *
 * @param description Input of the network, and the sensor that is scaled to it.
 * @param samples The samples; those without an extent are not checked.
 * @throws {ShapeError} If their channels, rows or columns differ.
 */
export function requireExtent(
  { input, sensor = input }: {
    readonly input: Extent;
    readonly sensor?: Extent;
  },
  { extent = sensor }: Pick<Samples, "extent">,
): void {
  const [taken, found] = [sensor, extent].map(({ C, H, W }) =>
    `${C}×${H}×${W}`
  );
  if (taken === found) return;
  throw new ShapeError(
    `Cannot run samples of ${found}: the network takes ${taken}`,
  );
}
