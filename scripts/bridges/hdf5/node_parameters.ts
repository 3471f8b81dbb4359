/**
 * Reads the parameters of a network's nodes.
 *
 * @module
 */

import { type Extent, sizeOf } from "../../../engine/network/network.ts";
import { NetworkError } from "../network/network_error.ts";
import type { Hdf5Data } from "./hdf5_tree.ts";

/** A node of a network, or a layer. */
export interface NamedNode {
  /** Its name. */
  readonly name: string;
  /** Its type, such as `LIF`. */
  readonly type: string;
  /** Its parameters by name. */
  readonly parameters: ReadonlyMap<string, Hdf5Data>;
}

/** Numbers and the lengths of their axes. */
export interface Numbers {
  /** Lengths of the axes, slowest first. */
  readonly shape: readonly number[];
  /** The numbers. */
  readonly values: Float64Array;
}

/**
 * Reads numbers.
 *
 * @param node The node.
 * @param parameter Name of the parameter.
 * @returns The numbers.
 * @throws {NetworkError} If they are missing, no numbers, or not finite.
 */
export function numbersOf(node: NamedNode, parameter: string): Numbers {
  const { name } = node;
  const data = node.parameters.get(parameter);
  if (!data) throw new NetworkError(`it has no ${parameter}`, { node: name });
  const { shape, values } = data;
  if (!ArrayBuffer.isView(values)) {
    const problem = `its ${parameter} is "${values[0]}", not a number`;
    throw new NetworkError(problem, { node: name });
  }
  const numbers = Float64Array.from(values, Number);
  const wrong = numbers.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    const problem = `its ${parameter} is ${numbers[wrong]} at ${wrong}`;
    throw new NetworkError(problem, { node: name });
  }
  return { shape, values: numbers };
}

/**
 * Reads one number.
 *
 * @param node The node.
 * @param parameter Name of the parameter.
 * @returns The value that all entries have in common.
 * @throws {NetworkError} If values differ, or the parameter is missing.
 */
export function numberOf(node: NamedNode, parameter: string): number {
  const { values } = numbersOf(node, parameter);
  if (values.length === 0 || values.some((value) => value !== values[0])) {
    const problem = values.length === 0
      ? `its ${parameter} is empty`
      : `its ${parameter} differs between its neurons, from ` +
        `${shown(values.reduce((a, b) => Math.min(a, b)))} to ` +
        `${shown(values.reduce((a, b) => Math.max(a, b)))}; a layer has one`;
    throw new NetworkError(problem, { node: node.name });
  }
  return values[0];
}

/** A 32-bit float without the digits that its rounding adds. */
function shown(value: number): number {
  return Number(value.toPrecision(6));
}

/**
 * Reads a pair of sizes, of rows and columns.
 *
 * @param node The node.
 * @param parameter Name of the parameter.
 * @returns The pair; one number stands for both.
 * @throws {NetworkError} If there are not one or two numbers.
 */
export function pairOf(
  node: NamedNode,
  parameter: string,
): readonly [number, number] {
  const { values: [rows, columns = rows], ...others } = numbersOf(
    node,
    parameter,
  );
  const [length = 1] = others.shape;
  if (length < 1 || length > 2 || others.shape.length > 1) {
    const problem = `its ${parameter} is no pair`;
    throw new NetworkError(problem, { node: node.name });
  }
  return [rows, columns];
}

/**
 * Reads a value of each channel.
 *
 * @param node The node.
 * @param parameter Name of the parameter.
 * @param extent Channels, rows and columns of the neurons.
 * @returns One value per channel.
 * @throws {NetworkError} If neurons of a channel differ, or there is not one
 * value for all, one per channel or one per neuron.
 */
export function channelsOf(
  node: NamedNode,
  parameter: string,
  extent: Extent,
): Float64Array {
  const { values } = numbersOf(node, parameter);
  const { C, H, W } = extent;
  if (values.length === 1) return new Float64Array(C).fill(values[0]);
  if (values.length !== C && values.length !== sizeOf(extent)) {
    const problem = `its ${parameter} has ${values.length} values, for ` +
      `${C}×${H}×${W} neurons`;
    throw new NetworkError(problem, { node: node.name });
  }
  const each = values.length / C;
  const differs = values.some((value, i) => value !== values[i - i % each]);
  if (differs) {
    const problem = `its ${parameter} differs between neurons of a channel`;
    throw new NetworkError(problem, { node: node.name });
  }
  return Float64Array.from({ length: C }, (_, c) => values[c * each]);
}
