/**
 * Projects the space-time box, seen obliquely from above, onto the picture.
 *
 * @module
 */

/** A point in the box, 0 to 1 along each edge. */
export interface BoxPoint {
  /** Along time. */
  readonly t: number;
  /** Along the columns, 0 in front. */
  readonly x: number;
  /** Upwards. */
  readonly up: number;
}

/** A point in the picture. */
export interface ScreenPoint {
  /** From the left. */
  readonly left: number;
  /** From the top. */
  readonly top: number;
  /** Nearness to the viewer; nearer points hide others. */
  readonly near: number;
}

/** Direction of the viewer around the box and above it, in radians. */
const [ROUND, ABOVE] = [Math.PI / 6, Math.PI / 7];

/** Length of the box along time, relative to its height. */
const LENGTH = 2;

/** Direction of each edge in the picture, for a box of height 1. */
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

/** Size of the box in the picture, for a box of height 1. */
const SIZE = {
  width: EDGES.t.left + EDGES.x.left,
  height: EDGES.t.top - EDGES.x.top - EDGES.up.top,
};

/**
 * Projects a point in the box.
 *
 * @param point The point.
 * @param width Width of the picture.
 * @returns The point in the picture; the box fills the picture.
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
 * Computes the height of the picture.
 *
 * @param width Its width.
 * @returns Its height.
 */
export function boxHeight(width: number): number {
  return width / SIZE.width * SIZE.height;
}
