/**
 * Places of the four recording sessions: lighting and background.
 *
 * @module
 */

import { DVS128 } from "../events.ts";
import type { Random } from "../random.ts";
import type { Background } from "./scene.ts";

/** A rectangle of the background. */
interface Patch {
  /** First column, in pixels. */
  readonly left: number;
  /** First row. */
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Log intensity relative to the wall. */
  readonly level: number;
}

/** Place of a recording session. */
export interface Place {
  /** Suffix of its recordings' names. */
  readonly suffix: string;
  /** Numbers of the people who signed there. */
  readonly people: readonly number[];
  /** Factor of all log intensities of the person, larger in hard light. */
  readonly contrast: number;
  /** Rate of noise events of a pixel on the wall, in Hz. */
  readonly noiseHz: number;
  /** Amplitude of lamp flicker on the person, in log intensity. */
  readonly flicker: number;
  /** Objects in front of the wall. */
  readonly patches: readonly Patch[];
}

/** Places of the sessions S1 to S4; the third is lit by neon lamps. */
export const PLACES: readonly Place[] = [
  {
    suffix: "imse",
    people: numbers(25, 34),
    contrast: 0.95,
    noiseHz: 0.06,
    flicker: 0,
    // A board on the wall.
    patches: [{ left: 14, top: 8, width: 52, height: 34, level: 0.3 }],
  },
  {
    suffix: "dc",
    people: numbers(35, 59),
    contrast: 0.9,
    noiseHz: 0.09,
    flicker: 0,
    // A cupboard and shelves.
    patches: [
      { left: -30, top: 20, width: 62, height: 140, level: -0.35 },
      { left: 92, top: 30, width: 70, height: 4, level: -0.5 },
      { left: 92, top: 62, width: 70, height: 4, level: -0.5 },
    ],
  },
  {
    suffix: "indoor",
    // SL-Animals has no user04.
    people: [...numbers(0, 3), ...numbers(5, 17)],
    contrast: 0.8,
    noiseHz: 0.18,
    flicker: 0.06,
    // A door and its frame.
    patches: [
      { left: 84, top: 14, width: 36, height: 140, level: -0.3 },
      { left: 88, top: 18, width: 28, height: 140, level: -0.1 },
    ],
  },
  {
    suffix: "sunlight",
    people: numbers(18, 24),
    contrast: 1.15,
    noiseHz: 0.03,
    flicker: 0,
    // Sunlight through two windows.
    patches: [
      { left: 4, top: -10, width: 24, height: 70, level: 0.8 },
      { left: 40, top: -10, width: 24, height: 70, level: 0.8 },
    ],
  },
];

function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, n) => first + n);
}

/** Number of pixels that reflect flickering lamps. */
const GLOSSY_PIXELS = 20;

/**
 * Draws the background.
 *
 * @param place The place.
 * @param random Random generator for the position of the camera and the glossy
 *   pixels.
 * @returns Log intensities at 128×128 pixels, and the glossy pixels.
 */
export function backgroundOf(place: Place, random: Random): Background {
  const { width, height } = DVS128;
  const levels = new Float64Array(width * height);
  const [aside, down] = [random.uniform(-12, 12), random.uniform(-6, 6)];
  for (const patch of place.patches) {
    for (let row = 0; row < height; row++) {
      const y = row - down - patch.top;
      if (y < 0 || y >= patch.height) continue;
      for (let column = 0; column < width; column++) {
        const x = column - aside - patch.left;
        if (x >= 0 && x < patch.width) {
          levels[row * width + column] = patch.level;
        }
      }
    }
  }
  const glossy = place.flicker > 0
    ? Array.from({ length: GLOSSY_PIXELS }, () => random.below(width * height))
    : [];
  return { levels, glossy: [...new Set(glossy)] };
}
