/**
 * Binning of events into counts, while events are moved and left out.
 *
 * @module
 */

import { type Tensor, zeros } from "../tensor.ts";
import { hashed } from "./raster.ts";

/** An event; its time in parts of a bin. */
export interface PlainEvent {
  readonly x: number;
  readonly y: number;
  readonly c: number;
  readonly time: number;
}

/** Columns and rows, from the first to before the end. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** How the events of a sample are changed. */
export interface Change {
  /** Rows xx, xy, x0 and yx, yy, y0 of the map of pixels. */
  readonly map: readonly number[];
  readonly timeScale: number;
  readonly timeShift: number;
  /** Seed and threshold of the events that are dropped. */
  readonly seed: number;
  readonly dropped: number;
  /** Where events stay, or with `inside` false do not. */
  readonly region: Box;
  readonly inside: boolean;
  /** Where none stay. */
  readonly erased: Box;
  /** Number of noise events. */
  readonly noise: number;
}

/**
 * Counts events.
 *
 * @param samples By sample: its sources, each with events and their change.
 * @param shape [C, H, W, T].
 * @param fine Parts of a bin.
 * @returns Counts, [N, C, H, W, T].
 */
export function binCounts(
  samples: readonly (readonly {
    readonly events: readonly PlainEvent[];
    readonly change: Change;
  }[])[],
  [C, H, W, T]: readonly number[],
  fine: number,
): Tensor {
  const counts = zeros([samples.length, C, H, W, T]);
  samples.forEach((sources, n) => {
    for (const { events, change } of sources) {
      const [xx, xy, x0, yx, yy, y0] = change.map;
      for (let i = 0; i < change.noise; i++) {
        const drawn = hashed((change.seed ^ ~i) >>> 0);
        const f = drawn % (H * W * C);
        const t = hashed(drawn) % T;
        const pixel = Math.floor(f / C);
        counts.data[((n * C + f % C) * H * W + pixel) * T + t]++;
      }
      events.forEach(({ x, y, c, time }, i) => {
        if (hashed((change.seed ^ i) >>> 0) < change.dropped) return;
        const column = Math.round(xx * x + xy * y + x0);
        const row = Math.round(yx * x + yy * y + y0);
        const t = Math.floor(
          (change.timeScale * time + change.timeShift) / fine,
        );
        const place = { column, row };
        if (isIn(place, change.erased)) return;
        if (isIn(place, change.region) !== change.inside) return;
        if (!isIn(place, { left: 0, top: 0, right: W, bottom: H })) return;
        if (t < 0 || t >= T) return;
        counts.data[(((n * C + c) * H + row) * W + column) * T + t]++;
      });
    }
  });
  return counts;
}

function isIn(
  { column, row }: { readonly column: number; readonly row: number },
  { left, top, right, bottom }: Box,
): boolean {
  return column >= left && column < right && row >= top && row < bottom;
}
