/**
 * Nineteen hand motions, one per class, each modelled on the sign for an
 * animal.
 *
 * @module
 */

import {
  BEAK,
  BENT_VEE,
  betweenShapes,
  BILL,
  BUNCH,
  CLAW,
  FIST,
  FLAT,
  type HandShape,
  HORNS,
  OPEN,
  POINT,
  VEE,
} from "./hand_shapes.ts";

/** State of a hand during a sign, in the coordinates of its own side. */
export interface HandMove {
  /** Centre of the sign, in pixels outwards and downwards from the chest. */
  readonly at: readonly [number, number];
  /** Displacement from the centre, in pixels outwards and downwards. */
  readonly by: readonly [number, number];
  /** Direction of the fingers in degrees: 0 is outwards, 90 is up. */
  readonly points: number;
  /** Side of the hand that faces the camera: 1 palm, 0 edge, −1 back. */
  readonly turn: number;
  /** Shape of the hand. */
  readonly shape: HandShape;
}

/** The motion of a class. */
export interface Motion {
  /** Name of the class. */
  readonly name: string;
  /** Duration of a cycle for a person of tempo 1, in s. */
  readonly period: number;
  /**
   * Returns the hands at a phase of the motion.
   *
   * @param cycle Number of cycles since the motion began, with its fraction.
   * @returns The leading hand, and the other hand unless it rests.
   */
  readonly move: (cycle: number) => {
    readonly leading: HandMove;
    readonly other?: HandMove;
  };
}

/** Sine of the phase: between −1 and 1, rising from 0. */
function swing(cycle: number): number {
  return Math.sin(2 * Math.PI * cycle);
}

/** Raised cosine: from 0 to 1 in half a cycle, and back. */
function away(cycle: number): number {
  return 0.5 - 0.5 * Math.cos(2 * Math.PI * cycle);
}

/** Triangle wave between −1 and 1, starting at −1. */
function shuttle(cycle: number): number {
  return (2 / Math.PI) * Math.asin(-Math.cos(2 * Math.PI * cycle));
}

/** Both hands, as mirror images of each other. */
function both(leading: HandMove): { leading: HandMove; other: HandMove } {
  return { leading, other: leading };
}

/** A shape with another angle of the thumb. */
function gaping(shape: HandShape, thumb: number): HandShape {
  return { ...shape, thumb };
}

/**
 * The motions in class order, from cat to zebra.
 *
 * They differ in place, path, direction, number of hands, and hand shape. Some
 * pairs differ in a single respect: cat and zebra only in place; bird and duck,
 * as well as camel and dolphin, only in the shape of the hand.
 */
