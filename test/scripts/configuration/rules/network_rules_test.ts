import assert from "node:assert/strict";
import { structureOf } from "../../../../engine/model/model_description.ts";
import { Random } from "../../../../engine/network/random.ts";
import { parseConfiguration } from "../../../../scripts/configuration/configuration.ts";
import { describeNetwork } from "../../../../scripts/configuration/model.ts";
import { isLayerwise } from "../../../../scripts/configuration/schema/network.ts";
import { refuses } from "../refusals.ts";

/** Networks that are computed layer by layer, and what makes them so. */
const LAYERWISE: readonly (readonly [network: string, reason: string])[] = [
  ["[{dense: 3, norm: batch}]", "norm"],
  ["[{dense: 3}, {norm: batch}]", "norm"],
  ["[{ghost: {out: 4, kernel: 3}, norm: batch}]", "ghost"],
  ["[{dense: 3, bias: False}]", "bias"],
  ["[{dense: 3, dropout: 0.5}]", "dropout"],
  ["[{dense: 3}, {residual: [{dense: 3}]}]", "residual"],
  ["[{conv: {out: 3, kernel: 3}, pool: {max: 2}}]", "pool: {max}"],
  ["[{conv: {out: 3, kernel: 3}}, {pool: {adaptive: 1}}]", "pool: {adaptive}"],
  ["[{dense: 3, neuron: none}]", "neuron: none"],
  ["[{dense: 3, neuron: {type: ALIF}}]", "ALIF neurons"],
  ["[{dense: 3}, {neuron: {type: PLIF}}]", "PLIF neurons"],
  ["[{repeat: 2, layers: [{dense: 3, norm: batch}]}]", "norm"],
  ["4c3-lif-mp2-3", "pool: {max}"],
  ["3", "neuron: none"],
  ["[{dense: 6, recurrent: True}]", "recurrent"],
  ["250d-lif-10avg", "average"],
  ["4c3-lif-3-cuba", "LIF neurons"],
];

const FOR_LAYERWISE = "for networks with norm, bias, residual, ghost, " +
  "pool: {max: 2}, neuron: none or neurons such as LIF alone";

const NUM_SPIKES = "training.error.type=NumSpikes";

/** Losses of networks that are computed layer by layer. */
const EXPECTED = "expected CrossEntropy or SquaredRate or SpikeRate or " +
  "SpikeMoid or SpikeMax";

/** Asserts that a value set on top of a network is refused. */
function refusesSet(network: string, set: string, problem: string): void {
  const [key] = set.split("=");
  refuses(`network: ${network}`, {
    message: `Cannot use configuration "network.yaml" with "${set}": ${key} ` +
      problem,
    key,
  }, [set]);
}

Deno.test("a network computed layer by layer has LIF neurons and cross-entropy unless given", () => {
  for (const [written] of LAYERWISE) {
    const text = `network: ${JSON.stringify(written)}`.replaceAll('"[', "[")
      .replaceAll(']"', "]");
    const configuration = parseConfiguration(text, "a.yaml");
    assert(isLayerwise(configuration), written);
    assert.equal(configuration.neuron.type, "LIF");
    assert.equal(configuration.training.error.type, "CrossEntropy");
  }
  for (const text of ["{}", "network: [{pool: 2}, {dense: 3}]"]) {
    const configuration = parseConfiguration(text, "a.yaml");
    assert(!isLayerwise(configuration));
    assert.equal(configuration.neuron.type, "SRMALPHA");
    assert.equal(configuration.training.error.type, "NumSpikes");
  }
});

Deno.test("neurons that are stepped make a network one of units by themselves", () => {
  const kinds = ["LIF", "IF", "PLIF", "CUBA", "ALIF", "RF", "ADRF"];
  const integers = ["FIXED_CUBA", "FIXED_ALIF", "FIXED_RF", "FIXED_ADRF"];
  for (const type of [...kinds, ...integers]) {
    const text = `neuron: {type: ${type}}\nnetwork: [{dense: 16}, {dense: 3}]`;
    const configuration = parseConfiguration(text, "a.yaml");
    assert.equal(configuration.training.error.type, "CrossEntropy", type);
    const network = describeNetwork(configuration, new Random(0));
    const input = { C: 1, H: 1, W: 2 };
    const { units } = structureOf({ ...network, input });
    assert.deepEqual(units?.units.map(({ bias }) => bias), [true, true], type);
    for (const loss of ["SpikeRate", "SpikeMax", "SquaredRate"]) {
      const set = [`training.error.type=${loss}`];
      const { error } = parseConfiguration(text, "a.yaml", { set }).training;
      assert.equal(error.type, loss);
    }
    refusesSet(
      "[{dense: 3}]\nneuron: {type: " + type + "}",
      NUM_SPIKES,
      `is NumSpikes, which does not go with ${type} neurons in the network; ` +
        EXPECTED,
    );
  }
});

