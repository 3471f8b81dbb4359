/**
 * Shapes of a hand, and poses between two poses.
 *
 * @module
 */

/** Shape of a hand. */
export interface HandShape {
  /** How far each finger is stretched, thumb first: 0 bent, 1 straight. */
  readonly fingers: readonly number[];
  /** Degrees from the first finger to the last, without the thumb. */
  readonly spread: number;
  /** Degrees from the middle of the hand to the thumb. */
  readonly thumb: number;
}

/** A bent hand. */
export const FIST: HandShape = {
  fingers: [0.3, 0, 0, 0, 0],
  spread: 0,
  thumb: 25,
};

/** All fingers side by side. */
export const FLAT: HandShape = {
  fingers: [0.6, 1, 1, 1, 1],
  spread: 4,
  thumb: 25,
};

/** All fingers apart. */
export const OPEN: HandShape = {
  fingers: [1, 1, 1, 1, 1],
  spread: 64,
  thumb: 65,
};

/** All fingers apart and half bent. */
export const CLAW: HandShape = {
  fingers: [0.7, 0.5, 0.5, 0.5, 0.5],
  spread: 70,
  thumb: 60,
};

/** One finger. */
export const POINT: HandShape = {
  fingers: [0.2, 1, 0, 0, 0],
  spread: 0,
  thumb: 15,
};

/** Two fingers. */
export const VEE: HandShape = {
  fingers: [0.2, 1, 1, 0, 0],
  spread: 75,
  thumb: 15,
};

/** Two bent fingers. */
export const BENT_VEE: HandShape = {
  fingers: [0.2, 0.5, 0.5, 0, 0],
  spread: 60,
  thumb: 15,
};

/** Thumb and little finger. */
export const HORNS: HandShape = {
  fingers: [1, 0, 0, 0, 1],
  spread: 30,
  thumb: 70,
};

/** All finger tips together. */
export const BUNCH: HandShape = {
  fingers: [0.7, 0.75, 0.75, 0.7, 0.6],
  spread: -30,
  thumb: 8,
};

/** Thumb and one finger, as the beak of a small bird. */
export const BEAK: HandShape = {
  fingers: [1, 0.9, 0, 0, 0],
  spread: 0,
  thumb: 10,
};

/** Thumb and all fingers, as a broad bill. */
export const BILL: HandShape = {
  fingers: [1, 1, 1, 1, 1],
  spread: 4,
  thumb: 10,
};

/** Pose of a hand, in the coordinates of its own side of the body. */
export interface HandPose {
  /** Pixels of the palm from the middle of the chest, outwards. */
  readonly x: number;
  /** Pixels of the palm downwards. */
  readonly y: number;
  /** Direction of the fingers in degrees: 0 is outwards, 90 is up. */
  readonly points: number;
  /** 1 shows the palm, 0 the edge, −1 the back. */
  readonly turn: number;
  /** Shape of the hand. */
  readonly shape: HandShape;
}

/**
 * Finds a shape between two shapes.
 *
 * @param from The one.
 * @param to The other.
 * @param part How far from the one to the other, 0 to 1.
 * @returns The shape.
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
 * Finds a pose between two poses.
 *
 * @param from The one.
 * @param to The other.
 * @param part How far from the one to the other, 0 to 1.
 * @returns The pose.
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
