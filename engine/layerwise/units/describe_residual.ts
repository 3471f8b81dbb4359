/**
 * Residual connections of units.
 *
 * @module
 */

import { ShapeError } from "../../device/errors.ts";
import type { Raster, Residual, Unit } from "./units.ts";

/**
 * Checks how a residual connection joins spikes.
 *
 * @param join `add` or `gate`.
 * @throws {TypeError} If it is unknown.
 */
export function requireJoin(join: Residual["join"]): void {
  if (join !== "add" && join !== "gate") {
    throw new TypeError(
      `Cannot join layers by "${join}": expected "add" or "gate"`,
    );
  }
}

/**
 * Joins an earlier raster to the spikes of a unit.
 *
 * @param unit The unit so far.
 * @param residual Index of the raster, and how it is joined.
 * @param other The raster.
 * @returns The unit with the residual connection.
 * @throws {ShapeError} If the raster cannot be joined to the unit.
 */
export function joinTo(
  unit: Unit,
  residual: Residual,
  other: Raster,
): Unit {
  const { layer, joined } = unit;
  const { raster, join } = residual;
  const same = (["C", "H", "W"] as const).every((axis) =>
    other.extent[axis] === joined.extent[axis]
  );
  const shape = ({ extent: { C, H, W } }: Raster) => `${C}×${H}×${W}`;
  if (!same) {
    throw new ShapeError(
      `Cannot join layer "${layer.name}", which gives ${shape(joined)}, to ` +
        `${shape(other)} around it: the shapes differ`,
    );
  }
  if (joined.signed || other.signed) {
    throw new ShapeError(
      `Cannot join layer "${layer.name}" to another: neurons that send changes ` +
        "have no spikes to add",
    );
  }
  if (other.scale !== 1 || other.kept !== 1 || unit.output !== joined) {
    throw new ShapeError(
      `Cannot join layer "${layer.name}" to another: spikes that are ` +
        "averaged, pooled or dropped cannot be added",
    );
  }
  if (unit.residual) {
    throw new ShapeError(
      `Cannot join layer "${layer.name}" to another: it already is`,
    );
  }
  if (other.most > 1 && (join === "gate" || raster === 0)) {
    throw new ShapeError(
      `Cannot join layer "${layer.name}" by "${join}": the spikes around it ` +
        `are counts of up to ${other.most}`,
    );
  }
  const sum = { ...joined, most: join === "add" ? other.most + 1 : 1 };
  return { ...unit, residual, joined: sum, output: sum };
}
