import assert from "node:assert/strict";
import {
  formatConfiguration,
  parseConfiguration,
} from "../../../../scripts/configuration/configuration.ts";
import {
  describeLayersOf,
  isLayerwise,
} from "../../../../scripts/configuration/schema/network.ts";
import { describeModel } from "../../../../scripts/configuration/model.ts";
import { parseNetworkText } from "../../../../scripts/configuration/schema/network_text.ts";
import type { SampleSource } from "../../../../dataset/sample_source.ts";
import { Random } from "../../../../engine/network/random.ts";
import { fc } from "../../../fixtures/properties.ts";
import { refuses } from "../refusals.ts";

const size = fc.integer({ min: 1, max: 99 });

/** Words of a network, each with the entry that it stands for. */
const word: fc.Arbitrary<readonly [string, object]> = fc.oneof(
  fc.tuple(size, size).map(([out, kernel]) =>
    [`${out}c${kernel}`, {
      conv: { out, kernel, padding: Math.floor(kernel / 2) },
    }] as const
  ),
  fc.tuple(size, size, size).map(([out, kernel, stride]) =>
    [`${out}c${kernel}s${stride}`, {
      conv: { out, kernel, stride, padding: Math.floor(kernel / 2) },
    }] as const
  ),
  fc.constantFrom(
    ["bn", { norm: "batch" }] as const,
    ["lif", { neuron: { type: "LIF" } }] as const,
    ["plif", { neuron: { type: "PLIF" } }] as const,
    ["cuba", { neuron: { type: "CUBA" } }] as const,
    ["alif", { neuron: { type: "ALIF" } }] as const,
    ["rf", { neuron: { type: "RF" } }] as const,
    ["adrf", { neuron: { type: "ADRF" } }] as const,
    ["sdnn", { neuron: { type: "SDNN" } }] as const,
    ["if", { neuron: { type: "IF" } }] as const,
    ["dp0.5", { dropout: 0.5 }] as const,
    ["dp.25", { dropout: 0.25 }] as const,
  ),
  size.map((max) => [`mp${max}`, { pool: { max } }] as const),
  size.map((average) => [`ap${average}`, { pool: { average } }] as const),
  size.map((adaptive) => [`aap${adaptive}`, { pool: { adaptive } }] as const),
  size.map((dense) => [`${dense}`, { dense }] as const),
  size.map((dense) => [`${dense}r`, { dense, recurrent: true }] as const),
  fc.tuple(size, size).map(([out, kernel]) =>
    [`${out}c${kernel}z`, {
      conv: { out, kernel, padding: Math.floor(kernel / 2) },
    }] as const
  ),
  size.map((pool) => [`${pool}a`, { pool }] as const),
  size.map((average) => [`${average}avg`, { average }] as const),
  size.map((out) => [`${out}d`, { dense: { out } }] as const),
);

/** Words and what they stand for, with brackets. */
const { words } = fc.letrec<{
  words: readonly (readonly [string, object])[];
  bracket: readonly [string, object];
}>((tie) => ({
  words: fc.array(
    fc.oneof({ depthSize: "small" }, word, tie("bracket")),
    { minLength: 1, maxLength: 5 },
  ),
  bracket: fc.tuple(
    tie("words"),
    fc.option(fc.tuple(size, fc.constantFrom("x", "×", "*"))),
  ).map(([inner, times]) => {
    const text = inner.map(([text]) => text).join("-");
    const own = inner.map(([, entry]) => entry);
    return times === null
      ? [`res(${text})`, { residual: own }] as const
      : [`${times[0]}${times[1]}(${text})`, {
        repeat: times[0],
        layers: own,
      }] as const;
  }),
}));

Deno.test("parseNetworkText() reads each word, in brackets or not", () => {
  fc.assert(
    fc.property(
      words.filter((words) => depthOf(words.map(([, entry]) => entry)) <= 8),
      fc.constantFrom("-", " - "),
      (words, between) => {
        // A last layer that no neurons follow is a readout, which this is not.
        const text = [...words.map(([text]) => text), "lif"].join(between);
        assert.deepEqual(parseNetworkText(text), [
          ...words.map(([, entry]) => entry),
          { neuron: { type: "LIF" } },
        ]);
      },
    ),
    { seed: 4, numRuns: 300 },
  );
});

/** Counts the lists that are one in another. */
function depthOf(entries: readonly object[]): number {
  return Math.max(
    0,
    ...entries.flatMap((entry) =>
      Object.values(entry).filter(Array.isArray)
        .map((inner) => 1 + depthOf(inner))
    ),
  );
}

Deno.test("parseNetworkText() makes a last layer without neurons a readout", () => {
  assert.deepEqual(parseNetworkText("2×(32c3-bn-lif-mp2)-128-lif-19"), [
    {
      repeat: 2,
      layers: [
        { conv: { out: 32, kernel: 3, padding: 1 } },
        { norm: "batch" },
        { neuron: { type: "LIF" } },
        { pool: { max: 2 } },
      ],
    },
    { dense: 128 },
    { neuron: { type: "LIF" } },
    { dense: 19, neuron: "none" },
  ]);
  assert.deepEqual(parseNetworkText("res(10)-8-if").at(-1), {
    neuron: { type: "IF" },
  });
  assert.deepEqual(parseNetworkText("8r"), [{ dense: 8, recurrent: true }]);
});