Deno.test("weights of units are rounded, too", () => {
  const entry = "dense: 3, quantize: 0.5";
  for (const network of [`{${entry}, norm: mean}`, `{${entry}}`]) {
    const text = `neuron: {type: FIXED_CUBA}\nnetwork: [${network}]`;
    const configuration = parseConfiguration(text, "a.yaml");
    assert.equal(configuration.training.error.type, "CrossEntropy");
    const described = describeNetwork(configuration, new Random(0));
    const { units } = structureOf({
      ...described,
      input: { C: 1, H: 1, W: 2 },
    });
    assert.equal(units?.units[0].layer.weightStep, 0.5, network);
  }
});

Deno.test("SLAYER's networks stay so with neurons that are stepped, without losses of responses", () => {
  const lif = "neuron: {type: LIF}";
  for (const first of ["{pool: 2}", "{unpool: 2}"]) {
    const layers = `${first}, {dense: 3, quantize: 2}`;
    const text = `${lif}\nnetwork: [${layers}]`;
    const configuration = parseConfiguration(text, "a.yaml");
    assert(!isLayerwise(configuration), layers);
    assert.equal(configuration.training.error.type, "ProbSpikes");
    refusesSet(
      `[${layers}]\n${lif}`,
      NUM_SPIKES,
      "is NumSpikes, which filters spikes by tauSr, and the LIF neurons of " +
        "the last layer have none; expected ProbSpikes",
    );
  }
  const mixed = "network: [{dense: 4}, {dense: 3, neuron: {type: LIF}}]";
  assert(!isLayerwise(parseConfiguration(mixed, "a.yaml")));
});

Deno.test("what does not go with a network computed layer by layer is refused, with the reason", () => {
  for (const [network, reason] of LAYERWISE) {
    const written = JSON.stringify(network).replaceAll(/"(\[.*\])"/g, "$1");
    const against = `does not go with ${reason} in the network`;
    const cases: [set: string, problem: string][] = [
      [
        "training.error.type=NumSpikes",
        `is NumSpikes, which ${against}; ${EXPECTED}`,
      ],
      [
        "training.error.type=ProbSpikes",
        `is ProbSpikes, which ${against}; ${EXPECTED}`,
      ],
      [
        "testing.error.type=SpikeTime",
        `is SpikeTime, which ${against}; ${EXPECTED}`,
      ],
      ["training.init=live", `is live, which ${against}`],
      [
        "training.transf_method=TonicFrames",
        `is TonicFrames, which ${against}`,
      ],
      ["training.augmentation.time_jitter=0.5", against],
    ];
    for (const [set, problem] of cases) refusesSet(written, set, problem);
  }
});

Deno.test("what only networks computed layer by layer have is refused elsewhere", () => {
  const cases: [set: string, problem: string][] = [
    ["training.error.type=CrossEntropy", `is CrossEntropy, which is `],
    ["training.error.type=SquaredRate", `is SquaredRate, which is `],
    ["testing.error.type=SquaredRate", `is SquaredRate, which is `],
    ["input={slices: 3}", "is "],
    ["training.augmentation.flip_not=[a]", "is "],
    ["training.augmentation.rotate=3", "is "],
    ["training.augmentation.zoom=0.1", "is "],
    ["training.augmentation.time_shift=1", "is "],
    ["training.augmentation.time_stretch=0.1", "is "],
    ["training.augmentation.erase=0.1", "is "],
    ["training.augmentation.mix=0.1", "is "],
    ["training.augmentation.shift={most: 2}", "is a section, which is "],
    ["training.augmentation.drop={most: 0.2}", "is a section, which is "],
  ];
  for (const network of ["[{dense: 3}]", "[{pool: 2}, {dense: 3}]"]) {
    for (const [set, problem] of cases) {
      const end = set.includes("error.type")
        ? "; expected NumSpikes or SpikeTime or ProbSpikes here"
        : "";
      refusesSet(network, set, problem + FOR_LAYERWISE + end);
    }
    for (
      const entry of [
        ...["smoothing=0.1", "rateScale=3", "classWeights=[1]"],
        ...["sparsity={}", "sigmoid={}", "tgtSpikeRate={true: 0.5}"],
      ]
    ) {
      refusesSet(
        network,
        `training.error.${entry}`,
        "is for CrossEntropy and SquaredRate and SpikeRate and SpikeMoid and " +
          "SpikeMax",
      );
    }
  }
});

