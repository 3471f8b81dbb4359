import assert from "node:assert/strict";
import { Model, type ModelDescription } from "../../../../engine/model.ts";
import { adaptiveLeaky } from "../../../../engine/neurons/adaptive_leaky.ts";
import {
  fixedAlif,
  fixedCuba,
} from "../../../../engine/neurons/fixed_point.ts";
import { leaky } from "../../../../engine/neurons/leaky.ts";
import { loihi } from "../../../../engine/neurons/loihi.ts";
import { resonator } from "../../../../engine/neurons/resonator.ts";
import { packSpikes } from "../../../../engine/network/pack_spikes.ts";
import { Random } from "../../../../engine/network/random.ts";
import { predict } from "../../../../engine/trace.ts";
import { toNir } from "../../../../scripts/bridges/nir/write/to_nir.ts";
import { graphInterpreter } from "../../../../scripts/bridges/nir/run/run_graph.ts";
import { compareNetworks } from "../../../../scripts/bridges/self_check/compare_networks.ts";
import { unsettledWeights } from "../../../engine/unsettled.ts";
import { NetworkError } from "../../../../scripts/bridges/network/network_error.ts";
import { device, gpuTest } from "../../../fixtures/gpu.ts";

const T = 24;

/** Random spikes, as a network and as a graph takes them. */
function spikesFor({ input: { C, H, W }, coding }: ModelDescription) {
  const random = new Random(7);
  const data = Float32Array.from(
    { length: C * H * W * T },
    () => Number(random.uniform() < 0.25),
  );
  const bins = Array.from({ length: T }, (_, t) =>
    Float64Array.from(
      { length: C * H * W },
      (_, at) => data[at * T + t],
    ));
  assert(coding === undefined || coding.mode === "OR");
  return { tensor: { shape: [1, C, H, W, T], data }, bins };
}

/** Runs a network. */
async function run(
  description: ModelDescription,
  weights: Parameters<Model["setWeights"]>[0],
) {
  using model = await Model.create({ ...description, device: device() });
  model.setWeights(weights);
  const tSample = T * description.Ts;
  const { tensor } = spikesFor(description);
  const { bins } = model.eventBinning({ tSample });
  const [prediction] = await predict(model, packSpikes(tensor, [0], { bins }), {
    tSample,
  });
  return prediction;
}

Deno.test("votes become the means of groups of neurons", () => {
  const description: ModelDescription = {
    input: { C: 1, H: 1, W: 2 },
    layers: [{ dense: 6 }, { average: 2 }],
    Ts: 1,
    random: 0,
  };
  const weights = unsettledWeights(description, 2);
  const { graph } = toNir({ description, weights }, { dt: 0.001 });
  const { shape, values } = graph.nodes.get("votes")!.parameters.get("weight")!;
  assert.deepEqual(shape, [2, 6]);
  const third = Math.fround(1 / 3);
  assert.deepEqual([...values].map(Number), [
    ...[third, third, third, 0, 0, 0],
    ...[0, 0, 0, third, third, third],
  ]);
});

gpuTest(
  "SRM-alpha becomes the node with its response, one bin early",
  async () => {
    const description: ModelDescription = {
      input: { C: 2, H: 3, W: 3 },
      layers: [{ dense: 4 }],
      // A threshold that is never reached, and a response that is never cut off.
      neuron: { theta: 1000, tauSr: 8 },
      Ts: 3,
      random: 0,
    };
    const weights = unsettledWeights(description, 2);
    const { layers: [{ potentials }] } = await run(description, weights);
    const { graph, lossy, notes } = toNir({ description, weights }, {
      dt: 0.003,
    });
    assert.equal(lossy, true);
    assert.match(
      notes.join("\n"),
      /not the same network: NIR has no SRM-alpha/,
    );
    const node = graph.nodes.get("fc1_neuron")!;
    assert.equal(node.type, "CubaLIF");
    const number = (name: string) =>
      Number(node.parameters.get(name)!.values[0]);
    assert.deepEqual([...node.metadata!.keys()], [
      ...[
        "neuron",
        "theta",
        "tauSr",
        "tauRef",
        "scaleRef",
        "tauRho",
        "scaleRho",
        "refractoryGradient",
      ],
    ]);
    // Potentials of the node, by its equations.
    const [leak, r, w] = [
      0.003 / number("tau_mem"),
      number("r"),
      number("w_in"),
    ];
    const results = await graphInterpreter(graph, 0.003)(
      spikesFor(description).bins,
      new Map(),
      device(),
    );
    const drives = results.get("fc1")!;
    let [current, v] = [0, 0];
    drives.slice(0, T - 1).forEach(([drive], t) => {
      current += leak * (w * drive - current);
      v += leak * (r * current - v);
      const expected = potentials.data[t + 1];
      assert(Math.abs(v - expected) < 0.01 * Math.abs(expected) + 0.05, `${t}`);
    });
    // For small steps the response is that of the equations in continuous time.
    const fine = toNir({ description, weights }, { dt: 1e-5 }).graph.nodes
      .get("fc1_neuron")!;
    const [resistance, weight, tau] = ["r", "w_in", "tau_syn"].map((name) =>
      Number(fine.parameters.get(name)!.values[0])
    );
    assert(Math.abs(tau / 0.008 - 1) < 0.001);
    assert(Math.abs(resistance * weight * 1e-5 / (Math.E * 0.008) - 1) < 0.002);
  },
);

