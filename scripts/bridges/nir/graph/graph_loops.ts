/**
 * Neurons of a graph that read their own spikes through weights.
 *
 * In steps of time, spikes that go round a circle arrive one step later.
 *
 * @module
 */

import type { NamedNode } from "../../hdf5/node_parameters.ts";
import type { NirGraph } from "./nir_graph.ts";

/** A graph without such circles, and their weights. */
export interface UnrolledGraph {
  /** The graph without the weights. */
  readonly graph: NirGraph;
  /** Weights from neurons to themselves, by the name of the neurons' node. */
  readonly loops: ReadonlyMap<string, NamedNode>;
}

/** Types of nodes that weight spikes. */
const WEIGHTS: readonly string[] = ["Linear", "Affine"];

/** Types of nodes that fire. */
const NEURONS: readonly string[] = ["LIF", "IF", "CubaLIF"];

/**
 * Takes circles of neurons and weights out of a graph.
 *
 * @param graph The graph.
 * @returns The graph without weights that read the spikes of one node of
 * neurons, and that nothing but these neurons reads; other circles stay.
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
