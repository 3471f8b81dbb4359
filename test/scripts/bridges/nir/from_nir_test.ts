import assert from "node:assert/strict";
import { describeImport } from "../../../../scripts/bridges/described_import.ts";
import { fromNir } from "../../../../scripts/bridges/nir/read/from_nir.ts";
import { readNir } from "../../../../scripts/bridges/nir/graph/nir_file.ts";
import {
  floats,
  integers,
  type NirGraph,
  type NirNode,
  nirNode,
} from "../../../../scripts/bridges/nir/graph/nir_graph.ts";
import { graphInterpreter } from "../../../../scripts/bridges/nir/run/run_graph.ts";
import { NodeRun } from "../../../../scripts/bridges/nir/run/run_node.ts";
import { compareNetworks } from "../../../../scripts/bridges/self_check/compare_networks.ts";
import { NetworkError } from "../../../../scripts/bridges/network/network_error.ts";
import { device, gpuTest } from "../../../fixtures/gpu.ts";

/** A file that make_files.py wrote. */
const fileOf = (name: string) => `${import.meta.dirname}/${name}`;

for (const name of ["dense.nir", "conv.nir"]) {
  gpuTest(`${name} of h5py gives the spikes of its equations`, async () => {
    const graph = await readNir(fileOf(name));
    const imported = fromNir(graph);
    const { layers, readout } = await compareNetworks(
      device(),
      describeImport(imported, name),
      { run: graphInterpreter(graph, 1e-4), parts: imported.nodes },
    );
    for (const { name, spikes, differing } of layers) {
      assert(spikes > 20, `${name}: ${spikes}`);
      assert(differing <= spikes / 500, `${name}: ${differing}`);
    }
    assert(readout === undefined || readout < 1e-5, `${readout}`);
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
    // NIR fires above 1.
    threshold: 1.0000001,
  });
  const given = fromNir(graph, { dt: 2e-4 });
  assert.equal(given.Ts, 0.2);
  assert.equal((given.neuron as { readonly tau: number }).tau, 5);
});

