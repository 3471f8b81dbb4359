/**
 * Outputs of nodes of a graph under construction.
 *
 * @module
 */

import type { Hdf5Data } from "../../hdf5/hdf5_tree.ts";
import { integers } from "../graph/nir_graph.ts";

/** Output of a node, or the sum of the outputs of several. */
export class Signal {
  /** Names of the nodes. */
  readonly nodes: readonly string[];
  /** Shape. */
  readonly shape: readonly number[];

  /**
   * Creates a signal.
   *
   * @param nodes Names of the nodes.
   * @param shape Shape.
   */
  constructor(nodes: readonly string[], shape: readonly number[]) {
    this.nodes = nodes;
    this.shape = shape;
  }

  /** The shape, as a parameter of a node. */
  get shapeParameter(): Hdf5Data {
    return integers(this.shape);
  }

  /**
   * Adds another signal.
   *
   * @param other The other, of the same shape.
   * @returns The sum.
   */
  joined(other: Signal): Signal {
    return new Signal([...other.nodes, ...this.nodes], this.shape);
  }
}
