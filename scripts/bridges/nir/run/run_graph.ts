/**
 * Runs NIR graphs node by node in 64-bit floats, integrating their equations by
 * Euler's method in steps of dt.
 *
 * An independent implementation, against which this project's networks are
 * checked.
 *
 * Source: the package `nir` 1.0.7, nir/ir, whose equations are in the
 * docstrings of the nodes.
 *
 * @module
 */

import type { Interpreter } from "../../network/counterpart.ts";
import type { Maps } from "../../network/run_windows.ts";
import { withoutLoops } from "../graph/graph_loops.ts";
import { inOrder } from "../graph/graph_order.ts";
import type { NirGraph } from "../graph/nir_graph.ts";
import { NodeRun } from "./run_node.ts";

/**
 * Makes an interpreter of a graph.
 *
 * @param graph The graph.
 * @param dt Time step in s.
 * @returns Interpreter, with nodes by name and values in the order of each
 * node's shape.
 * @throws {NetworkError} If the graph has a cycle other than recurrent weights.
 */
export function graphInterpreter(graph: NirGraph, dt: number): Interpreter {
  const { graph: straight, loops } = withoutLoops(graph);
  const ordered = inOrder(straight);
  return (input, given) => {
    const runs = ordered.map(({ node, from }) => {
      const loop = loops.get(node.name);
      return {
        run: new NodeRun(node, dt),
        name: node.name,
        from,
        loop: loop && new NodeRun(loop, dt),
      };
    });
    /** Outputs of the nodes in the previous bin. */
    let before = new Map<string, Maps>();
    const results = new Map<string, Float64Array[]>(
      runs.map(({ name }) => [name, []]),
    );
    for (const [t, bin] of input.entries()) {
      const passed = new Map<string, Maps>();
      for (const { run, name, from, loop } of runs) {
        const read = from.length === 0
          ? { shape: [bin.length], data: bin }
          : sumOf(from.map((source) => passed.get(source)!));
        const own = before.get(name) ??
          { ...read, data: new Float64Array(read.data.length) };
        const values = run.step(loop ? sumOf([read, loop.step(own)]) : read);
        results.get(name)!.push(values.data);
        const other = given.get(name)?.[t];
        passed.set(name, other ? { ...values, data: other } : values);
      }
      before = passed;
    }
    return results;
  };
}

function sumOf([first, ...others]: readonly Maps[]): Maps {
  if (others.length === 0) return first;
  return {
    ...first,
    data: first.data.map((value, at) =>
      others.reduce((sum, { data }) => sum + data[at], value)
    ),
  };
}
