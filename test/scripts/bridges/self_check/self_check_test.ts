import assert from "node:assert/strict";
import type { ModelDescription } from "../../../../engine/model.ts";
import { leaky } from "../../../../engine/neurons/leaky.ts";
import type { NamedArray } from "../../../../engine/network/weights.ts";
import {
  readNir,
  writeNir,
} from "../../../../scripts/bridges/nir/graph/nir_file.ts";
import { graphInterpreter } from "../../../../scripts/bridges/nir/run/run_graph.ts";
import { toNir } from "../../../../scripts/bridges/nir/write/to_nir.ts";
import { openQuestions } from "../../../../scripts/bridges/self_check/agreement.ts";
import { compareDecisions } from "../../../../scripts/bridges/self_check/compare_decisions.ts";
import { compareNetworks } from "../../../../scripts/bridges/self_check/compare_networks.ts";
import { ownCounterpart } from "../../../../scripts/bridges/self_check/own_counterpart.ts";
import { unsettledWeights } from "../../../engine/unsettled.ts";
import { device, gpuTest } from "../../../fixtures/gpu.ts";

const DESCRIPTION: ModelDescription = {
  input: { C: 2, H: 6, W: 6 },
  layers: [
    { conv: { out: 4, kernel: 3, padding: 1 }, norm: "batch" },
    { dense: 12, bias: false },
    { dense: 3, bias: false, neuron: "none" },
  ],
  neuron: leaky({ threshold: 0.3 }),
  Ts: 1,
  random: 0,
};

/** Changes an array, such that a network hardly fires. */
function withFactor(
  weights: Record<string, NamedArray>,
  [changed, factor]: readonly [string, number],
): Record<string, NamedArray> {
  return Object.fromEntries(
    Object.entries(weights).map(([name, { shape, data }]) => [name, {
      shape,
      data: name.startsWith(changed)
        ? data.map((value) => factor * value)
        : data,
    }]),
  );
}

/** A network, and the graph of another. */
async function pairOf(
  weights: Record<string, NamedArray>,
  others = weights,
) {
  const [network, other] = [weights, others].map((weights) => ({
    description: DESCRIPTION,
    weights,
  }));
  const { graph, parts } = toNir(other, { dt: 0.001 });
  const run = graphInterpreter(
    await readNir(new Blob([await writeNir(graph)])),
    0.001,
  );
  return [network, { run, parts }] as const;
}

/** Compares a network with the graph of another. */
async function compare(
  ...weights: Parameters<typeof pairOf>
) {
  return await compareNetworks(device(), ...await pairOf(...weights));
}

gpuTest("layers of a network that hardly fires are compared", async () => {
  const weak = withFactor(unsettledWeights(DESCRIPTION, 3), [
    "conv1.norm",
    1 / 64,
  ]);
  const same = await compare(weak);
  for (const { name, spikes, differing } of same.layers) {
    assert(spikes >= 20, `${name} has ${spikes} spikes`);
    assert.equal(differing, 0);
  }
  assert(same.readout! < 1e-5);
  assert.deepEqual(openQuestions(same, { lossy: false }), []);
  for (const [at, array] of ["conv1.norm", "fc1.weight"].entries()) {
    const { layers } = await compare(weak, withFactor(weak, [array, 1.3]));
    assert(layers[at].differing > 0, array);
  }
  const { readout } = await compare(weak, withFactor(weak, ["fc2", 1.3]));
  assert(readout! > 0.2);
});

gpuTest(
  "input is strong enough for a network that is compared to itself",
  async () => {
    const weights = withFactor(unsettledWeights(DESCRIPTION, 3), [
      "conv1.norm",
      1 / 16,
    ]);
    const network = { description: DESCRIPTION, weights };
    const own = ownCounterpart(network);
    const { layers } = await compareNetworks(device(), network, own);
    for (const { name, spikes, differing } of layers) {
      assert(spikes >= 20, `${name} has ${spikes} spikes`);
      assert.equal(differing, 0);
    }
    const decided = await compareDecisions(device(), network, own);
    assert(decided.samples >= 8, `${decided.samples}`);
    assert.equal(decided.equal, decided.samples);
  },
);

gpuTest("a layer that never fires is named", async () => {
  const weights = withFactor(unsettledWeights(DESCRIPTION, 3), ["fc1", 0]);
  const agreement = await compare(weights);
  assert.deepEqual(openQuestions(agreement, { lossy: false }), [
    '"fc1" has no spike, even where the layers below are driven hard, and was ' +
    "not compared",
  ]);
});

gpuTest(
  "classes of networks are compared, each on its own spikes",
  async () => {
    const weights = unsettledWeights(DESCRIPTION, 3);
    const decide = async (...pair: Parameters<typeof pairOf>) =>
      await compareDecisions(device(), ...await pairOf(...pair));
    const same = await decide(weights);
    assert.equal(same.equal, same.samples);
    assert.equal(same.samples, 16);
    const readout = weights["fc2.weight"];
    const reversed = { ...readout, data: readout.data.toReversed() };
    const other = await decide(weights, { ...weights, "fc2.weight": reversed });
    assert(other.equal < other.samples, `${other.equal}`);
    // Outputs that all are silent decide for none.
    const silent = await decide(withFactor(weights, ["fc2", 0]), weights);
    assert.deepEqual(silent, { samples: 0, equal: 0 });
  },
);

Deno.test("spikes that differ are put down to rounding in networks that are the same", () => {
  const layers = [{ name: "conv1", spikes: 900, others: 900, differing: 2 }];
  assert.deepEqual(openQuestions({ layers }, { lossy: true }), []);
  assert.match(
    openQuestions({ layers }, { lossy: false }).join(),
    /^2 of 900 spikes of "conv1" differ by .+, as rounding makes them/,
  );
});
