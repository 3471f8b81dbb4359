/**
 * Topological order of a graph.
 *
 * @module
 */

import { someOf } from "../../../../dataset/files/some_of.ts";
import { NetworkError } from "../../network/network_error.ts";
import type { NirGraph } from "./nir_graph.ts";
import type { NamedNode } from "../../hdf5/node_parameters.ts";

/** A node and the names of its inputs. */
export interface OrderedNode {
  /** The node. */
  readonly node: NamedNode;
  /** Names of its inputs, which come before it in the order. */
  readonly from: readonly string[];
}

/**
 * Sorts the nodes that lead to an output.
 *
 * @param graph The graph.
 * @returns The nodes, each after its inputs.
 * @throws {NetworkError} If the graph has a cycle.
 */
export function inOrder({ nodes, edges }: NirGraph): OrderedNode[] {
  const sources = new Map<string, Set<string>>();
  const targets = new Map<string, Set<string>>();
  for (const [from, to] of edges) {
    addTo(sources, to, from);
    addTo(targets, from, to);
  }
  const outputs = [...nodes.keys()].filter((name) =>
    nodes.get(name)!.type === "Output" && !targets.has(name)
  );
  if (outputs.length !== 1) {
    throw new NetworkError(
      `it has ${outputs.length} outputs, expected one`,
      { node: outputs[1] },
    );
  }
  const needed = new Set(outputs);
  for (const name of needed) {
    for (const from of sources.get(name) ?? []) needed.add(from);
  }
  const missing = new Map(
    [...needed].map((name) => [name, sources.get(name)?.size ?? 0]),
  );
  const ready = [...needed].filter((name) => missing.get(name) === 0);
  for (const name of ready) {
    for (const to of targets.get(name) ?? []) {
      const left = (missing.get(to) ?? 0) - 1;
      if (!needed.has(to)) continue;
      missing.set(to, left);
      if (left === 0) ready.push(to);
    }
  }
  if (ready.length < needed.size) {
    const left = [...needed].filter((name) => missing.get(name)! > 0);
    const circle = circleOf(new Set(left), sources);
    const names = [...circle, circle[0]].map((name) => JSON.stringify(name));
    const problem = `it is part of the circle ${someOf(names)}; recurrent ` +
      "connections can be read of neurons to themselves, through one node of " +
      "weights";
    throw new NetworkError(problem, { node: circle[0] });
  }
  return ready.map((name) => ({
    node: { name, ...nodes.get(name)! },
    from: [...sources.get(name) ?? []],
  }));
}

/**
 * Finds a circle among nodes that each read another of them. Returns its names
 * in the direction of the edges.
 */
function circleOf(
  nodes: ReadonlySet<string>,
  sources: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  const [first] = nodes;
  const path = [first];
  while (true) {
    const from = [...sources.get(path[0])!].find((name) => nodes.has(name))!;
    const end = path.indexOf(from);
    if (end >= 0) return path.slice(0, end + 1);
    path.unshift(from);
  }
}

function addTo(
  map: Map<string, Set<string>>,
  key: string,
  value: string,
): void {
  const values = map.get(key);
  if (values) values.add(value);
  else map.set(key, new Set([value]));
}