Deno.test("parseConfiguration() reads a network from any text, and again as it is written, or refuses it in a line", () => {
  const piece = fc.oneof(
    word.map(([text]) => text),
    fc.constantFrom("(", ")", "-", "2x(", "×", "res(", "0", "x", " ", "c3"),
  );
  fc.assert(
    fc.property(fc.array(piece).map((pieces) => pieces.join("")), (text) => {
      const read = `network: ${JSON.stringify(text)}`;
      try {
        const configuration = parseConfiguration(read, "a.yaml");
        describeLayersOf(configuration.network!, 2);
        const written = formatConfiguration(configuration);
        assert.deepEqual(parseConfiguration(written, "b.yaml"), configuration);
      } catch (error) {
        const { name, message } = error as Error;
        assert.equal(name, "ConfigurationError", String(error));
        assert.match(message, /^[^\n]+: (network|neuron)[^\n]+[^.]$/);
      }
    }),
    { seed: 5, numRuns: 500 },
  );
});

Deno.test("the words of slayerPytorch's auto are a network of SLAYER", () => {
  const text = "34x34x2-16c5z-2a-512d-10d";
  assert.deepEqual(parseNetworkText(text), [
    { sensor: [34, 34, 2] },
    { conv: { out: 16, kernel: 5, padding: 2 } },
    { pool: 2 },
    { dense: { out: 512 } },
    { dense: { out: 10 } },
  ]);
  const configuration = parseConfiguration(`network: ${text}`, "a.yaml");
  assert(!isLayerwise(configuration));
  assert.equal(configuration.training.error.type, "NumSpikes");
  assert.equal(describeLayersOf(configuration.network!, 10).length, 4);
  const source = (side: number) => ({
    size: 0,
    labels: [],
    classes: ["a", "b"],
    sensor: { width: side, height: side },
    events: () => Promise.reject(new Error()),
  } as unknown as SampleSource);
  const random = new Random(0);
  const { input } = describeModel(configuration, source(34), random);
  assert.deepEqual(input, { C: 2, H: 34, W: 34 });
  assert.throws(() => describeModel(configuration, source(128), random), {
    name: "RangeError",
    message: "Cannot build a network for 34×34×2 on samples of 128×128×2",
  });
  for (
    const [network, problem] of [
      ["16c5z-34x34x2-10d", "network.1.sensor is not the first entry"],
      ["34x34x2", "network has a sensor, and no layers"],
    ]
  ) {
    refuses(`network: ${network}`, {
      message: `Cannot use configuration "network.yaml" line 1: ${problem}`,
      key: problem.split(" ")[0],
      line: 1,
    });
  }
});

Deno.test("classes in a text is a readout with an output for each class", () => {
  const entries = parseNetworkText("8-lif-classes");
  assert.deepEqual(entries.at(-1), { dense: "classes", neuron: "none" });
  const layers = describeLayersOf(entries, 5) as { dense?: number }[];
  assert.equal(layers.at(-1)!.dense, 5);
});

Deno.test("neurons in a text have the parameters of their type's section", () => {
  const text = "2×(8-bn-lif)-res(8-lif)-8-plif-3";
  const { network } = parseConfiguration(
    `{neuron: {type: LIF, tau: 5}, network: ${text}}`,
    "network.yaml",
  );
  const taus = JSON.stringify(network).matchAll(
    /"type":"(\w+)"[^}]*"tau":(\d+)/g,
  );
  assert.deepEqual([...taus].map(([, type, tau]) => type + tau), [
    "LIF5",
    "LIF5",
    "PLIF2",
  ]);
  // Entries of a list have their own.
  const list = parseConfiguration(
    "{neuron: {type: LIF, tau: 5}, network: [{dense: 3, neuron: {type: LIF}}]}",
    "network.yaml",
  );
  assert.match(JSON.stringify(list.network), /"tau":2/);
});

Deno.test("parseConfiguration() says which word of a network is none", () => {
  const cases: [text: string, problem: string][] = [
    ["32k3-10", '"32k3" is unknown; there are 32c3, bn, lif, if, plif, .*'],
    ["2x(10", '"2x\\(" has no "\\)"'],
    ["10)", '"\\)" has no "\\(" before it'],
    ["dp1-10", '"dp1" is no dropout between 0 and 1'],
    ["3(10)", '"3\\(" is unknown; there are 2×\\( and res\\('],
    ["-", "it has no layers"],
    [
      "res(".repeat(9) + "1" + ")".repeat(9),
      "its brackets are more than 8 deep",
    ],
  ];
  for (const [text, problem] of cases) {
    refuses(`network: ${JSON.stringify(text)}`, {
      message: new RegExp(`: network is no network: ${problem}$`),
      key: "network",
      line: 1,
    });
  }
  // Sizes are checked as those of a list are.
  refuses("network: 0c3-10", {
    message:
      /: network.0.conv.out is 0, expected a whole number of at least 1$/,
    key: "network.0.conv.out",
    line: 1,
  });
});

Deno.test("a network set as short text replaces that of the file", () => {
  const configuration = parseConfiguration(
    "network: [{dense: 3}]",
    "a.yaml",
    { set: ["network=2x(8c3-bn-mp2)-res(8c3-if)-3"] },
  );
  const { network, neuron, training } = configuration;
  assert(isLayerwise(configuration));
  assert.equal(network!.length, 3);
  assert.equal(neuron.type, "LIF");
  assert.equal(training.error.type, "CrossEntropy");
});