export const MOTIONS: readonly Motion[] = [
  // Whiskers drawn out from the cheeks.
  {
    name: "cat",
    period: 0.8,
    move: (cycle) =>
      both({
        at: [10, -30],
        by: [13 * away(cycle), 2 * away(cycle)],
        points: 150,
        turn: 0.6,
        shape: CLAW,
      }),
  },
  // A flat hand pats the thigh.
  {
    name: "dog",
    period: 0.6,
    move: (cycle) => ({
      leading: {
        at: [22, 16],
        by: [0, 10 * away(cycle)],
        points: 150,
        turn: -0.8,
        shape: FLAT,
      },
    }),
  },
  // A fist goes over two humps.
  {
    name: "camel",
    period: 1.9,
    move: (cycle) => ({
      leading: {
        at: [6, 4],
        by: [15 * shuttle(cycle), -10 * Math.abs(swing(2 * cycle))],
        points: 110,
        turn: -0.8,
        shape: FIST,
      },
    }),
  },
  // Horns, thumb and little finger, turn at the temple.
  {
    name: "cow",
    period: 0.8,
    move: (cycle) => ({
      leading: {
        at: [14, -44],
        by: [1, 0],
        points: 80 + 40 * swing(cycle),
        turn: 1,
        shape: HORNS,
      },
    }),
  },
  // Two fingers wind curls along the other forearm.
  {
    name: "sheep",
    period: 0.75,
    move: (cycle) => ({
      leading: {
        at: [2, 2],
        by: [8 * Math.cos(2 * Math.PI * cycle), 8 * swing(cycle)],
        points: 195,
        turn: -0.7,
        shape: VEE,
      },
      other: {
        at: [2, 17],
        by: [0, 0],
        points: 172,
        turn: -0.5,
        shape: FIST,
      },
    }),
  },
  // A hand strokes a beard from the chin and closes.
  {
    name: "goat",
    period: 1,
    move: (cycle) => ({
      leading: {
        at: [2, -21],
        by: [0, 16 * away(cycle)],
        points: 95,
        turn: -0.9,
        shape: betweenShapes(OPEN, BUNCH, away(cycle)),
      },
    }),
  },
  // A snout: the hand leaves the face sideways and closes.
  {
    name: "wolf",
    period: 1,
    move: (cycle) => ({
      leading: {
        at: [8, -33],
        by: [16 * away(cycle), 2 * away(cycle)],
        points: 175,
        turn: -0.8,
        shape: betweenShapes(OPEN, BUNCH, away(cycle)),
      },
    }),
  },
  // Bent fingers of both hands tap each other in front of the chest.
  {
    name: "squirrel",
    period: 0.5,
    move: (cycle) =>
      both({
        at: [7, -8],
        by: [5 * away(cycle), 0],
        points: 115,
        turn: -0.7,
        shape: BENT_VEE,
      }),
  },
  // One finger flicks past the nose.
  {
    name: "mouse",
    period: 0.6,
    move: (cycle) => ({
      leading: {
        at: [7, -27],
        by: [2 * swing(cycle), 0],
        points: 115 + 38 * swing(cycle),
        turn: -0.8,
        shape: POINT,
      },
    }),
  },
  // A flat hand leaps along in waves.
  {
    name: "dolphin",
    period: 1.9,
    move: (cycle) => ({
      leading: {
        at: [6, 4],
        by: [15 * shuttle(cycle), -10 * Math.abs(swing(2 * cycle))],
        points: 160 + 18 * swing(4 * cycle),
        turn: -0.4,
        shape: FLAT,
      },
    }),
  },
  // A fin: an upright hand glides in front of the forehead.
  {
    name: "shark",
    period: 1.6,
    move: (cycle) => ({
      leading: {
        at: [2, -43],
        by: [13 * shuttle(cycle), 0],
        points: 90,
        turn: 0.15,
        shape: FLAT,
      },
    }),
  },
  // A mane: spread fingers comb from the forehead to the nape.
  {
    name: "lion",
    period: 1.1,
    move: (cycle) => {
      const angle = 110 - 115 * away(cycle);
      const radians = angle * Math.PI / 180;
      return {
        leading: {
          at: [2, -36],
          by: [17 * Math.cos(radians), -13 * Math.sin(radians)],
          points: angle + 130,
          turn: -0.8,
          shape: CLAW,
        },
      };
    },
  },
  // Both hands scratch the ribs, up and down.
  {
    name: "monkey",
    period: 0.55,
    move: (cycle) =>
      both({
        at: [19, 10],
        by: [0, 11 * away(cycle)],
        points: 165,
        turn: -0.7,
        shape: CLAW,
      }),
  },
  // Two fingers, a forked tongue, wind their way down.
  {
    name: "snake",
    period: 0.7,
    move: (cycle) => ({
      leading: {
        at: [8, 2],
        by: [10 * swing(cycle), 15 * shuttle(cycle / 3)],
        points: 210,
        turn: -0.8,
        shape: VEE,
      },
    }),
  },
  // Crossed hands creep up with wriggling fingers.
  {
    name: "spider",
    period: 0.5,
    move: (cycle) =>
      both({
        at: [-5, 6],
        by: [0, -9 * shuttle(cycle / 4)],
        points: 105,
        turn: -1,
        shape: {
          ...OPEN,
          fingers: OPEN.fingers.map((_, n) =>
            0.65 + 0.35 * swing(cycle + 0.23 * n)
          ),
        },
      }),
  },
  // Hands joined at the thumbs flap like wings.
  {
    name: "butterfly",
    period: 0.8,
    move: (cycle) =>
      both({
        at: [5, -4],
        by: [3 * swing(cycle), -2 * swing(cycle)],
        points: 55 + 42 * swing(cycle),
        turn: -0.8,
        shape: { ...FLAT, spread: 18 },
      }),
  },
  // A beak of thumb and finger opens and shuts at the mouth.
  {
    name: "bird",
    period: 0.55,
    move: (cycle) => ({
      leading: {
        at: [13, -29],
        by: [0, 0],
        points: 10,
        turn: -0.5,
        shape: gaping(BEAK, 8 + 62 * away(cycle)),
      },
    }),
  },
  // A broad bill opens and shuts at the mouth.
  {
    name: "duck",
    period: 0.55,
    move: (cycle) => ({
      leading: {
        at: [13, -29],
        by: [0, 0],
        points: 10,
        turn: -0.5,
        shape: gaping(BILL, 8 + 62 * away(cycle)),
      },
    }),
  },
  // Stripes drawn outwards over the chest.
  {
    name: "zebra",
    period: 0.8,
    move: (cycle) =>
      both({
        at: [10, 2],
        by: [13 * away(cycle), 2 * away(cycle)],
        points: 150,
        turn: 0.6,
        shape: CLAW,
      }),
  },
];
