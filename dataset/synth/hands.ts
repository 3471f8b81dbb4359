/**
 * Hands and forearms, made of bars, in the coordinates of a person's body.
 *
 * The origin is the middle of the chest, x goes right and y down as the camera
 * sees them, and the unit is a pixel for a person of scale 1.
 *
 * @module
 */

import type { Bar } from "./scene.ts";

/** Which hand, as the camera sees it. */
export type Side = "left" | "right";

/** Pose of a hand. */
export interface Hand {
  /** Which hand. */
  readonly side: Side;
  /** Column of the palm. */
  readonly x: number;
  /** Row of the palm. */
  readonly y: number;
  /** Direction of the fingers in degrees: 0 is right, 90 is up. */
  readonly points: number;
  /** Number of visible fingers. */
  readonly fingers: number;
  /**
   * Degrees from the first finger to the last.
   * @default 0
   */
  readonly spread?: number;
  /**
   * Length of the fingers.
   * @default 13
   */
  readonly reach?: number;
}

const ELBOW_X = 34;
const ELBOW_Y = 46;
const PALM = 4.5;
const FINGER = 1.6;
const FOREARM = 3.2;

/**
 * Draws a hand on its forearm; the elbow stays where it is.
 *
 * @param hand Its pose.
 * @returns Forearm, palm and fingers.
 *
 * @example
 * ```ts
 * import { drawHand } from "./hands.ts";
 * const bars = drawHand({ side: "left", x: 0, y: 0, points: 90, fingers: 2 });
 * if (bars.length !== 4) throw new Error(`${bars.length} bars`);
 * ```
 */
export function drawHand(hand: Hand): Bar[] {
  const { x, y, points, fingers, spread = 0, reach = 13 } = hand;
  const elbowX = hand.side === "right" ? ELBOW_X : -ELBOW_X;
  const bars: Bar[] = [
    { ax: elbowX, ay: ELBOW_Y, bx: x, by: y, radius: FOREARM },
    { ax: x, ay: y, bx: x, by: y, radius: PALM },
  ];
  for (let finger = 0; finger < fingers; finger++) {
    const turn = fingers > 1 ? finger / (fingers - 1) - 0.5 : 0;
    const angle = (points + turn * spread) * (Math.PI / 180);
    bars.push({
      ax: x,
      ay: y,
      bx: x + reach * Math.cos(angle),
      by: y - reach * Math.sin(angle),
      radius: FINGER,
    });
  }
  return bars;
}