Deno.test("an entry of SLAYER among neurons that are stepped is named", () => {
  const cuba = "neuron: {type: FIXED_CUBA}";
  const cases = [
    [`[{unpool: 2, ${cuba}}, {dense: 3, ${cuba}}]`, "0.unpool"],
    [
      `[{dense: 4}, {convTranspose: {out: 3, kernel: 2}}]\n${cuba}`,
      "1.convTranspose",
    ],
    [`[{pool: 2}, {dense: 3}]\n${cuba}`, "0.pool"],
  ];
  for (const [network, entry] of cases) {
    const reason = `does not go with network.${entry}`;
    refusesSet(
      network,
      "training.error.type=SpikeRate",
      `is SpikeRate, which ${reason}; expected ProbSpikes here`,
    );
    refusesSet(network, "training.augmentation.rotate=3", reason);
  }
  refusesSet(
    `[{dense: 4}, {dense: 3, ${cuba}}]`,
    "training.error.type=SpikeRate",
    "is SpikeRate, which does not go with the SRMALPHA neurons of network.0; " +
      "expected ProbSpikes here",
  );
});

Deno.test("slices of whole samples are not cropped, nor tested in another length", () => {
  const network = "[{dense: 3, norm: batch}]";
  const whole = "does not go with input.slices, which are of whole samples";
  const text = `network: ${network}\ninput: {slices: 3}`;
  refuses(`${text}\ntesting: {tSample: 300}`, {
    message: `Cannot use configuration "network.yaml" line 3: testing ${whole}`,
    key: "testing",
    line: 3,
  });
  refuses(text, {
    message: 'Cannot use configuration "network.yaml" with ' +
      `"training.random_crop=True": training.random_crop is true, which ${whole}`,
    key: "training.random_crop",
  }, ["training.random_crop=True"]);
  // In bins of a given length they may be.
  const set = ["training.random_crop=True", "testing.tSample=300"];
  parseConfiguration(`network: ${network}`, "a.yaml", { set });
});

Deno.test("a network computed layer by layer makes no pixels", () => {
  for (
    const entry of ["unpool: 2", "convTranspose: {out: 3, kernel: 2}"]
  ) {
    const [key] = entry.split(":");
    const layers = `{${entry}}, {dense: 3}`;
    assert(!isLayerwise(parseConfiguration(`network: [${layers}]`, "a.yaml")));
    refuses(`network: [${layers}, {norm: batch}]`, {
      message: 'Cannot use configuration "network.yaml" line 1: ' +
        `network.0.${key} does not go with norm in the network`,
      key: `network.0.${key}`,
      line: 1,
    });
  }
});

Deno.test("weights of convolutions and dense layers alone are normalised", () => {
  const layers = "{conv: {out: 3, kernel: 2, weightNorm: true}}, " +
    "{dense: {out: 3, weightNorm: true}}";
  assert(!isLayerwise(parseConfiguration(`network: [${layers}]`, "a.yaml")));
  refuses(`network: [${layers.replace("conv:", "convTranspose:")}]`, {
    message: /line 1: network\.0\.convTranspose\.weightNorm is /,
    key: "network.0.convTranspose.weightNorm",
    line: 1,
  });
});

