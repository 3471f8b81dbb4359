import assert from "node:assert/strict";
import { parseConfiguration } from "../../../../scripts/configuration/configuration.ts";
import {
  describeLayersOf,
  isLayerwise,
} from "../../../../scripts/configuration/schema/network.ts";
import { refuses } from "../refusals.ts";

Deno.test("neurons of the spike response model are refused where layers need others", () => {
  const norm =
    "is by default SRMALPHA, which does not go with norm in the network; " +
    "expected LIF or IF or PLIF or CUBA or FIXED_CUBA or ALIF or FIXED_ALIF or RF or ADRF " +
    "or FIXED_RF or FIXED_ADRF or SDNN";
  refuses("neuron: {theta: 3}\nnetwork: [{dense: 3, norm: batch}]", {
    message:
      `Cannot use configuration "network.yaml" line 1: neuron.type ${norm}`,
    key: "neuron.type",
    line: 1,
  });
  refuses("network:\n- {dense: 3, norm: batch}\n- {neuron: {theta: 3}}", {
    message: 'Cannot use configuration "network.yaml" line 3: ' +
      `network.1.neuron.type ${norm}`,
    key: "network.1.neuron.type",
    line: 3,
  });
  // The network's neuron is none of its layers'.
  for (
    const network of [
      "8c3-bn-lif-3",
      "8c3-bn-lif-res(8c3-bn-if)-mp2-3-lif",
      "2x(8c3-bn-lif)-3",
    ]
  ) {
    const text = `neuron: {theta: 3}\nnetwork: ${network}`;
    assert.equal(parseConfiguration(text, "a.yaml").neuron.type, "SRMALPHA");
  }
  refuses("neuron: {theta: 3}\nnetwork: [{ghost: {out: 4, kernel: 3}}]", {
    message:
      /line 1: neuron.type is by default SRMALPHA, which does not go with ghost/,
    key: "neuron.type",
    line: 1,
  });
  refuses("neuron: {theta: 3}\nnetwork: 8c3-bn-lif-res(8c3-bn)-3", {
    message: /line 1: neuron.type is by default SRMALPHA, /,
    key: "neuron.type",
    line: 1,
  });
  // Those that adapt are of a network computed layer by layer.
  const adaptive = parseConfiguration(
    "neuron: {type: ALIF}\nnetwork: [{dense: 3}]",
    "a.yaml",
  );
  assert.equal(adaptive.training.error.type, "CrossEntropy");
  refuses("neuron: {type: ALIF}\nnetwork: [{pool: 2}, {dense: 3}]", {
    message: 'Cannot use configuration "network.yaml" line 2: ' +
      "network.0.pool is 2, a sum, which does not go with ALIF neurons in " +
      "the network; expected {max: 2} or {average: 2}, in text mp2 or ap2",
    key: "network.0.pool",
    line: 2,
  });
  refuses("neuron: {type: ALIF}", {
    message: 'Cannot use configuration "network.yaml" line 1: ' +
      "neuron.type is ALIF, which the networks that training.CNN chooses " +
      "cannot have; write network",
    key: "neuron.type",
    line: 1,
  });
  // A neuron of another kind replaces the section, which has other keys.
  const set = ["neuron={type: LIF, tau: 4}"];
  const text = "neuron: {theta: 3}\nnetwork: 8c3-bn-3";
  assert.deepEqual(
    Object.keys(parseConfiguration(text, "a.yaml", { set }).neuron).slice(0, 2),
    ["type", "tau"],
  );
});

