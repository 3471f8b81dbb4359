/**
 * Runs graphs of NIR node by node in 64-bit floats, by their equations in steps
 * of dt by Euler's method.
 *
 * This is another program than the networks here: it knows nothing of them, and
 * they are checked against it.
 *
 * Source: the package `nir` 1.0.7, nir/ir, whose equations are in the
 * docstrings of the nodes.
 *
 * @module
 */

import type { Interpreter } from "../../network/counterpart.ts";
import type { Maps } from "../../network/run_windows.ts";
import { inOrder } from "../graph/graph_order.ts";
import type { NirGraph } from "../graph/nir_graph.ts";
import { NodeRun } from "./run_node.ts";

/**
 * Makes an interpreter of a graph.
 *
 * @param graph The graph.
 * @param dt Time step in s.
 * @returns What runs it: nodes by their names, values in the order of the shape
 * of each.
 * @throws {NetworkError} If nodes form a circle.
 */
export function graphInterpreter(graph: NirGraph, dt: number): Interpreter {
  const ordered = inOrder(graph);
  return (input, given) => {
    const runs = ordered.map(({ node, from }) => ({
      run: new NodeRun(node, dt),
      name: node.name,
      from,
    }));
    const results = new Map<string, Float64Array[]>(
      runs.map(({ name }) => [name, []]),
    );
    for (const [t, bin] of input.entries()) {
      const passed = new Map<string, Maps>();
      for (const { run, name, from } of runs) {
        const values = run.step(
          from.length === 0
            ? { shape: [bin.length], data: bin }
            : sumOf(from.map((source) => passed.get(source)!)),
        );
        results.get(name)!.push(values.data);
        const other = given.get(name)?.[t];
        passed.set(name, other ? { ...values, data: other } : values);
      }
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
