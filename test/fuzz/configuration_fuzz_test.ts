import assert from "node:assert/strict";
import { join } from "node:path";
import {
  formatConfiguration,
  parseConfiguration,
} from "../../scripts/configuration/configuration.ts";
import { readConfigurationFile } from "../../scripts/configuration/configuration_file.ts";
import { ConfigurationError } from "../../scripts/configuration/error.ts";
import {
  N_MNIST,
  SL_ANIMALS,
} from "../scripts/configuration/configuration_files.ts";
import { fc } from "../fixtures/properties.ts";
import { temporaryFolder } from "../fixtures/temporary_folder.ts";
import { fuzzTest } from "./fuzz.ts";
import { mutated } from "./mutations.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);
const path = join(folder.path, "network.yaml");
const encode = (text: string) => new TextEncoder().encode(text);

const LAYERS = `network:
- pool: 2
- conv: {out: 8, kernel: [3, 5], stride: 1, padding: 2, groups: 1}
- dense: {out: 19, weightScale: 3}
training: {filter: {hot_pixels: 9, downsample_space: 2}, sliced_dataset: False,
  error: {type: SpikeTime, tgtSpikeTimes: {true: [10, 25], false: []}},
  augmentation: {drop: 0.1, flip_x: 0.5, shift: 3, time_jitter: 2}}
`;
/** A network that is computed layer by layer. */
const UNITS = `input: {slices: 10, size: 32, most: 9}
network:
- {conv: {out: 8, kernel: 3, padding: 1}, norm: batch, pool: {max: 2}}
- residual: [{conv: {out: 8, kernel: 3, padding: 1}, norm: batch}]
  shortcut: [{conv: {out: 8, kernel: 1}, norm: batch}]
  join: gate
- {repeat: 2, layers: [{dense: 9, neuron: {type: LIF, tau: 4}}, {dropout: 0.5}]}
- {dense: classes, neuron: none}
training: {optimizer: ADAMW, patience: 9, schedule: {type: cosine, warmup: 2},
  error: {type: SquaredRate, smoothing: 0.1, rateScale: 2, classWeights: [1, 2]},
  augmentation: {flip_x: 0.5, flip_not: [a], rotate: 9, zoom: 0.1, mix: 0.3}}
`;
const TOKENS = [
  ...["[", "]", "{", "}", "- ", ": ", ",", "&a ", "*a", "<<: ", "!!binary "],
  ...["|\n", ">\n", "? ", "---\n", "...\n", "%YAML 1.1\n", '"', "'", "\t", "#"],
  ...[".nan", ".inf", "-1", "0x10", "1e999", "9007199254740993", "null", "~"],
  ...["__proto__", "constructor", "testing:\n", "training:\n  lr: 1\n", "\n  "],
];

/** Reads text, and holds what it says against itself. */
function check(configuration: ReturnType<typeof parseConfiguration>): void {
  const { simulation, training } = configuration;
  assert(simulation.Ts > 0 && simulation.tSample >= simulation.Ts);
  assert(training.seed >= 0 && training.lr > 0 && training.epochs >= 1);
  const text = formatConfiguration(structuredClone(configuration));
  assert.deepEqual(parseConfiguration(text, "/else/b.yaml"), configuration);
}

fuzzTest("a configuration in YAML", {
  share: 0.15,
  inputs: mutated(
    [SL_ANIMALS, N_MNIST, LAYERS, UNITS, "network: 2x(8c3-bn-mp2)-9", "{}"]
      .map(encode),
    TOKENS,
  ),
  refusal: ConfigurationError,
  async read(bytes) {
    await Deno.writeFile(path, bytes);
    check(await readConfigurationFile(path));
  },
});

fuzzTest("a value set on top of a configuration", {
  share: 0.05,
  inputs: fc.array(
    mutated(
      [
        ...["training.lr=0.1", "network.1.dense=5", "training.seed=3"],
        ...["training.filter={hot_pixels: 3}", "training.path.out=x"],
      ].map(encode),
      [...TOKENS, ".", "="],
    ),
    { minLength: 1, maxLength: 3 },
  ),
  refusal: ConfigurationError,
  read(values) {
    const set = values.map((bytes) => new TextDecoder().decode(bytes));
    check(parseConfiguration(LAYERS, "/home/a.yaml", { set }));
  },
});
