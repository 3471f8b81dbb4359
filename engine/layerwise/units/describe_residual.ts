/**
 * Residual connections of units.
 *
 * @module
 */

import { ShapeError } from "../../device/errors.ts";
import type { Extent } from "../../network/network.ts";
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
  const [own, around] = [joined, other].map(({ extent }) => extent);
  const sides = ({ H, W }: Extent) => `${H}×${W}`;
  if (own.C !== around.C) {
    throw new ShapeError(
      `Cannot join layer "${layer.name}", which gives ${own.C} channels, to ` +
        `${around.C} around it: give both as many, with a shortcut if need be`,
    );
  }
  if (sides(own) !== sides(around)) {
    throw new ShapeError(
      `Cannot join layer "${layer.name}", whose maps have ${sides(own)} ` +
        `pixels, to maps of ${sides(around)} around it: give both as many, ` +
        "with a shortcut if need be",
    );
  }
  if (joined.signed || other.signed) {
    throw new ShapeError(
      `Cannot join layer "${layer.name}" to another: neurons that send changes ` +
        "have no spikes to add",
    );
  }
  if (unit.residual) {
    throw new ShapeError(
      `Cannot join layer "${layer.name}" to another twice: end the outer ` +
        "residual with a layer of its own, after the inner one",
    );
  }
  if (unit.output !== joined) {
    throw new ShapeError(
      `Cannot join layer "${layer.name}" to another: its spikes are pooled or ` +
        "dropped already; give pool and dropout after the residual",
    );
  }
  if (other.scale !== 1 || other.kept !== 1) {
    throw new ShapeError(
      `Cannot join layer "${layer.name}" to another: the spikes around it are ` +
        "averaged or dropped; give average and dropout after the residual, or " +
        "the shortcut a layer",
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