Deno.test("fromNir() names the nodes that no output reads", () => {
  const { notes: [, left] } = fromNir(
    chain({ linear, a: lif() }, [["a", "deaf"]], { lone: lif(), deaf: lif() }),
  );
  assert.equal(
    left,
    'left out, as no path from them leads to the output: "lone", "deaf"',
  );
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

/** Neurons with another number of time constants. */
const withTaus = (taus: number[]): NirNode => ({
  ...lif(),
  parameters: new Map(lif().parameters)
    .set("tau", floats([taus.length], taus)),
});

/** A graph of nodes one after another, and more edges and nodes. */
function chain(
  nodes: Record<string, NirNode>,
  more: readonly (readonly [string, string])[] = [],
  others: Record<string, NirNode> = {},
): NirGraph {
  const all = {
    input: nirNode("Input", { shape }),
    ...nodes,
    output: nirNode("Output", { shape: integers([3]) }),
  };
  const names = Object.keys(all);
  const edges = names.slice(1).map((to, i) => [names[i], to] as const);
  return {
    nodes: new Map(Object.entries({ ...all, ...others })),
    edges: [...edges, ...more],
  };
}

Deno.test("fromNir() says how to read time constants that may be in ms", () => {
  const slow = (tau: number) => chain({ linear, a: lif({ tau, r: tau }) });
  const { notes: [, hint] } = fromNir(slow(20));
  assert.equal(
    hint,
    "its shortest time constant is 20 s; if that is 20 ms, --dt 1 reads it in " +
      "steps of 1 ms, and simulation.Ts is then to be 1, not 1000",
  );
  const own = floats([], 1e-4);
  const plain = [
    fromNir(slow(20), { dt: 1 }),
    fromNir(slow(0.5)),
    fromNir({ ...slow(20), metadata: new Map([["dt", own]]) }),
  ];
  for (const { notes } of plain) assert.equal(notes.length, 1);
});

Deno.test("a graph that networks here cannot compute is refused, by its node", () => {
  const pool = nirNode("AvgPool2d", {
    kernel_size: integers([3, 3]),
    stride: integers([2, 2]),
    padding: integers([0, 0]),
  });
  const li = nirNode("LI", {
    tau: floats([3], 1),
    r: floats([3], 1),
    v_leak: floats([3], 0),
  });
  const delay = nirNode("Delay", { delay: floats([3], 0.1) });
  const late = nirNode("Delay", { delay: floats([3], 5e-5) });
  const square = nirNode("Linear", { weight: floats([3, 3], 1) });
  const narrow = nirNode("Linear", { weight: floats([3, 2], 1) });
  const cases: [NirGraph, string][] = [
    [
      chain({ linear, li, a: lif() }),
      'node "a": it reads potentials, which outputs alone can here',
    ],
    [
      chain({ linear, delay, a: lif() }),
      'node "delay": it delays something else than all spikes of neurons',
    ],
    [
      chain({ linear, a: lif(), delay }, [["a", "output"]]),
      'node "delay": it delays something else than all spikes of neurons',
    ],
    [
      chain({ linear, a: lif(), delay: late }),
      'node "delay": a delay is 0.5 bins, expected whole ones',
    ],
    [
      chain({ linear, a: lif() }, [["a", "narrow"], ["narrow", "a"]], {
        narrow,
      }),
      'node "narrow": its weights are [3,2], for 3 inputs',
    ],
    [
      chain({ linear, a: lif() }, [["a", "wide"], ["wide", "a"]], {
        wide: nirNode("Linear", { weight: floats([4, 3], 1) }),
      }),
      'node "wide": it has 4 outputs, for 3 neurons',
    ],
    [
      chain({ linear, a: lif() }, [
        ...[["a", "late"], ["late", "square"], ["square", "a"]] as const,
      ], { late, square }),
      'node "late": it is part of the circle "late", "square", "a", "late"; ' +
      "recurrent connections can be read of neurons to themselves",
    ],
    [
      chain({ linear, a: lif({ tau: [0.002, 0.002, 0.004] }) }),
      'node "a": its tau differs between its neurons, from 0.002 to 0.004; a ' +
      "layer has one",
    ],
    [
      chain({ linear, a: withTaus([0.002, 0.002]) }),
      'node "a": its tau has 2 values, for 3×1×1 neurons',
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
      'node "linear": it is part of the circle "linear", "a", "linear"; ',
    ],
    [chain({ pool, linear, a: lif() }), 'node "pool": expected square windows'],
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

Deno.test("a value for each channel is that of all its neurons", () => {
  const scale = nirNode("Scale", { scale: floats([2], [3, 5]) });
  const run = new NodeRun({ name: "scale", ...scale }, 1e-3);
  const { data } = run.step({
    shape: [2, 1, 2],
    data: Float64Array.of(1, 2, 1, 2),
  });
  assert.deepEqual([...data], [3, 6, 5, 10]);
});

Deno.test("integrators before an output become readouts, marked lossy", () => {
  const each = (values: Record<string, number>) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, floats([3], value)]),
    );
  const cases: [NirNode, number, RegExp][] = [
    [nirNode("I", each({ r: 2e4 })), 2, /the sum that "end" gives is replaced/],
    [
      nirNode("LI", each({ tau: 0.01, r: 3, v_leak: 0 })),
      3,
      /leaky potential of "end" is replaced by its mean/,
    ],
    [
      nirNode(
        "CubaLI",
        each({ tau_syn: 0.01, tau_mem: 0.02, r: 3, v_leak: 0, w_in: 2 }),
      ),
      6,
      /leaky potential of "end"/,
    ],
  ];
  for (const [end, gain, note] of cases) {
    const { layers, weights, lossy, notes } = fromNir(chain({ linear, end }));
    assert.deepEqual(layers, [{ dense: 3, bias: false, neuron: "none" }]);
    const [weight] = weights["fc1.weight"].data;
    assert(Math.abs(weight - 0.1 * gain) < 1e-6, `${weight}`);
    assert.equal(lossy, true);
    assert.match(notes[1], note);
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
