import assert from "node:assert/strict";
import { Model } from "../../../../engine/model.ts";
import { packSpikes } from "../../../../engine/network/pack_spikes.ts";
import { Random } from "../../../../engine/network/random.ts";
import { predict } from "../../../../engine/trace.ts";
import { describeImport } from "../../../../scripts/bridges/described_import.ts";
import { fromNir } from "../../../../scripts/bridges/nir/from_nir.ts";
import { readNir } from "../../../../scripts/bridges/nir/nir_file.ts";
import {
  floats,
  integers,
  type NirGraph,
  type NirNode,
  nirNode,
} from "../../../../scripts/bridges/nir/nir_graph.ts";
import { NetworkError } from "../../../../scripts/bridges/network/network_error.ts";
import { device, gpuTest } from "../../../fixtures/gpu.ts";
import { runGraph } from "./run_graph.ts";

const T = 40;

/** A file that make_files.py wrote. */
const fileOf = (name: string) => `${import.meta.dirname}/${name}`;

for (const name of ["dense.nir", "conv.nir"]) {
  gpuTest(`${name} of h5py gives the spikes of its equations`, async () => {
    const graph = await readNir(fileOf(name));
    const network = fromNir(graph);
    const { input: { C, H, W } } = network;
    const { description, weights } = describeImport(network, name);
    const random = new Random(5);
    const data = Float32Array.from(
      { length: C * H * W * T },
      () => Number(random.uniform() < 0.3),
    );
    const bins = Array.from(
      { length: T },
      (_, t) =>
        Float64Array.from({ length: C * H * W }, (_, at) => data[at * T + t]),
    );
    const given = runGraph(graph, bins, 1e-4);
    using model = await Model.create({ ...description, device: device() });
    model.setWeights(weights);
    const tSample = T * description.Ts;
    const batch = packSpikes(
      { shape: [1, C, H, W, T], data },
      [0],
      model.eventBinning({ tSample }),
    );
    const [{ layers, outputs }] = await predict(model, batch, { tSample });
    for (const [i, { spikes: { data } }] of layers.entries()) {
      const node = network.nodes[i];
      const expected = given.get(node)!;
      const fired = data.reduce((sum, spike) => sum + spike, 0);
      assert(fired > 20 && fired < data.length, `${node}: ${fired}`);
      const differing = data.filter((spike, at) =>
        spike !== expected[at % T][Math.floor(at / T)]
      );
      assert(differing.length <= fired / 500, `${node}: ${differing.length}`);
    }
    outputs?.data.forEach((drive, at) => {
      const expected = given.get("output")![at % T][Math.floor(at / T)];
      assert(Math.abs(drive - expected) < 1e-4, `${drive} for ${expected}`);
    });
  });
}

Deno.test("fromNir() says the step and the unit that it assumes", async () => {
  const graph = await readNir(fileOf("dense.nir"));
  const assumed = fromNir(graph);
  assert.deepEqual(assumed.notes, [
    "time constants are read in s, in steps of 0.0001 s (as snnTorch, " +
    "SpikingJelly and lava write; --dt says another) by Euler's method; a " +
    "spike counts 1 in its step",
  ]);
  assert.equal(assumed.Ts, 0.1);
  assert.deepEqual(assumed.neuron, {
    type: "LIF",
    tau: 10,
    decayInput: false,
    threshold: 1,
  });
  const given = fromNir(graph, { dt: 2e-4 });
  assert.equal(given.Ts, 0.2);
  assert.equal((given.neuron as { readonly tau: number }).tau, 5);
});

const shape = integers([2, 4, 4]);
const lif = (values: Record<string, number | number[]> = {}) =>
  nirNode(
    "LIF",
    Object.fromEntries(
      Object.entries({
        ...{ tau: 0.002, r: 1, v_leak: 0, v_threshold: 1, v_reset: 0 },
        ...values,
      }).map(([name, value]) => [name, floats([3], value)]),
    ),
  );
const linear = nirNode("Linear", { weight: floats([3, 32], 0.1) });

/** A graph of nodes one after another, and more edges. */
function chain(
  nodes: Record<string, NirNode>,
  more: [string, string][] = [],
): NirGraph {
  const all = {
    input: nirNode("Input", { shape }),
    ...nodes,
    output: nirNode("Output", { shape: integers([3]) }),
  };
  const names = Object.keys(all);
  const edges = names.slice(1).map((to, i) => [names[i], to] as const);
  return { nodes: new Map(Object.entries(all)), edges: [...edges, ...more] };
}