for (
  const [what, neuron, scale] of [
    ["FIXED_CUBA", fixedCuba({ vThMant: 30, vDecay: 700 }), 1 / 64],
    ["LOIHI", loihi({ vThMant: 30, vDecay: 700 }), 1],
  ] as const
) {
  gpuTest(
    `${what} becomes the node without rounding, and few spikes differ`,
    async () => {
      const description: ModelDescription = {
        input: { C: 2, H: 3, W: 3 },
        layers: [{ dense: 9 }],
        neuron,
        Ts: 1,
        random: 0,
      };
      const random = new Random(3);
      const data = Float32Array.from(
        { length: 162 },
        () => scale * 2 * Math.round(20 * random.uniform() - 8),
      );
      const weights = { "fc1.weight": { shape: [9, 2, 3, 3, 1], data } };
      const network = { description, weights };
      const { graph, parts, lossy, notes } = toNir(network, { dt: 0.001 });
      assert.equal(lossy, true);
      assert.match(notes[1], /Loihi's integers are not those of NIR/);
      const run = graphInterpreter(graph, 0.001);
      const { layers: [{ spikes, differing }] } = await compareNetworks(
        device(),
        network,
        { run, parts },
      );
      assert(spikes > 100 && differing < spikes / 20, `${differing}/${spikes}`);
    },
  );
}

Deno.test("a network that NIR cannot hold is refused, by its layer", () => {
  const base = { input: { C: 2, H: 7, W: 7 }, Ts: 1, random: 0 };
  const cases: [ModelDescription, string][] = [
    [
      { ...base, layers: [{ dense: 3 }], neuron: leaky({ reset: "soft" }) },
      'node "fc1": a spike subtracts the threshold (soft or delayed reset), and sets the ' +
      "potential in NIR",
    ],
    [
      { ...base, layers: [{ dense: 3, neuron: adaptiveLeaky() }] },
      'node "fc1": its threshold adapts (ALIF), which NIR has no neuron for',
    ],
    [
      { ...base, layers: [{ dense: 3, neuron: resonator() }] },
      'node "fc1": NIR has no neuron of kind "resonate-and-fire"',
    ],
    [
      { ...base, layers: [{ dense: 3, neuron: fixedAlif() }] },
      'node "fc1": NIR has no neuron of kind "fixed-point adaptive leaky',
    ],
    [
      { ...base, layers: [{ dense: 3, neuron: fixedCuba({ iDecay: 0 }) }] },
      'node "fc1": its current or potential does not decay, which no node',
    ],
    [
      { ...base, layers: [{ dense: 3 }], neuron: loihi({ refDelay: 3 }) },
      'node "fc1": it rests for 2 bins after a spike, as no neuron of NIR does',
    ],
    [
      {
        ...base,
        layers: [{ convTranspose: { out: 2, kernel: 2 } }, { dense: 3 }],
      },
      'node "convTranspose1": NIR has no node for layers of kind "convT',
    ],
    [
      { ...base, layers: [{ unpool: 1 }, { dense: 3 }] },
      'node "unpool1": NIR has no node for layers of kind "unpool"',
    ],
    [
      { ...base, layers: [{ pool: 2 }, { dense: 3 }] },
      'node "pool1": its windows of 2×2 go beyond the 7×7 neurons below',
    ],
    [
      {
        ...base,
        neuron: leaky(),
        layers: [
          { conv: { out: 2, kernel: 3, padding: 1 }, norm: "batch" },
          {
            residual: [{ conv: { out: 2, kernel: 3, padding: 1 } }],
            join: "gate",
          },
          { dense: 3 },
        ],
      },
      'node "conv2": its spikes gate others, which NIR has no node for',
    ],
  ];
  for (const [description, problem] of cases) {
    const network = { description, weights: unsettledWeights(description, 1) };
    assert.throws(
      () => toNir(network, { dt: 0.001 }),
      (error: NetworkError) => {
        assert(error instanceof NetworkError);
        assert(error.problem.startsWith(problem), error.problem);
        return true;
      },
    );
  }
});
