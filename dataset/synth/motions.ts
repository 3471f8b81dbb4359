/**
 * Nineteen motions of hands, one a class, each modelled on the sign for an
 * animal.
 *
 * @module
 */

import type { Hand } from "./hands.ts";

/** A motion and the class it stands for. */
export interface Motion {
  /** Name of the class. */
  readonly name: string;
  /**
   * Poses both hands.
   *
   * @param t Seconds since the sign began, for a person of speed 1.
   * @returns The visible hands, in body coordinates.
   */
  readonly pose: (t: number) => Hand[];
}

/** Sine of frequency `hertz` between −1 and 1, rising from 0 at t = 0. */
function swing(t: number, hertz: number): number {
  return Math.sin(2 * Math.PI * hertz * t);
}

/** Triangle wave of frequency `hertz` between −1 and 1, starting at −1. */
function shuttle(t: number, hertz: number): number {
  return (2 / Math.PI) * Math.asin(-Math.cos(2 * Math.PI * hertz * t));
}

/** Both hands, the left one the mirror image of the right one. */
function mirrored(right: Omit<Hand, "side">): Hand[] {
  return [
    { ...right, side: "right" },
    { ...right, side: "left", x: -right.x, points: 180 - right.points },
  ];
}

/** The right hand alone. */
function single(right: Omit<Hand, "side">): Hand[] {
  return [{ ...right, side: "right" }];
}

/**
 * The motions in the order of the classes, cat to zebra.
 *
 * They differ in place, path, direction, speed, number of hands and movement of
 * the fingers; several share their place and differ only in motion.
 */
export const MOTIONS: readonly Motion[] = [
  // Whiskers drawn out from the cheeks.
  {
    name: "cat",
    pose: (t) =>
      mirrored({
        x: 19 - 9 * Math.cos(2 * Math.PI * 1.5 * t),
        y: -26,
        points: 170,
        fingers: 2,
        spread: 30,
        reach: 10,
      }),
  },
  // A flat hand pats the thigh.
  {
    name: "dog",
    pose: (t) =>
      single({
        x: 24,
        y: 22 + 9 * swing(t, 2.6),
        points: 180,
        fingers: 3,
        spread: 20,
      }),
  },
  // A fist goes over two humps.
  {
    name: "camel",
    pose: (t) =>
      single({
        x: 30 * shuttle(t, 0.5),
        y: 4 - 18 * Math.abs(swing(t, 1)),
        points: 90,
        fingers: 0,
      }),
  },
  // A horn, thumb and small finger, turns at the temple.
  {
    name: "cow",
    pose: (t) =>
      single({
        x: 18 + 3 * swing(t, 1.5),
        y: -34,
        points: 90 + 45 * swing(t, 1.5),
        fingers: 2,
        spread: 100,
      }),
  },
  // Two fingers wind curls along the other forearm.
  {
    name: "sheep",
    pose: (t) => [
      { side: "left", x: -4, y: 20, points: 0, fingers: 0 },
      {
        side: "right",
        x: -4 + 8 * Math.cos(2 * Math.PI * 1.8 * t),
        y: 2 + 8 * swing(t, 1.8),
        points: 180,
        fingers: 2,
        spread: 25,
      },
    ],
  },
  // A hand strokes a beard from the chin and closes.
  {
    name: "goat",
    pose: (t) =>
      single({
        x: -6,
        y: 14 * shuttle(t, 1),
        points: 100,
        fingers: 3,
        spread: 35 - 30 * shuttle(t, 1),
      }),
  },
  // A snout: the hand leaves the face sideways and closes.
  {
    name: "wolf",
    pose: (t) =>
      single({
        x: 19 + 14 * shuttle(t, 1),
        y: -20,
        points: 180,
        fingers: 4,
        spread: 40 - 35 * shuttle(t, 1),
      }),
  },
  // Bent fingers of both hands tap at each other before the chest.
  {
    name: "squirrel",
    pose: (t) =>
      mirrored({
        x: 12 + 4 * swing(t, 3.2),
        y: -10,
        points: 110,
        fingers: 2,
        spread: 20,
        reach: 9,
      }),
  },
  // One finger flicks past the nose.
  {
    name: "mouse",
    pose: (t) =>
      single({
        x: 4 - 2 * swing(t, 2.8),
        y: -18,
        points: 110 + 50 * swing(t, 2.8),
        fingers: 1,
        reach: 18,
      }),
  },
  // A flat hand dives along in waves.
  {
    name: "dolphin",
    pose: (t) =>
      single({
        x: -30 * shuttle(t, 0.5),
        y: 14 + 11 * swing(t, 1.5),
        points: 180 + 35 * Math.cos(2 * Math.PI * 1.5 * t),
        fingers: 2,
        spread: 12,
        reach: 16,
      }),
  },
  // A fin: an upright hand glides over the head.
  {
    name: "shark",
    pose: (t) =>
      single({
        x: 26 * shuttle(t, 0.5),
        y: -34,
        points: 90,
        fingers: 2,
        spread: 10,
        reach: 16,
      }),
  },
  // A mane: spread fingers comb around the head.
  {
    name: "lion",
    pose: (t) => {
      const angle = 90 + 75 * shuttle(t, 0.75);
      const radians = (angle * Math.PI) / 180;
      return single({
        x: 24 * Math.cos(radians),
        y: -22 - 22 * Math.sin(radians),
        points: angle + 180,
        fingers: 4,
        spread: 90,
        reach: 11,
      });
    },
  },
  // Both hands scratch the ribs, up and down.
  {
    name: "monkey",
    pose: (t) =>
      mirrored({
        x: 21,
        y: 12 + 9 * swing(t, 2.4),
        points: 170,
        fingers: 3,
        spread: 40,
        reach: 10,
      }),
  },
  // One finger winds its way down.
  {
    name: "snake",
    pose: (t) =>
      single({
        x: 2 + 13 * swing(t, 2),
        y: 4 + 24 * shuttle(t, 0.5),
        points: 180,
        fingers: 1,
        reach: 16,
      }),
  },
  // Crossed hands creep up with wriggling fingers.
  {
    name: "spider",
    pose: (t) =>
      mirrored({
        x: -6,
        y: 8 - 8 * shuttle(t, 0.5),
        points: 110,
        fingers: 4,
        spread: 60 + 40 * swing(t, 3),
      }),
  },
  // Hands joined at the thumbs flap like wings.
  {
    name: "butterfly",
    pose: (t) =>
      mirrored({
        x: 6,
        y: -6,
        points: 45 + 42 * swing(t, 1.4),
        fingers: 3,
        spread: 36,
        reach: 20,
      }),
  },
  // A beak of thumb and finger opens and shuts at the mouth.
  {
    name: "bird",
    pose: (t) =>
      single({
        x: 24,
        y: -21 + 2 * swing(t, 1.5),
        points: 180,
        fingers: 2,
        spread: 42 + 40 * swing(t, 3),
        reach: 15,
      }),
  },
  // A broad bill opens and shuts beside the chest.
  {
    name: "duck",
    pose: (t) =>
      single({
        x: 22,
        y: 2,
        points: 150,
        fingers: 2,
        spread: 50 + 45 * swing(t, 1.8),
        reach: 22,
      }),
  },
  // Stripes drawn outwards over the chest, one below the other.
  {
    name: "zebra",
    pose: (t) =>
      mirrored({
        x: 18 - 11 * Math.cos(2 * Math.PI * 2 * t),
        y: 4 + 18 * shuttle(t, 0.5),
        points: 150,
        fingers: 4,
        spread: 40,
        reach: 9,
      }),
  },
];
