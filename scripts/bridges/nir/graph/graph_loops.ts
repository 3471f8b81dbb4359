/**
 * Finds recurrent weights in a graph: neurons that read their own spikes.
 *
 * In discrete time, recurrent spikes arrive one step later.
 *
 * @module
 */

import type { NamedNode } from "../../hdf5/node_parameters.ts";
import type { NirGraph } from "./nir_graph.ts";

/** A graph without recurrent weights, and these weights. */
export interface UnrolledGraph {
  /** The graph without recurrent weights. */
  readonly graph: NirGraph;
  /** Nodes of recurrent weights, by the name of the neurons' node. */
  readonly loops: ReadonlyMap<string, NamedNode>;
}

/** Types of nodes with recurrent weights. */
const WEIGHTS: readonly string[] = ["Linear", "Affine"];

/** Types of spiking neurons. */
const NEURONS: readonly string[] = ["LIF", "IF", "CubaLIF"];

/**
 * Takes recurrent weights out of a graph.
 *
 * @param graph The graph.
 * @returns The graph without weights that only one node of neurons reads and
 * writes; other cycles stay.
 */
export function withoutLoops(graph: NirGraph): UnrolledGraph {
  const { nodes, edges } = graph;
  const loops = new Map<string, NamedNode>();
  const inner = new Set<string>();
  for (const [name, node] of nodes) {
    if (!WEIGHTS.includes(node.type)) continue;
    const sources = edges.filter(([, to]) => to === name);
    const targets = edges.filter(([from]) => from === name);
    const [[neurons] = []] = sources;
    if (
      neurons === undefined || sources.length !== 1 || targets.length !== 1 ||
      targets[0][1] !== neurons || loops.has(neurons) ||
      !NEURONS.includes(nodes.get(neurons)!.type)
    ) continue;
    loops.set(neurons, { name, ...node });
    inner.add(name);
  }
  return {
    graph: {
      ...graph,
      nodes: new Map([...nodes].filter(([name]) => !inner.has(name))),
      edges: edges.filter((edge) => !edge.some((name) => inner.has(name))),
    },
    loops,
  };
}
