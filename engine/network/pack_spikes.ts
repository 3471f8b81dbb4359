/**
 * Packs dense spike trains into events.
 *
 * @module
 */

import { ShapeError } from "../device/errors.ts";
import type { EventBatch } from "./event_batch.ts";
import type { NamedArray } from "./weights.ts";

/**
 * Packs spike trains into events.
 *
 * @param spikes `[N, C, H, W, T]`, 1 where there is a spike, else 0.
 * @param labels Label of each sample.
 * @param binning Number of bins that event times refer to, T or a multiple of
 * it; see {@linkcode Model.eventBinning}.
 * @returns The spikes as a batch of events.
 * @throws {ShapeError} If the shape does not have five axes, does not fit the
 * data, the labels or the bins, or has more bins than an event word can hold.
 * @throws {RangeError} If a value is neither 0 nor 1, or a label is not a
 * class.
 *
 * @example
 * ```ts
 * import { packSpikes } from "./pack_spikes.ts";
 * const spikes = { shape: [1, 2, 1, 1, 3], data: new Float32Array(6) };
 * spikes.data[5] = 1;
 * const { samples } = packSpikes(spikes, [0]);
 * // Bin 2 of address 1.
 * if (samples[0].join() !== "5") throw new Error("expected one event");
 * ```
 */
export function packSpikes(
  spikes: NamedArray,
  labels: readonly number[],
  binning?: { readonly bins: number },
): EventBatch {
  const { shape, data } = spikes;
  const [N, C, H, W, T] = shape;
  const size = shape.reduce((product, side) => product * side, 1);
  const isShape = shape.length === 5 &&
    shape.every((side) => Number.isSafeInteger(side) && side >= 0);
  if (!isShape || size !== data.length || N !== labels.length) {
    throw new ShapeError(
      `Cannot pack spikes of shape [${shape}]: there are ${data.length} ` +
        `values and ${labels.length} labels`,
    );
  }
  const { bins = T } = binning ?? {};
  if (bins !== T && bins % T !== 0) {
    throw new ShapeError(
      `Cannot pack spikes of shape [${shape}]: ${bins} bins are no multiple ` +
        `of ${T}`,
    );
  }
  const addressBits = Math.ceil(Math.log2(C * H * W));
  if (bins > 2 ** (32 - addressBits)) {
    throw new ShapeError(
      `Cannot pack spikes of shape [${shape}]: events have room for ` +
        `${2 ** (32 - addressBits)} bins`,
    );
  }
  const wrong = data.findIndex((value) => value !== 0 && value !== 1);
  if (wrong >= 0) {
    throw new RangeError(
      `Cannot pack a spike of ${data[wrong]}: value ${wrong} is neither 0 ` +
        "nor 1",
    );
  }
  const stranger = labels.find((label) =>
    !(Number.isInteger(label) && label >= 0 && label < 2 ** 32)
  );
  if (stranger !== undefined) {
    throw new RangeError(
      `Cannot pack spikes of class ${stranger}: it is not an integer from 0`,
    );
  }
  const pixels = H * W;
  const samples = labels.map((_, n) => {
    const events: number[] = [];
    for (let f = 0; f < C * pixels; f++) {
      const address = (f % pixels) * C + Math.floor(f / pixels);
      for (let t = 0; t < T; t++) {
        if (data[(n * C * pixels + f) * T + t] === 0) continue;
        events.push(bins / T * t * 2 ** addressBits + address);
      }
    }
    return Uint32Array.from(events);
  });
  return { samples, labels: Uint32Array.from(labels), bins };
}
