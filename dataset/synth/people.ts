/**
 * Signers of the synthetic data set, with their individual looks and manners.
 *
 * @module
 */

import { Random } from "../random.ts";
import { type Place, PLACES } from "./places.ts";

/** Build and appearance of a person. */
export interface Looks {
  /** Relative size in the picture, about 1. */
  readonly scale: number;
  /** Relative breadth of shoulders and trunk, about 1. */
  readonly breadth: number;
  /** Relative size of the palm, about 1. */
  readonly palm: number;
  /** Relative length of the fingers, about 1. */
  readonly fingers: number;
  /** Log intensity of the skin relative to the wall. */
  readonly skin: number;
  /** Log intensity of the shirt. */
  readonly shirt: number;
  /** Log intensity of the shirt's stripes; equal to `shirt` if it is plain. */
  readonly stripes: number;
  /** Log intensity of the hair. */
  readonly hair: number;
  /** Whether the hair reaches the shoulders. */
  readonly longHair: boolean;
  /** Whether sleeves cover the forearms. */
  readonly longSleeves: boolean;
}

/** Signing style of a person. */
export interface Manner {
  /** Whether the left hand leads. */
  readonly leftHanded: boolean;
  /** Relative speed of the motions, about 1. */
  readonly tempo: number;
  /** Relative duration of signs, about 1. */
  readonly patience: number;
  /** Relative size of the motions, about 1. */
  readonly amplitude: number;
  /** Fraction of each motion cycle in which the hand rests, from 0. */
  readonly pause: number;
  /**
   * Distribution of speed over a cycle, from −1, fast at its start, to 1, fast
   * at its end.
   */
  readonly rhythm: number;
  /** Probability of a pause between two motion cycles, or after the last. */
  readonly hesitation: number;
  /** Rotation of the hands in degrees. */
  readonly tilt: number;
  /** Offset of signs to the side and downwards, in pixels. */
  readonly aside: number;
  readonly below: number;
  /** Whether hands rest in front of the belly; otherwise they hang down. */
  readonly restsHigh: boolean;
  /** Relative amplitude of swaying and nodding, about 1. */
  readonly sway: number;
}

/** A person who signs. */
export interface Person {
  /** Number of the person, 0 to 59 except 4. */
  readonly number: number;
  /** Name of the recording, as in `user00_indoor`. */
  readonly recording: string;
  /** Place of the recording. */
  readonly place: Place;
  /** Build and appearance. */
  readonly looks: Looks;
  /** Signing style. */
  readonly manner: Manner;
  /**
   * Horizontal offset of the chest from the middle of the picture, in pixels.
   */
  readonly dx: number;
  /** Vertical offset of the chest from its usual row, downwards, in pixels. */
  readonly dy: number;
  /** Time on the camera's clock at the start of the recording, in µs. */
  readonly clockUs: number;
}

/** Number of people in the whole data set. */
export const PEOPLE: number = PLACES.flatMap(({ people }) => people).length;

/**
 * Chooses people, with each session represented in proportion to its size.
 *
 * A larger selection includes every smaller one, and a person's signing does
 * not depend on who else is chosen.
 *
 * @param count Number of people, from 1 to 59.
 * @param seed Seed of looks, manners and positions.
 * @returns The people, by number.
 * @throws {RangeError} If `count` is out of range.
 *
 * @example
 * ```ts
 * import { choosePeople } from "./people.ts";
 * const names = choosePeople(4, 0).map((person) => person.recording).join();
 * if (names !== "user00_indoor,user18_sunlight,user25_imse,user35_dc") {
 *   throw new Error(names);
 * }
 * ```
 */
export function choosePeople(count: number, seed: number): Person[] {
  if (!Number.isInteger(count) || count < 1 || count > PEOPLE) {
    throw new RangeError(
      `Cannot choose "${count}" people: there are 1 to ${PEOPLE}`,
    );
  }
  return PLACES
    .flatMap((place) =>
      place.people.map((number, n) => ({
        number,
        place,
        turn: n / place.people.length,
      }))
    )
    .sort((a, b) => a.turn - b.turn)
    .slice(0, count)
    .sort((a, b) => a.number - b.number)
    .map(({ number, place }) => describe(number, place, seed));
}

function describe(number: number, place: Place, seed: number): Person {
  const random = new Random(seed, 2 * number);
  return {
    number,
    recording: `user${String(number).padStart(2, "0")}_${place.suffix}`,
    place,
    looks: looksOf(random),
    manner: mannerOf(random),
    dx: random.uniform(-7, 7),
    dy: random.uniform(-4, 4),
    clockUs: 2 ** 31 + random.below(2 ** 30),
  };
}

function looksOf(random: Random): Looks {
  const skin = random.uniform(0.4, 0.9) * signOf(random, 0.6);
  // Hands move in front of the shirt, so its shade must differ from theirs.
  const shirt = skin > 0
    ? skin - random.uniform(0.5, 2)
    : skin + random.uniform(0.5, 2);
  return {
    scale: random.uniform(0.85, 1.15),
    breadth: random.uniform(0.88, 1.12),
    palm: random.uniform(0.9, 1.1),
    fingers: random.uniform(0.88, 1.12),
    skin,
    shirt,
    stripes: shirt + (random.uniform(0, 1) < 0.3 ? random.normal(0, 0.3) : 0),
    hair: random.uniform(-1.2, -0.1),
    longHair: random.uniform(0, 1) < 0.4,
    longSleeves: random.uniform(0, 1) < 0.5,
  };
}

function mannerOf(random: Random): Manner {
  return {
    leftHanded: random.uniform(0, 1) < 0.25,
    tempo: Math.exp(random.uniform(-0.1, 0.4)),
    patience: Math.exp(random.uniform(-0.45, 0.45)),
    amplitude: random.uniform(0.75, 1.25),
    pause: random.uniform(0, 0.3),
    rhythm: random.uniform(-1, 1),
    hesitation: random.uniform(0.1, 0.7),
    tilt: random.uniform(-14, 14),
    aside: random.uniform(-4, 4),
    below: random.uniform(-4, 4),
    restsHigh: random.uniform(0, 1) < 0.4,
    sway: random.uniform(0.3, 1.7),
  };
}

function signOf(random: Random, positive: number): number {
  return random.uniform(0, 1) < positive ? 1 : -1;
}
