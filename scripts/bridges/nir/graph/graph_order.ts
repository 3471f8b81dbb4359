/**
 * Topological order of a graph.
 *
 * @module
 */

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
    const node = [...needed].find((name) => missing.get(name)! > 0)!;
    throw new NetworkError(
      "it is part of a circle: recurrent connections cannot be read",
      { node },
    );
  }
  return ready.map((name) => ({
    node: { name, ...nodes.get(name)! },
    from: [...sources.get(name) ?? []],
  }));
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
