import assert from "node:assert/strict";
import type { ModelDescription } from "../../../../engine/model.ts";
import type { NamedArray } from "../../../../engine/network/weights.ts";
import { cubaLeaky } from "../../../../engine/neurons/cuba_leaky.ts";
import { fixedCuba } from "../../../../engine/neurons/fixed_point.ts";
import { describeImport } from "../../../../scripts/bridges/described_import.ts";
import { fromNir } from "../../../../scripts/bridges/nir/read/from_nir.ts";
import {
  readNir,
  writeNir,
} from "../../../../scripts/bridges/nir/graph/nir_file.ts";
import { graphInterpreter } from "../../../../scripts/bridges/nir/run/run_graph.ts";
import { toNir } from "../../../../scripts/bridges/nir/write/to_nir.ts";
import type { Counterpart } from "../../../../scripts/bridges/network/counterpart.ts";
import { compareNetworks } from "../../../../scripts/bridges/self_check/compare_networks.ts";
import { unsettledWeights } from "../../../engine/unsettled.ts";
import { device, gpuTest } from "../../../fixtures/gpu.ts";
import { NETWORKS } from "../networks.ts";

/** Checks that a network gives the spikes of a graph's equations. */
async function requireSame(
  [network, counterpart]: readonly [
    Parameters<typeof compareNetworks>[1],
    Counterpart,
  ],
): Promise<void> {
  const { layers, readout = 0 } = await compareNetworks(
    device(),
    network,
    counterpart,
  );
  for (const { name, spikes, differing } of layers) {
    assert(spikes > 20, `${name} has ${spikes} spikes`);
    // A potential at the threshold rounds to either side.
    assert(differing <= spikes / 500, `${name}: ${differing} of ${spikes}`);
  }
  assert(readout < 1e-5, `${readout}`);
}

/** Replaces first delays by such as differ, of up to four bins of 2 ms. */
function withDelays(weights: Record<string, NamedArray>) {
  return Object.fromEntries(
    Object.entries(weights).map(([name, { shape, data }]) => [
      name,
      {
        shape,
        data: name.endsWith(".delay") ? data.map((_, i) => i % 5 * 1.9) : data,
      },
    ]),
  );
}

/** Brings a network into a file and back. */
async function roundTrip(description: ModelDescription) {
  const network = {
    description,
    weights: withDelays(unsettledWeights(description, 3)),
  };
  const { graph, parts, ...losses } = toNir(network, { dt: 0.002 });
  const again = await readNir(new Blob([await writeNir(graph)]));
  const run = graphInterpreter(again, 0.002);
  const back = fromNir(again);
  assert.deepEqual(back.input, description.input);
  assert.equal(back.Ts, 2);
  assert.equal(back.lossy, false);
  return {
    ...losses,
    graph: again,
    back,
    pairs: [
      [network, { run, parts }],
      [describeImport(back, "net.yaml"), { run, parts: back.nodes }],
    ] as const,
  };
}

for (const [what, description] of Object.entries(NETWORKS)) {
  gpuTest(
    `a network with ${what} has the spikes of its graph, and comes back so`,
    async () => {
      const { lossy, pairs } = await roundTrip(description);
      assert.equal(lossy, false);
      for (const pair of pairs) await requireSame(pair);
    },
  );
}

const CONV = { out: 3, kernel: 3, padding: 1 };

gpuTest("delays become nodes, and come back as delays", async () => {
  const { lossy, graph, back, pairs } = await roundTrip({
    input: { C: 2, H: 6, W: 6 },
    layers: [
      { pool: 2, delay: 7 },
      { conv: CONV, delay: {}, quantize: 0.25 },
      { dense: 12, delay: { per: "channel" } },
      { dense: 4, delay: 5 },
    ],
    neuron: cubaLeaky({ threshold: 0.4, tau: 3 }),
    Ts: 2,
    random: 0,
  });
  assert.equal(lossy, false);
  for (const pair of pairs) await requireSame(pair);
  const bins = ["pool1", "conv1", "fc1", "fc2"].map((layer) => {
    const { shape, values } = graph.nodes.get(`${layer}_delay`)!.parameters
      .get("delay")!;
    const delays = Array.from(values as Float64Array, (s) => s / 0.002);
    return [shape, [...new Set(delays.map(Math.round))]];
  });
  // Times are cut to whole bins: 7 ms to three, 1.9 ms to none.
  assert.deepEqual(bins, [
    [[2, 3, 3], [3]],
    [[3, 3, 3], [0, 1, 2, 3]],
    [[12], [0, 1, 2, 3]],
    [[4], [2]],
  ]);
  assert.deepEqual(
    back.layers.map(({ delay }) => delay),
    [6, { per: "neuron" }, { per: "channel" }, 4],
  );
});

gpuTest(
  "potentials at a threshold of integers stay below it in a graph",
  async () => {
    const description: ModelDescription = {
      input: { C: 2, H: 6, W: 6 },
      layers: [{ conv: CONV, bias: false }, { dense: 4, bias: false }],
      neuron: fixedCuba({ vThMant: 80, iDecay: 1024, vDecay: 128 }),
      Ts: 5,
      random: 0,
    };
    // Sums of a few weights of 10/64 are 80/64 in many bins.
    const weights = Object.fromEntries(
      Object.entries(unsettledWeights(description, 3)).map((
        [name, { shape, data }],
      ) => [name, {
        shape,
        data: data.map((_, i) => (i % 3 - 0.5) * 20 / 64),
      }]),
    );
    const { graph, parts } = toNir({ description, weights }, { dt: 0.005 });
    const again = await readNir(new Blob([await writeNir(graph)]));
    const back = fromNir(again);
    const { layers } = await compareNetworks(
      device(),
      describeImport(back, "net.yaml"),
      { run: graphInterpreter(again, 0.005), parts: back.nodes },
    );
    assert(parts.length === layers.length && layers[0].spikes > 500);
    assert.deepEqual(layers.map(({ differing }) => differing), [0, 0]);
  },
);
