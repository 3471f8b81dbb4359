/**
 * A box of time, columns and rows, seen from before it and above.
 *
 * @module
 */

/** A place in the box, 0 to 1 along each edge. */
export interface BoxPoint {
  /** Along time. */
  readonly t: number;
  /** Along the columns, 0 in front. */
  readonly x: number;
  /** Upwards. */
  readonly up: number;
}

/** A place in the picture. */
export interface ScreenPoint {
  /** From the left. */
  readonly left: number;
  /** From the top. */
  readonly top: number;
  /** Nearness, for what is nearer to hide what is not. */
  readonly near: number;
}

/** How far round the box the eye is, and how far above it. */
const [ROUND, ABOVE] = [Math.PI / 6, Math.PI / 7];

/** Length of the box along time, where it is 1 high. */
const LENGTH = 2;

/** How far each edge leads in the picture, where the box is 1 high. */
const EDGES = {
  t: {
    left: LENGTH * Math.cos(ROUND),
    top: LENGTH * Math.sin(ABOVE) * Math.sin(ROUND),
    near: LENGTH * Math.cos(ABOVE) * Math.sin(ROUND),
  },
  x: {
    left: Math.sin(ROUND),
    top: -Math.sin(ABOVE) * Math.cos(ROUND),
    near: -Math.cos(ABOVE) * Math.cos(ROUND),
  },
  up: { left: 0, top: -Math.cos(ABOVE), near: Math.sin(ABOVE) },
};

/** The box in the picture, where it is 1 high. */
const SIZE = {
  width: EDGES.t.left + EDGES.x.left,
  height: EDGES.t.top - EDGES.x.top - EDGES.up.top,
};

/**
 * Finds where a place in the box is seen.
 *
 * @param point The place.
 * @param width Width of the picture.
 * @returns The place in the picture, which the box fills.
 *
 * @example
 * ```ts
 * import { boxHeight, project } from "./projection.ts";
 * const left = project({ t: 0, x: 0, up: 1 }, 700);
 * const right = project({ t: 1, x: 1, up: 0 }, 700);
 * const lowest = project({ t: 1, x: 0, up: 0 }, 700);
 * if (left.left !== 0 || Math.round(right.left) !== 700) throw new Error("?");
 * if (lowest.top.toFixed(6) !== boxHeight(700).toFixed(6)) {
 *   throw new Error("expected the near corner at the bottom");
 * }
 * ```
 */
export function project(
  { t, x, up }: BoxPoint,
  width: number,
): ScreenPoint {
  const scale = width / SIZE.width;
  const along = (key: "left" | "top" | "near") =>
    t * EDGES.t[key] + x * EDGES.x[key] + up * EDGES.up[key];
  const highest = EDGES.x.top + EDGES.up.top;
  return {
    left: scale * along("left"),
    top: scale * (along("top") - highest),
    near: along("near"),
  };
}

/**
 * Tells how high the picture of the box is.
 *
 * @param width Its width.
 * @returns Its height.
 */
export function boxHeight(width: number): number {
  return width / SIZE.width * SIZE.height;
}