Deno.test("a response is learned beside weights, not by pools", () => {
  const learned = "neuron: {response: learned}\n";
  const layers = (pool: string) => `network: [${pool}, {dense: 3}]`;
  const own = layers("{pool: 2, neuron: {theta: 8}}");
  assert(!isLayerwise(parseConfiguration(learned + own, "a.yaml")));
  const problem = "is learned, which goes with no pool; give its layer a " +
    "neuron of its own";
  for (
    const [text, key] of [
      [learned + layers("{pool: 2}"), "neuron.response"],
      [learned, "neuron.response"],
      [
        layers("{pool: 2, neuron: {response: learned}}"),
        "network.0.neuron.response",
      ],
    ]
  ) {
    refuses(text, {
      message: 'Cannot use configuration "network.yaml" line 1: ' +
        `${key} ${problem}`,
      key,
      line: 1,
    });
  }
  refuses("neuron: {response: learned, fullRefKernel: True}\n" + own, {
    message: 'Cannot use configuration "network.yaml" line 1: ' +
      "neuron.fullRefKernel does not go with a learned response",
    key: "neuron.fullRefKernel",
    line: 1,
  });
  refuses("neuron: {taps: 30}\n" + own, {
    message: 'Cannot use configuration "network.yaml" line 1: ' +
      "neuron.taps is for a learned response",
    key: "neuron.taps",
    line: 1,
  });
  const bank = "network: [{dense: 3, neuron: {response: learned, filters: 2, " +
    "taps: 9}}]";
  const [{ neuron }] = describeLayersOf(
    parseConfiguration(bank, "a.yaml").network!,
    2,
  ) as { neuron: Record<string, unknown> }[];
  assert.deepEqual([neuron.filters, neuron.taps], [2, 9]);
});

Deno.test("neurons of Loihi are of networks that are computed as SLAYER's", () => {
  const text = "neuron: {type: LOIHI, vThMant: 50}\n" +
    "network: [{pool: 2}, {dense: 3, quantize: 4}, {dense: 3}]";
  const configuration = parseConfiguration(text, "a.yaml");
  assert(!isLayerwise(configuration));
  assert.deepEqual(configuration.neuron, {
    type: "LOIHI",
    vThMant: 50,
    vDecay: 128,
    iDecay: 1024,
    refDelay: 1,
    wgtExp: 0,
    tauRho: 1,
    scaleRho: 1,
  });
  refuses("neuron: {type: LOIHI}\nnetwork: [{dense: 3, norm: batch}]", {
    message: 'Cannot use configuration "network.yaml" line 1: neuron.type is ' +
      "LOIHI, which does not go with norm in the network; expected LIF or IF " +
      "or PLIF or CUBA or FIXED_CUBA or ALIF or FIXED_ALIF or RF or ADRF " +
      "or FIXED_RF or FIXED_ADRF or SDNN",
    key: "neuron.type",
    line: 1,
  });
  refuses("neuron: {type: LOIHI, vDecay: 5000}", {
    message: /line 1: neuron.vDecay is 5000, expected a whole number from 0 to/,
    key: "neuron.vDecay",
    line: 1,
  });
});

Deno.test("dropout beside neurons of the spike response model is SLAYER's", () => {
  const text = "network: [{pool: 2, dropout: 0.1, delay: 2}, " +
    "{dense: 3, delay: {per: channel, max: 62}}, {dense: 3}]";
  const srm = "neuron: {type: SRMALPHA}\n";
  const configuration = parseConfiguration(srm + text, "a.yaml");
  assert(!isLayerwise(configuration));
  assert.equal(configuration.training.error.type, "NumSpikes");
  const { delay } = configuration.network![1];
  assert.deepEqual(delay, { per: "channel", max: 62, rate: 1 });
  // Without a neuron, such a network is one of units.
  const units = text.replace("pool: 2", "dense: 4");
  assert(isLayerwise(parseConfiguration(units, "a.yaml")));
  // Delays are in slices there.
  assert(isLayerwise(
    parseConfiguration(`${units}\ninput: {slices: 20}`, "a.yaml"),
  ));
  refuses(units.replace("dense: 4", "unpool: 2"), {
    message: 'Cannot use configuration "network.yaml" line 1: ' +
      "network.0.unpool does not go with dropout in the network",
    key: "network.0.unpool",
    line: 1,
  });
});
