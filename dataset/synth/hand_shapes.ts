/**
 * Hand shapes, hand poses, and interpolation between them.
 *
 * @module
 */

/** Shape of a hand. */
export interface HandShape {
  /** Extension of each finger, thumb first: 0 bent, 1 straight. */
  readonly fingers: readonly number[];
  /** Angle from the index to the little finger in degrees. */
  readonly spread: number;
  /** Angle from the middle of the hand to the thumb in degrees. */
  readonly thumb: number;
}

/** A bent hand. */
export const FIST: HandShape = {
  fingers: [0.3, 0, 0, 0, 0],
  spread: 0,
  thumb: 25,
};

/** Straight fingers side by side. */
export const FLAT: HandShape = {
  fingers: [0.6, 1, 1, 1, 1],
  spread: 4,
  thumb: 25,
};

/** Straight fingers, spread. */
export const OPEN: HandShape = {
  fingers: [1, 1, 1, 1, 1],
  spread: 64,
  thumb: 65,
};

/** Half bent fingers, spread. */
export const CLAW: HandShape = {
  fingers: [0.7, 0.5, 0.5, 0.5, 0.5],
  spread: 70,
  thumb: 60,
};

/** Index finger stretched. */
export const POINT: HandShape = {
  fingers: [0.2, 1, 0, 0, 0],
  spread: 0,
  thumb: 15,
};

/** Two fingers stretched and spread. */
export const VEE: HandShape = {
  fingers: [0.2, 1, 1, 0, 0],
  spread: 75,
  thumb: 15,
};

/** Two bent fingers, spread. */
export const BENT_VEE: HandShape = {
  fingers: [0.2, 0.5, 0.5, 0, 0],
  spread: 60,
  thumb: 15,
};

/** Thumb and little finger stretched. */
export const HORNS: HandShape = {
  fingers: [1, 0, 0, 0, 1],
  spread: 30,
  thumb: 70,
};

/** Fingertips together. */
export const BUNCH: HandShape = {
  fingers: [0.7, 0.75, 0.75, 0.7, 0.6],
  spread: -30,
  thumb: 8,
};

/** Thumb and one finger, like the beak of a small bird. */
export const BEAK: HandShape = {
  fingers: [1, 0.9, 0, 0, 0],
  spread: 0,
  thumb: 10,
};

/** Thumb and all fingers, like a broad bill. */
export const BILL: HandShape = {
  fingers: [1, 1, 1, 1, 1],
  spread: 4,
  thumb: 10,
};

/** Pose of a hand, in the coordinates of its own side of the body. */
export interface HandPose {
  /** Distance of the palm from the middle of the chest outwards, in pixels. */
  readonly x: number;
  /** Distance of the palm from the middle of the chest downwards, in pixels. */
  readonly y: number;
  /** Direction of the fingers in degrees: 0 is outwards, 90 is up. */
  readonly points: number;
  /** Side of the hand that faces the camera: 1 palm, 0 edge, −1 back. */
  readonly turn: number;
  /** Shape of the hand. */
  readonly shape: HandShape;
}

/**
 * Interpolates between two shapes.
 *
 * @param from Start.
 * @param to End.
 * @param part Position between start and end, 0 to 1.
 * @returns The interpolated shape.
 */
export function betweenShapes(
  from: HandShape,
  to: HandShape,
  part: number,
): HandShape {
  return {
    fingers: from.fingers.map((finger, n) => mix(finger, to.fingers[n], part)),
    spread: mix(from.spread, to.spread, part),
    thumb: mix(from.thumb, to.thumb, part),
  };
}

/**
 * Interpolates between two poses.
 *
 * @param from Start.
 * @param to End.
 * @param part Position between start and end, 0 to 1.
 * @returns The interpolated pose.
 */
export function betweenPoses(
  from: HandPose,
  to: HandPose,
  part: number,
): HandPose {
  return {
    x: mix(from.x, to.x, part),
    y: mix(from.y, to.y, part),
    points: mix(from.points, to.points, part),
    turn: mix(from.turn, to.turn, part),
    shape: betweenShapes(from.shape, to.shape, part),
  };
}

function mix(from: number, to: number, part: number): number {
  return from + (to - from) * part;
}
