/**
 * Imports graphs of NIR.
 *
 * @module
 */

import { someOf } from "../../../../dataset/files/some_of.ts";
import { type Hdf5Group, isGroup } from "../../hdf5/hdf5_tree.ts";
import type { ImportedNetwork } from "../../network/imported_network.ts";
import { nestUnits } from "../../network/nested_units.ts";
import { hoistNeuron } from "../../network/hoist_neuron.ts";
import { NetworkError } from "../../network/network_error.ts";
import { withoutLoops } from "../graph/graph_loops.ts";
import { inOrder, type OrderedNode } from "../graph/graph_order.ts";
import { GraphReader } from "./graph_reader.ts";
import type { NirGraph } from "../graph/nir_graph.ts";

/** Time step in s that most programs with NIR export use. */
const USUAL_DT = 1e-4;

/** Parameters that are time constants. */
const TIME_CONSTANTS = ["tau", "tau_mem", "tau_syn"];

/** Time constant, in s and in bins, from which on it may be meant in ms. */
const [LONG, LONG_BINS] = [1, 1000];

/**
 * Imports a graph.
 *
 * @param graph The graph.
 * @param options Time step in s; if left out, that in the graph's metadata, or
 * 0.0001.
 * @returns The network, computed layer by layer.
 * @throws {NetworkError} If the graph has no equivalent here.
 */
export function fromNir(
  graph: NirGraph,
  options: { readonly dt?: number } = {},
): ImportedNetwork {
  const written = numberIn(graph.metadata, "dt");
  const dt = options.dt ?? written ?? USUAL_DT;
  const { graph: straight, loops } = withoutLoops(graph);
  const reader = new GraphReader(dt, { ...straight, loops });
  const ordered = inOrder(straight);
  for (const { node, from } of ordered) reader.read(node, from);
  const { sources, input, last, losses } = reader;
  if (!last || !input) {
    throw new NetworkError("no output of it is reached from an input");
  }
  const read = new Set(ordered.map(({ node: { name } }) => name));
  const unread = [...straight.nodes.keys()].filter((name) => !read.has(name))
    .map((name) => JSON.stringify(name));
  const { layers, weights, nodes } = nestUnits(sources, last);
  const origin = options.dt !== undefined
    ? "as --dt says"
    : written !== undefined
    ? "as the file says"
    : "as snnTorch, SpikingJelly and lava write; --dt says another";
  return {
    input,
    Ts: 1000 * dt,
    ...hoistNeuron(layers),
    weights,
    nodes,
    lossy: losses.length > 0,
    notes: [
      `time constants are read in s, in steps of ${dt} s (${origin}) by ` +
      "Euler's method; a spike counts 1 in its step",
      ...written === undefined ? unitHint(ordered, dt) : [],
      ...loops.size > 0
        ? ["spikes that go round a circle arrive one step later"]
        : [],
      ...unread.length > 0
        ? [
          `left out, as no path from them leads to the output: ${
            someOf(unread)
          }`,
        ]
        : [],
      ...losses,
    ],
  };
}

/** Says how a file is read whose time constants may be in ms. */
function unitHint(ordered: readonly OrderedNode[], dt: number): string[] {
  const taus = ordered.flatMap(({ node: { parameters } }) =>
    TIME_CONSTANTS.flatMap((name) =>
      Array.from<unknown, number>(parameters.get(name)?.values ?? [], Number)
    )
  );
  const shortest = taus.reduce((least, tau) => Math.min(least, tau), Infinity);
  if (
    !(shortest >= LONG && shortest / dt >= LONG_BINS && shortest < Infinity)
  ) {
    return [];
  }
  const tau = Number(shortest.toPrecision(6));
  return [
    `its shortest time constant is ${tau} s; if that is ${tau} ms, --dt 1 ` +
    "reads it in steps of 1 ms, and simulation.Ts is then to be 1, not 1000",
  ];
}

function numberIn(
  metadata: Hdf5Group | undefined,
  name: string,
): number | undefined {
  const data = metadata?.get(name);
  if (data === undefined || isGroup(data)) return undefined;
  const [value] = data.values as readonly unknown[];
  return typeof value === "number" && value > 0 ? value : undefined;
}
