/**
 * Time course of one sign: the hands rise, repeat the motion in the person's own
 * rhythm, perhaps with a pause, and sink.
 *
 * @module
 */

import type { BodyPose } from "./body.ts";
import { betweenPoses, FIST, type HandPose, OPEN } from "./hand_shapes.ts";
import { betweenShapes } from "./hand_shapes.ts";
import type { HandMove, Motion } from "./motions.ts";
import type { Manner, Person } from "./people.ts";
import type { Random } from "../random.ts";

/** One performance of a sign by one person. */
export interface SignCourse {
  /** Duration in s. */
  readonly seconds: number;
  /**
   * Returns the body pose at a time.
   *
   * @param t Time since the start of the sign in s; before and after it the
   *   hands rest.
   * @returns The pose.
   */
  readonly at: (t: number) => BodyPose;
}

/** Minimum and maximum duration of a sign in s. */
const LEAST = 0.95;
const MOST = 9.4;

/** Median duration of signs for a person of patience 1, in s. */
const MIDDLE = 4.3;

/** Durations of the parts of a sign in s, and its motion cycles. */
interface Parts {
  /** Until the hands are where the motion begins. */
  readonly rise: number;
  /** Of all motion cycles. */
  readonly motion: number;
  /** Of the pause. */
  readonly pause: number;
  /** Number of motion cycles. */
  readonly cycles: number;
  /** Number of them before the pause. */
  readonly early: number;
}

/**
 * Draws the course of one performance of a sign.
 *
 * @param motion Its motion.
 * @param person The person.
 * @param random Random generator for the variation between performances.
 * @returns Its course.
 */
export function courseOf(
  motion: Motion,
  person: Person,
  random: Random,
): SignCourse {
  const { manner } = person;
  const seconds = Math.min(
    MOST,
    Math.max(LEAST, MIDDLE * manner.patience * Math.exp(random.normal(0, 0.3))),
  );
  const parts = divide(seconds, motion, manner, random);
  const place = placeOf(manner, random);
  const rest = restOf(manner, random);
  const shake = [0, 1, 2, 3].map(() => tremble(random));
  const sway = swayOf(manner, random);
  // One hand is slightly ahead of the other.
  const lag = random.normal(0, 0.04);

  const pose = (move: HandMove, x: number, y: number): HandPose => ({
    x: move.at[0] + place.x + place.size * move.by[0] + x,
    y: move.at[1] + place.y + place.size * move.by[1] + y,
    points: move.points + place.tilt + 3 * x,
    turn: move.turn,
    shape: move.shape,
  });
  const at = (t: number): BodyPose => {
    const raised = share(t, seconds, parts.rise);
    const cycle = cycleAt(t - parts.rise, parts, manner);
    const { leading } = motion.move(cycle);
    const { other } = motion.move(cycle + lag);
    const [a, b, c, d] = shake.map((one) => one(t));
    return {
      leading: betweenPoses(rest, pose(leading, a, b), raised),
      other: other === undefined
        ? { ...rest, x: rest.x + c, y: rest.y + d }
        : betweenPoses(rest, pose(other, c, d), raised),
      ...sway(t, cycle, raised),
    };
  };
  return { seconds, at };
}

function divide(
  seconds: number,
  motion: Motion,
  manner: Manner,
  random: Random,
): Parts {
  const rise = Math.min(random.uniform(0.3, 0.45), 0.22 * seconds);
  const spare = seconds - 2 * rise;
  const pauses = random.uniform(0, 1) < manner.hesitation;
  const pause = spare * (pauses ? random.uniform(0.08, 0.35) : 0);
  // The hands may keep still at the end, too.
  const hold = spare * random.uniform(0, 0.15);
  const moves = spare - pause - hold;
  const tempo = manner.tempo * Math.exp(random.uniform(-0.15, 0.15));
  const cycles = Math.max(1, Math.round(moves * tempo / motion.period));
  const early = 1 + random.below(cycles);
  return { rise, motion: moves, pause, cycles, early };
}

/**
 * Position of the hands between rest and sign, 0 to 1, on a minimum-jerk
 * trajectory.
 */
function share(t: number, seconds: number, rise: number): number {
  const part = Math.min(1, Math.max(0, Math.min(t, seconds - t) / rise));
  return part * part * part * (10 - 15 * part + 6 * part * part);
}

/** Number of motion cycles `t` seconds after the motion began. */
function cycleAt(t: number, parts: Parts, manner: Manner): number {
  const { motion, pause, cycles, early } = parts;
  const pauseStart = early / cycles * motion;
  const moving = Math.min(t, Math.max(pauseStart, t - pause));
  const cycle = Math.min(cycles, Math.max(0, moving / motion) * cycles);
  const whole = Math.floor(cycle);
  const moved = Math.min(1, (cycle - whole) / (1 - manner.pause));
  return whole + moved ** (2 ** (0.6 * manner.rhythm));
}

function placeOf(manner: Manner, random: Random) {
  return {
    x: manner.aside + random.normal(0, 1.5),
    y: manner.below + random.normal(0, 1.5),
    size: manner.amplitude * random.uniform(0.85, 1.15),
    tilt: manner.tilt + random.normal(0, 5),
  };
}

/** Draws the rest pose of a hand, in front of the belly or hanging down. */
function restOf({ restsHigh }: Manner, random: Random): HandPose {
  const shape = betweenShapes(FIST, OPEN, random.uniform(0.1, 0.4));
  const [x, y] = [random.normal(0, 2), random.normal(0, 2)];
  return restsHigh
    ? { x: 7 + x, y: 36 + y, points: 170, turn: -0.6, shape }
    : { x: 25 + x, y: 56 + y, points: -85, turn: -0.4, shape };
}

/**
 * Makes a slow random movement of about a pixel, as a function of time in s.
 */
function tremble(random: Random): (t: number) => number {
  const waves = [0.35, 0.8, 1.7].map((hertz) => ({
    turns: hertz * random.uniform(0.8, 1.25),
    phase: random.uniform(0, 1),
    size: 0.55 / Math.sqrt(hertz),
  }));
  return (t) =>
    waves.reduce(
      (sum, { turns, phase, size }) =>
        sum + size * Math.sin(2 * Math.PI * (turns * t + phase)),
      0,
    );
}

/** Makes the movements of trunk, head and mouth that accompany a sign. */
function swayOf(manner: Manner, random: Random) {
  const [lean, nod, tilt, mouth] = [0, 1, 2, 3].map(() => tremble(random));
  const beat = random.uniform(0, 2) * manner.sway;
  return (t: number, cycle: number, raised: number) => ({
    lean: manner.sway * lean(t),
    nod: manner.sway * nod(t) +
      raised * beat * (0.5 - 0.5 * Math.cos(2 * Math.PI * cycle)),
    tilt: 1.5 * manner.sway * tilt(t),
    mouth: raised * Math.min(1, Math.max(0, 0.5 + 0.5 * mouth(2.5 * t))),
  });
}
