/**
 * Scene in front of the simulated camera: bars with soft edges before a static
 * background.
 *
 * @module
 */

import type { Sensor } from "../events.ts";
import type { Changes } from "./camera.ts";

/** A bar with round ends; a disc if both ends coincide. */
export interface Bar {
  /** Column of one end, in pixels. */
  readonly ax: number;
  /** Row of one end, downwards. */
  readonly ay: number;
  /** Column of the other end. */
  readonly bx: number;
  /** Row of the other end. */
  readonly by: number;
  /** Half its width. */
  readonly radius: number;
  /** Log intensity on its axis. */
  readonly level: number;
  /**
   * Decrease of log intensity from the axis to the rim, as on a lit cylinder.
   * @default 0
   */
  readonly shade?: number;
}

/** Background, which the camera sees where there is no bar. */
export interface Background {
  /** Log intensity of each pixel, row · width + column. */
  readonly levels: Float64Array;
  /** Pixels that reflect the lamps. */
  readonly glossy: readonly number[];
}

/** Content of the scene at one moment, from back to front. */
export interface View {
  /**
   * Bars behind, redrawn only if this is not the same array as in the previous
   * view.
   */
  readonly behind: readonly Bar[];
  /** Bars in front, which are always redrawn. */
  readonly front: readonly Bar[];
  /** Change of log intensity that the lamps cause on the bars in front. */
  readonly lamps: number;
  /** Change of log intensity that the lamps cause on glossy pixels. */
  readonly gloss: number;
}

/** First and last column of the bars in each row. */
interface Extent {
  readonly left: Int16Array;
  readonly right: Int16Array;
}

function emptyExtent({ width, height }: Sensor): Extent {
  const left = new Int16Array(height);
  const right = new Int16Array(height);
  empty({ left, right }, width);
  return { left, right };
}

/** Clears an extent on a sensor with this number of columns. */
function empty({ left, right }: Extent, width: number): void {
  left.fill(width);
  right.fill(-1);
}

/** Change of log intensity below which a pixel counts as unchanged. */
const LEAST_CHANGE = 0.01;

/** Extends an extent to include another. */
function widen({ left, right }: Extent, other: Extent): void {
  for (let row = 0; row < left.length; row++) {
    if (other.left[row] < left[row]) left[row] = other.left[row];
    if (other.right[row] > right[row]) right[row] = other.right[row];
  }
}

/** Copies the pixels within an extent. */
function copyRows(
  from: Float64Array,
  to: Float64Array,
  { left, right }: Extent,
): void {
  const width = from.length / left.length;
  for (let row = 0; row < left.length; row++) {
    const end = row * width + right[row];
    for (let pixel = row * width + left[row]; pixel <= end; pixel++) {
      to[pixel] = from[pixel];
    }
  }
}

/** Width of a blurred edge in pixels, due to the lens. */
const EDGE = 1.5;

/**
 * Renderer of overlapping bars that lists the changed pixels.
 *
 * @example
 * ```ts
 * import { Scene } from "./scene.ts";
 * const scene = new Scene({ width: 9, height: 9 }, {
 *   levels: new Float64Array(81),
 *   glossy: [],
 * });
 * const disc = { ax: 4, ay: 4, bx: 4, by: 4, radius: 0.25, level: 0.5 };
 * const changes = scene.draw({
 *   behind: [],
 *   front: [disc],
 *   lamps: 0,
 *   gloss: 0,
 * });
 * if (changes.count !== 1) throw new Error(`${changes.count} pixels`);
 * ```
 */
export class Scene {
  readonly #sensor: Sensor;
  readonly #background: Background;
  /** Log intensities of the background with the bars behind. */
  readonly #ground: Float64Array;
  /** Log intensities of the ground with the bars in front. */
  readonly #drawn: Float64Array;
  readonly #shown: Float64Array;
  readonly #pixels: Uint32Array;
  readonly #levels: Float64Array;
  #behind: readonly Bar[] = [];
  readonly #behindExtent: Extent;
  readonly #frontExtent: Extent;
  /** Extent in which pixels may have changed since the last list. */
  readonly #changed: Extent;

  /**
   * Makes a scene without bars.
   *
   * @param sensor Size in pixels.
   * @param background Levels of all pixels where no bar covers them.
   */
  constructor(sensor: Sensor, background: Background) {
    const pixels = sensor.width * sensor.height;
    this.#sensor = sensor;
    this.#background = background;
    this.#ground = background.levels.slice();
    this.#drawn = background.levels.slice();
    this.#shown = background.levels.slice();
    this.#pixels = new Uint32Array(pixels);
    this.#levels = new Float64Array(pixels);
    this.#behindExtent = emptyExtent(sensor);
    this.#frontExtent = emptyExtent(sensor);
    this.#changed = emptyExtent(sensor);
  }

