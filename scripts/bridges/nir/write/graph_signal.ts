/**
 * What nodes of a graph in the making give.
 *
 * @module
 */

import type { Hdf5Data } from "../../hdf5/hdf5_tree.ts";
import { integers } from "../graph/nir_graph.ts";

/** What nodes give: their sum, where they are several. */
export class Signal {
  /** Names of the nodes. */
  readonly nodes: readonly string[];
  /** Lengths of the axes. */
  readonly shape: readonly number[];

  /**
   * Makes a signal.
   *
   * @param nodes Names of the nodes.
   * @param shape Lengths of the axes.
   */
  constructor(nodes: readonly string[], shape: readonly number[]) {
    this.nodes = nodes;
    this.shape = shape;
  }

  /** Lengths of the axes, as a parameter. */
  get shapeParameter(): Hdf5Data {
    return integers(this.shape);
  }

  /**
   * Adds another signal to it.
   *
   * @param other The other, of the same shape.
   * @returns The sum.
   */
  joined(other: Signal): Signal {
    return new Signal([...other.nodes, ...this.nodes], this.shape);
  }
}