Deno.test("a graph that networks here cannot compute is refused, by its node", () => {
  const pool = nirNode("AvgPool2d", {
    kernel_size: integers([3, 3]),
    stride: integers([2, 2]),
    padding: integers([0, 0]),
  });
  const li = nirNode("LI", { tau: floats([3], 1) });
  const delay = nirNode("Delay", { delay: floats([3], 0.1) });
  const narrow = nirNode("Linear", { weight: floats([3, 2], 1) });
  const cases: [NirGraph, string][] = [
    [chain({ linear, li }), 'node "li": it is of type LI: readouts here are'],
    [chain({ linear, delay, a: lif() }), 'node "delay": layers here have no'],
    [
      chain({ linear, a: lif({ tau: [0.002, 0.002, 0.004] }) }),
      'node "a": its tau differs between its neurons, from 0.002',
    ],
    [
      chain({ linear, a: lif({ tau: 1e-5 }) }),
      'node "a": its tau is 0.00001 s, less than a step of 0.0001 s',
    ],
    [
      chain({ linear, a: lif({ v_threshold: -1 }) }),
      'node "a": its threshold is -1 above its v_reset; expected more than 0',
    ],
    [chain({ linear, a: lif({ r: NaN }) }), 'node "a": its r is NaN at 0'],
    [
      chain({ linear, a: lif() }, [["a", "linear"]]),
      "circle: recurrent connections cannot be read",
    ],
    [chain({ pool, linear, a: lif() }), 'node "pool": windows are to be'],
    [
      chain({ narrow, a: lif() }),
      'node "narrow": its weights are [3,2], for 32 inputs',
    ],
    [
      chain({ linear, more: nirNode("Linear", { weight: floats([3, 3], 1) }) }),
      'node "more": it follows other weights without neurons between',
    ],
    [
      chain({ linear, own: nirNode("Mine") }),
      'node "own": it is of type "Mine"',
    ],
    [
      chain({ linear, a: nirNode("LIF", { tau: floats([3], 1) }) }),
      'node "a": it has no v_threshold',
    ],
    [
      chain({ linear, a: lif(), b: linear }, [["a", "output"]]),
      'node "b": its weights are [3,32], for 3 inputs',
    ],
    [
      { ...chain({ linear, a: lif() }), edges: [["input", "linear"]] },
      'node "output": it reads nothing',
    ],
  ];
  for (const [graph, problem] of cases) {
    assert.throws(() => fromNir(graph), (error: NetworkError) => {
      assert(error instanceof NetworkError);
      assert(error.problem.includes(problem), error.problem);
      return true;
    });
  }
});

Deno.test("a convolution of one axis becomes one of rows of height 1", () => {
  const graph: NirGraph = {
    nodes: new Map(Object.entries({
      input: nirNode("Input", { shape: integers([2, 9]) }),
      conv: nirNode("Conv1d", {
        weight: floats([4, 1, 3], Array.from({ length: 12 }, (_, i) => i + 1)),
        stride: integers(2),
        padding: integers(1),
        dilation: integers(1),
        groups: integers(2),
        bias: floats([4], 0),
      }),
      fc: nirNode("Linear", { weight: floats([3, 20], 1) }),
      output: nirNode("Output"),
      lif: nirNode("LIF", {
        ...{ tau: floats([4, 5], 0.002), r: floats([4, 5], 1) },
        ...{ v_leak: floats([4, 5], 0), v_threshold: floats([4, 5], 1) },
      }),
    })),
    edges: [["input", "conv"], ["conv", "lif"], ["lif", "fc"], [
      "fc",
      "output",
    ]],
  };
  const { input, layers, weights } = fromNir(graph, { dt: 0.001 });
  assert.deepEqual(input, { C: 2, H: 1, W: 9 });
  assert.deepEqual(layers, [
    {
      conv: {
        out: 4,
        kernel: [1, 3],
        stride: [1, 2],
        padding: [0, 1],
        groups: 2,
      },
      bias: false,
    },
    { dense: 3, bias: false, neuron: "none" },
  ]);
  assert.deepEqual(weights["conv1.weight"].shape, [4, 1, 1, 3, 1]);
  assert.deepEqual(weights["fc1.weight"].shape, [3, 4, 1, 5, 1]);
});