  /**
   * Draws the scene of one moment.
   *
   * @param view The visible bars; parts outside the sensor are clipped.
   * @returns The pixels that differ from the previous call, each of them once.
   *   The next call reuses the arrays.
   */
  draw({ behind, front, lamps, gloss }: View): Changes {
    const { levels, glossy } = this.#background;
    const ground = this.#ground;
    const drawn = this.#drawn;
    const changed = this.#changed;
    const { width } = this.#sensor;
    // Removes the bars in front of the previous view.
    empty(changed, width);
    widen(changed, this.#frontExtent);
    copyRows(ground, drawn, changed);
    if (behind !== this.#behind) {
      this.#behind = behind;
      const extent = this.#behindExtent;
      copyRows(levels, ground, extent);
      widen(changed, extent);
      empty(extent, width);
      for (const bar of behind) this.#paint(ground, extent, bar, 0);
      widen(changed, extent);
      copyRows(ground, drawn, changed);
    }
    const shiny = glossy.filter((pixel) => ground[pixel] === levels[pixel]);
    for (const pixel of shiny) drawn[pixel] += gloss;
    empty(this.#frontExtent, width);
    for (const bar of front) this.#paint(drawn, this.#frontExtent, bar, lamps);
    widen(changed, this.#frontExtent);
    const count = this.#list(shiny);
    for (const pixel of shiny) drawn[pixel] = levels[pixel];
    return { pixels: this.#pixels, levels: this.#levels, count };
  }

  /** Lists the changed pixels and returns their number. */
  #list(shiny: readonly number[]): number {
    const { left, right } = this.#changed;
    const { width, height } = this.#sensor;
    let count = 0;
    for (const pixel of shiny) count = this.#compare(pixel, pixel, count);
    for (let row = 0; row < height; row++) {
      const start = row * width;
      count = this.#compare(start + left[row], start + right[row], count);
    }
    return count;
  }

  /**
   * Appends the changed pixels of an index range to the list and returns its
   * new length.
   */
  #compare(left: number, right: number, listed: number): number {
    const drawn = this.#drawn;
    const shown = this.#shown;
    const pixels = this.#pixels;
    const levels = this.#levels;
    let count = listed;
    for (let pixel = left; pixel <= right; pixel++) {
      const level = drawn[pixel];
      if (Math.abs(level - shown[pixel]) < LEAST_CHANGE) continue;
      shown[pixel] = level;
      pixels[count] = pixel;
      levels[count++] = level;
    }
    return count;
  }

  #paint(
    drawn: Float64Array,
    extent: Extent,
    bar: Bar,
    lamps: number,
  ): void {
    const { ax, ay, bx, by, radius, shade = 0 } = bar;
    const { width, height } = this.#sensor;
    const level = bar.level + lamps;
    const reach = radius + EDGE / 2;
    const reach2 = reach * reach;
    const core = radius - EDGE / 2;
    const core2 = core > 0 ? core * core : -1;
    const fall = shade / reach2;
    const dx = bx - ax;
    const dy = by - ay;
    const perLength2 = 1 / (dx * dx + dy * dy || 1);
    const top = Math.max(0, Math.ceil(Math.min(ay, by) - reach));
    const bottom = Math.min(height - 1, Math.floor(Math.max(ay, by) + reach));
    for (let row = top; row <= bottom; row++) {
      // Only the part of the bar's axis within reach of the row contributes to
      // it.
      let first = 0;
      let last = 1;
      if (dy !== 0) {
        const one = (row - reach - ay) / dy;
        const other = (row + reach - ay) / dy;
        first = Math.min(1, Math.max(0, Math.min(one, other)));
        last = Math.max(0, Math.min(1, Math.max(one, other)));
      }
      const x0 = ax + first * dx;
      const x1 = ax + last * dx;
      const left = Math.max(0, Math.ceil(Math.min(x0, x1) - reach));
      const right = Math.min(width - 1, Math.floor(Math.max(x0, x1) + reach));
      if (left > right) continue;
      if (left < extent.left[row]) extent.left[row] = left;
      if (right > extent.right[row]) extent.right[row] = right;
      const start = row * width;
      const py = row - ay;
      for (let column = left; column <= right; column++) {
        const px = column - ax;
        const along = (px * dx + py * dy) * perLength2;
        const near = along < 0 ? 0 : along > 1 ? 1 : along;
        const ex = px - near * dx;
        const ey = py - near * dy;
        const far2 = ex * ex + ey * ey;
        if (far2 >= reach2) continue;
        const pixel = start + column;
        const seen = level - fall * far2;
        if (far2 <= core2) drawn[pixel] = seen;
        else {
          const cover = Math.min(1, (reach - Math.sqrt(far2)) / EDGE);
          drawn[pixel] += cover * (seen - drawn[pixel]);
        }
      }
    }
  }
}
