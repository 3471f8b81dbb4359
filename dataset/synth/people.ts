/**
 * The people of the synthetic data set, the places where they sign, and how they
 * differ.
 *
 * @module
 */

import { Random } from "../random.ts";

/** Place of a session, and its light. */
export interface Place {
  /** Suffix of the names of its recordings. */
  readonly suffix: string;
  /** Numbers of the people who signed there. */
  readonly people: readonly number[];
  /** Log intensity of a hand over the ground. */
  readonly contrast: number;
  /** Noise events per second and pixel. */
  readonly noiseHz: number;
  /** Amplitude of the lamps' flicker on a lit hand, in log intensity. */
  readonly flicker: number;
}

/** The places of the sessions S1 to S4; neon lamps light the third. */
const PLACES: readonly Place[] = [
  {
    suffix: "imse",
    people: numbers(25, 34),
    contrast: 0.62,
    noiseHz: 0.06,
    flicker: 0,
  },
  {
    suffix: "dc",
    people: numbers(35, 59),
    contrast: 0.58,
    noiseHz: 0.08,
    flicker: 0,
  },
  {
    suffix: "indoor",
    // SL-Animals has no user04.
    people: [...numbers(0, 3), ...numbers(5, 17)],
    contrast: 0.5,
    noiseHz: 0.15,
    flicker: 0.06,
  },
  {
    suffix: "sunlight",
    people: numbers(18, 24),
    contrast: 0.7,
    noiseHz: 0.03,
    flicker: 0,
  },
];

/** A person who signs. */
export interface Person {
  /** Number, 0 to 59 without 4. */
  readonly number: number;
  /** Name of the recording, as in `user00_indoor`. */
  readonly recording: string;
  /** Place of the recording. */
  readonly place: Place;
  /** Size of the body in the picture, about 1. */
  readonly scale: number;
  /** Speed of the motions, about 1. */
  readonly speed: number;
  /** Column of the middle of the chest, in pixels from the middle. */
  readonly dx: number;
  /** Row of the middle of the chest, downwards from the middle. */
  readonly dy: number;
  /** Seconds by which the person is ahead in every motion. */
  readonly phase: number;
  /** Time of the camera's clock at the start of the recording, in µs. */
  readonly clockUs: number;
}

function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, n) => first + n);
}

/** Number of people in the whole data set. */
export const PEOPLE: number = PLACES.flatMap(({ people }) => people).length;

/**
 * Chooses people so that the sessions keep their shares.
 *
 * A larger choice includes every smaller one, and a person signs in the same way
 * regardless of who else is chosen.
 *
 * @param count Number of people, from 1 to 59.
 * @param seed Seed of their body sizes, speeds and positions.
 * @returns The people, by number.
 * @throws {RangeError} If there are not that many people.
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
    scale: random.uniform(0.85, 1.15),
    speed: random.uniform(0.8, 1.2),
    dx: random.uniform(-6, 6),
    dy: random.uniform(-6, 6),
    phase: random.uniform(-0.06, 0.06),
    clockUs: 2 ** 31 + random.below(2 ** 30),
  };
}
