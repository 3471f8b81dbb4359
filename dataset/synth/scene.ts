/**
 * The scene in front of the simulated camera: bars with soft edges on an even
 * background.
 *
 * @module
 */

import type { Sensor } from "../events.ts";
import type { Changes } from "./camera.ts";

/** A bar with round ends; a disc if both ends are one point. */
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
}

/** The light of one moment. */
export interface Light {
  /** Log intensity of a bar relative to the background. */
  readonly bars: number;
  /** Log intensity of glossy background pixels relative to the others. */
  readonly gloss: number;
}

/** First and last column of the bars in each row. */
interface Extent {
  readonly left: Int16Array;
  readonly right: Int16Array;
}

function emptyExtent({ width, height }: Sensor): Extent {
  return {
    left: new Int16Array(height).fill(width),
    right: new Int16Array(height).fill(-1),
  };
}

/** Width of an edge in pixels, the blur of the lens. */
const EDGE = 1.5;

/**
 * Draws bars and lists the pixels that have changed.
 *
 * Overlapping bars merge: they are parts of one body.
 *
 * @example
 * ```ts
 * import { Scene } from "./scene.ts";
 * const scene = new Scene({ width: 9, height: 9 }, []);
 * const disc = { ax: 4, ay: 4, bx: 4, by: 4, radius: 0.25 };
 * const changes = scene.draw([disc], { bars: 0.5, gloss: 0 });
 * if (changes.count !== 1) throw new Error(`${changes.count} pixels`);
 * ```
 */
export class Scene {
  readonly #sensor: Sensor;
  readonly #glossy: readonly number[];
  readonly #isGlossy: Uint8Array;
  readonly #cover: Float64Array;
  readonly #shown: Float64Array;
  readonly #pixels: Uint32Array;
  readonly #levels: Float64Array;
  #count = 0;
  #extent: Extent;
  #pastExtent: Extent;

  /**
   * Makes a scene without bars.
   *
   * @param sensor Size in pixels.
   * @param glossy Pixels of the background that mirror the lamps.
   */
  constructor(sensor: Sensor, glossy: readonly number[]) {
    const pixels = sensor.width * sensor.height;
    this.#sensor = sensor;
    this.#glossy = glossy;
    this.#isGlossy = new Uint8Array(pixels);
    for (const pixel of glossy) this.#isGlossy[pixel] = 1;
    this.#cover = new Float64Array(pixels);
    this.#shown = new Float64Array(pixels);
    this.#pixels = new Uint32Array(pixels);
    this.#levels = new Float64Array(pixels);
    this.#extent = emptyExtent(sensor);
    this.#pastExtent = emptyExtent(sensor);
  }

  /**
   * Draws the scene of one moment.
   *
   * @param bars The visible bars; parts outside the sensor are cut off.
   * @param light The light.
   * @returns The pixels that differ from the previous call, each once. The next
   *   call reuses the arrays.
   */
  draw(bars: readonly Bar[], light: Light): Changes {
    [this.#extent, this.#pastExtent] = [this.#pastExtent, this.#extent];
    this.#extent.left.fill(this.#sensor.width);
    this.#extent.right.fill(-1);
    for (const bar of bars) this.#cast(bar);
    this.#count = 0;
    for (const pixel of this.#glossy) this.#show(pixel, light);
    const { width, height } = this.#sensor;
    for (let row = 0; row < height; row++) {
      const left = Math.min(this.#extent.left[row], this.#pastExtent.left[row]);
      const right = Math.max(
        this.#extent.right[row],
        this.#pastExtent.right[row],
      );
      for (let pixel = row * width + left; pixel <= row * width + right;) {
        this.#show(pixel, light);
        this.#cover[pixel++] = 0;
      }
    }
    return { pixels: this.#pixels, levels: this.#levels, count: this.#count };
  }

  #cast({ ax, ay, bx, by, radius }: Bar): void {
    const { width, height } = this.#sensor;
    const extent = this.#extent;
    const cover = this.#cover;
    const reach = radius + EDGE / 2;
    const reach2 = reach * reach;
    const dx = bx - ax;
    const dy = by - ay;
    const perLength2 = 1 / (dx * dx + dy * dy || 1);
    const top = Math.max(0, Math.ceil(Math.min(ay, by) - reach));
    const bottom = Math.min(height - 1, Math.floor(Math.max(ay, by) + reach));
    for (let row = top; row <= bottom; row++) {
      // Only the part of the bar's axis within reach of the row can show in it.
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
        const share = Math.min(1, (reach - Math.sqrt(far2)) / EDGE);
        if (share > cover[start + column]) cover[start + column] = share;
      }
    }
  }

  #show(pixel: number, light: Light): void {
    const cover = this.#cover[pixel];
    const ground = this.#isGlossy[pixel] * light.gloss;
    const level = cover * light.bars + (1 - cover) * ground;
    if (level === this.#shown[pixel]) return;
    this.#shown[pixel] = level;
    this.#pixels[this.#count] = pixel;
    this.#levels[this.#count++] = level;
  }
}
