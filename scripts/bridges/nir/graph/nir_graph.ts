/**
 * Graphs of the Neuromorphic Intermediate Representation, NIR.
 *
 * A graph has nodes, each with a type and parameters, and edges between nodes;
 * a node's inputs are added.
 *
 * Source: https://neuroir.org, and the package `nir` 1.0.7.
 *
 * @module
 */

import type { Hdf5Data, Hdf5Group } from "../../hdf5/hdf5_tree.ts";

/** A node. */
export interface NirNode {
  /** Its type, such as `LIF`. */
  readonly type: string;
  /** Its parameters by name. */
  readonly parameters: ReadonlyMap<string, Hdf5Data>;
  /** Additional information that does not change the computation. */
  readonly metadata?: Hdf5Group;
}

/** A graph without nested graphs. */
export interface NirGraph {
  /** The nodes by name. */
  readonly nodes: ReadonlyMap<string, NirNode>;
  /** Pairs of names: from, to. */
  readonly edges: readonly (readonly [string, string])[];
  /** Additional information that does not change the computation. */
  readonly metadata?: Hdf5Group;
}

/**
 * Makes a parameter of 32-bit floats.
 *
 * @param shape Lengths of its axes.
 * @param values As many values, or one for all entries.
 * @returns The parameter.
 */
export function floats(
  shape: readonly number[],
  values: ArrayLike<number> | number,
): Hdf5Data {
  const length = shape.reduce((product, side) => product * side, 1);
  return {
    shape,
    values: typeof values === "number"
      ? new Float32Array(length).fill(values)
      : Float32Array.from(values),
  };
}

/**
 * Makes a parameter of integers.
 *
 * @param values One integer, or a list.
 * @returns The parameter.
 */
export function integers(values: number | readonly number[]): Hdf5Data {
  const shape = typeof values === "number" ? [] : [values.length];
  return { shape, values: BigInt64Array.from([values].flat(), BigInt) };
}

/**
 * Makes a parameter of one text.
 *
 * @param value The text.
 * @returns The parameter.
 */
export function text(value: string): Hdf5Data {
  return { shape: [], values: [value] };
}

/**
 * Makes a node.
 *
 * @param type Its type.
 * @param parameters Its parameters by name.
 * @param metadata Additional information that does not change the computation.
 * @returns The node.
 */
export function nirNode(
  type: string,
  parameters: Readonly<Record<string, Hdf5Data>> = {},
  metadata?: Hdf5Group,
): NirNode {
  return { type, parameters: new Map(Object.entries(parameters)), metadata };
}
