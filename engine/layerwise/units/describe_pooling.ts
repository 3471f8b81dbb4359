/**
 * Descriptions of pooling and dropout of a unit.
 *
 * @module
 */

import { ShapeError } from "../../device/errors.ts";
import { requireSizes } from "../../network/network.ts";
import type { PoolingDescription } from "./unit_descriptions.ts";
import { planesOf, type Pooling, type Raster, type Unit } from "./units.ts";

/** Largest count that kernels support. */
const LARGEST_COUNT = 255;

/**
 * Completes the description of a unit's pooling.
 *
 * @param pool The description.
 * @param unit The unit so far.
 * @returns The pooling, fused with an earlier pooling of the unit.
 * @throws {TypeError} If the kind of pooling is unknown.
 * @throws {RangeError} If a side is not a positive integer.
 * @throws {ShapeError} If it does not fit the unit.
 */
export function poolingOf(
  pool: PoolingDescription,
  { layer, joined, pooling, dropout }: Unit,
): Pooling {
  const { H, W } = joined.extent;
  const ways = ["max", "average", "adaptive"];
  if (!ways.some((way) => Object.hasOwn(Object(pool), way))) {
    throw new TypeError(
      `Cannot pool layer "${layer.name}" by ${JSON.stringify(pool)}: ` +
        `expected one of ${ways.join(", ")}`,
    );
  }
  if (dropout > 0) {
    throw new ShapeError(
      `Cannot pool layer "${layer.name}": its spikes are dropped already; ` +
        "pool before",
    );
  }
  if ("adaptive" in pool) {
    requireSizes(layer.name, [pool.adaptive]);
    const window = H / pool.adaptive;
    if (pooling) {
      throw new ShapeError(
        `Cannot pool layer "${layer.name}" to ${pool.adaptive}×` +
          `${pool.adaptive}: it is pooled already, by ${pooling.kind} of ` +
          `${pooling.window}×${pooling.window}`,
      );
    }
    if (H !== W || !Number.isInteger(window)) {
      throw new ShapeError(
        `Cannot pool layer "${layer.name}" to ${pool.adaptive}×` +
          `${pool.adaptive}: ${H}×${W} cannot be cut into as many windows`,
      );
    }
    return { kind: "average", window, inner: window };
  }
  const kind = "max" in pool ? "max" : "average";
  let window = "max" in pool ? pool.max : pool.average;
  requireSizes(layer.name, [window]);
  // Two poolings of one kind are fused to one with a larger window.
  if (pooling && pooling.kind !== kind) {
    throw new ShapeError(
      `Cannot pool layer "${layer.name}" twice, by ${pooling.kind} and ${kind}`,
    );
  }
  const inner = pooling?.window ?? window;
  window *= pooling?.window ?? 1;
  if (window > H || window > W) {
    throw new ShapeError(
      `Cannot pool layer "${layer.name}": a window of ${window}×${window} ` +
        `does not fit ${H}×${W}`,
    );
  }
  return { kind, window, inner };
}

/**
 * Determines the output of a unit after pooling and dropout.
 *
 * @param unit The unit so far.
 * @param pooling Its pooling, if it has one.
 * @param dropout Probability that an output is silenced in training.
 * @returns The raster.
 * @throws {ShapeError} If its counts are too large.
 */
export function outputOf(
  { layer, joined }: Pick<Unit, "layer" | "joined">,
  pooling: Pooling | undefined,
  dropout: number,
): Raster {
  // Changes are neither pooled nor dropped.
  if (joined.signed) return joined;
  const { kind, window } = pooling ?? { kind: "max", window: 1 };
  const { C, H, W } = joined.extent;
  const averages = kind === "average";
  const output = {
    ...joined,
    extent: { C, H: Math.floor(H / window), W: Math.floor(W / window) },
    most: joined.most * (averages ? window * window : 1),
    scale: averages ? 1 / (window * window) : 1,
    kept: 1 - dropout,
  };
  const largest = averages ? 2 ** 16 - 1 : LARGEST_COUNT;
  if (output.most > largest) {
    throw new ShapeError(
      `Cannot build layer "${layer.name}": its counts of up to ${output.most} ` +
        `take ${planesOf(output)} bits`,
    );
  }
  // Without pooling and dropout the output is the unit's joined spikes.
  return pooling || dropout > 0 ? output : joined;
}