Deno.test("numbers in slayerPytorch's text are told to be dense layers that spike", () => {
  const hint = "; as a network of SLAYER, whose last layer spikes, it is " +
    "34x34x2-16c5z-512d-10d";
  const text = "34x34x2-16c5z-512-10";
  refuses(`network: ${text}\nneuron: {type: LOIHI}`, {
    message: 'Cannot use configuration "network.yaml" line 2: neuron.type is ' +
      "LOIHI, which does not go with neuron: none in the network; expected " +
      "LIF or IF or PLIF or CUBA or FIXED_CUBA or ALIF or FIXED_ALIF or RF " +
      `or ADRF or FIXED_RF or FIXED_ADRF or SDNN${hint}`,
    key: "neuron.type",
    line: 2,
  });
  refusesSet(
    text,
    NUM_SPIKES,
    `is NumSpikes, which does not go with neuron: none in the network; ` +
      EXPECTED + hint,
  );
  // Neurons of another kind were asked for.
  refusesSet(
    "34x34x2-512-lif-10d",
    NUM_SPIKES,
    `is NumSpikes, which does not go with LIF neurons in the network; ` +
      EXPECTED,
  );
});

Deno.test("votes of SLAYER's neurons keep SLAYER's losses", () => {
  const written = "network: 34x34x2-16c5z-2a-250d-10avg";
  const { network, neuron, training } = parseConfiguration(written, "a.yaml");
  assert(!isLayerwise({ network, neuron }));
  assert.deepEqual([neuron.type, training.error.type], [
    "SRMALPHA",
    "NumSpikes",
  ]);
  const loihi = `${written}\nneuron: {type: LOIHI}`;
  assert(!isLayerwise(parseConfiguration(loihi, "a.yaml")));
});

Deno.test("sums, lone neurons and networks without end are refused", () => {
  const cases: [network: string, key: string, problem: string][] = [
    [
      "[{dense: 3, norm: batch}, {pool: 2}]",
      "network.1.pool",
      "is 2, a sum, which does not go with norm in the network; expected " +
      "{max: 2} or {average: 2}, in text mp2 or ap2",
    ],
    [
      "[{dense: 3}, {neuron: {theta: 3}}]",
      "network.1.neuron",
      `is an entry of its own, which is ${FOR_LAYERWISE}; write it beside ` +
      "the weights of its layer",
    ],
    [
      "34x34x2-ap2-64r-3avg",
      "network.1.pool",
      "is to follow a layer with weights",
    ],
    [
      "34x34x2-64r-3avg",
      "network.2.average",
      "is 3, and the 64 neurons below cannot be divided into 3 groups",
    ],
    [
      "34x34x2-2a-64d-3avg",
      "network.3.average",
      "is 3, and the 64 neurons below cannot be divided into 3 groups",
    ],
    [
      "34x34x2-2a-64d-4avg-10d",
      "network.3.average",
      "is to be the last entry of the network",
    ],
    [
      "34x34x2-2a-10avg",
      "network.2.average",
      "is to follow a dense layer, whose neurons vote",
    ],
    [
      "34x34x2-2a-64r-4avg",
      "network.1.pool",
      "is 2, a sum, which does not go with recurrent in the network; expected " +
      "{max: 2} or {average: 2}, in text mp2 or ap2",
    ],
    [
      "[{repeat: 1e9, layers: [{repeat: 2, layers: [{dense: 3}]}]}]",
      "network",
      "has 2000000000 layers, expected 1000 at most",
    ],
    [
      `[${"{dense: 3},".repeat(129)}]`,
      "network",
      "has 129 entries, expected 128 at most; repeat stands for several",
    ],
    [
      `${"[{residual: ".repeat(9)}[{dense: 3}]${"}]".repeat(9)}`,
      "network",
      "has lists in lists, expected 8 at most",
    ],
  ];
  for (const [network, key, problem] of cases) {
    refuses(`network: ${network}`, {
      message: `Cannot use configuration "network.yaml" line 1: ${key} ` +
        problem,
      key,
      line: 1,
    });
  }
});

Deno.test("target rates and sigmoids are for the losses that have them", () => {
  refusesSet(
    "4c3-lif-3",
    "training.error.sigmoid={alpha: 2}",
    "is for SpikeMoid",
  );
  const rates = "training.error.tgtSpikeRate={true: 0.5}";
  refusesSet("4c3-lif-3", rates, "is for SpikeRate");
});
