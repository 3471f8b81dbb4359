import assert from "node:assert/strict";
import { parseConfiguration } from "../../../scripts/configuration/configuration.ts";
import { fc } from "../../fixtures/properties.ts";
import { refuses } from "./refusals.ts";

Deno.test("parseConfiguration() names an unknown key and its neighbour", () => {
  refuses("simulation:\n  Ts: 5\n  tSampel: 1500\n", {
    message: 'Cannot use configuration "network.yaml" line 3: ' +
      'simulation.tSampel is not a known key; did you mean "tSample"',
    key: "simulation.tSampel",
    line: 3,
  });
  refuses("seeds: 1", {
    message: 'Cannot use configuration "network.yaml" line 1: seeds is not ' +
      "a known key; known are simulation, neuron, training, testing, data, " +
      "network, input",
    key: "seeds",
    line: 1,
  });
  refuses("network:\n  - pool: 2\n  - conv: {out: 3, kernal: 5}", {
    message: /network\.1\.conv\.kernal .* did you mean "kernel"$/,
    key: "network.1.conv.kernal",
    line: 3,
  });
});

Deno.test("parseConfiguration() says what holds where a key was removed", () => {
  const cases: [entry: string, key: string, holds: string][] = [
    ["response: filter", "neuron.response", "computed by recurrence"],
    ["response: recurrence", "neuron.response", "computed by recurrence"],
    ["storage: float16", "neuron.storage", "stored as float32"],
    ["storage: float32", "neuron.storage", "stored as float32"],
  ];
  for (const [entry, key, holds] of cases) {
    refuses(`neuron:\n  theta: 10\n  ${entry}\n`, {
      message: new RegExp(
        `" line 3: ${key} was removed: .+ always ${holds}; delete the line$`,
      ),
      key,
      line: 3,
    });
  }
});

Deno.test("parseConfiguration() refuses any key it does not know", () => {
  const sections = [
    [],
    ["simulation"],
    ["neuron"],
    ["training"],
    ["training", "error"],
    ["training", "error", "tgtSpikeRegion"],
    ["training", "error", "tgtSpikeCount"],
    ["training", "path"],
    ["testing"],
    ["testing", "error"],
  ];
  const key = fc.oneof(
    fc.string({ minLength: 1 }).map((text) => `x${text}`),
    fc.constantFrom("__proto__", "constructor", "toString", "<<"),
  );
  fc.assert(
    fc.property(fc.constantFrom(...sections), key, (section, key) => {
      const keys = [...section, key];
      const text = keys.reduceRight(
        (inner, name) => `{${JSON.stringify(name)}: ${inner}}`,
        "1",
      );
      const name = keys.join(".");
      assert.throws(() => parseConfiguration(text, "a.yaml"), { key: name });
    }),
    { seed: 1, numRuns: 300 },
  );
});

Deno.test("parseConfiguration() says what it expected and found", () => {
  const cases: [string, string, string][] = [
    ["simulation", "Ts: 0", "is 0, expected a number from 1e-9 to 1e9"],
    ["simulation", "Ts: -1", "is -1, expected a number from 1e-9 to 1e9"],
    ["simulation", "Ts: .nan", "is NaN, expected a number from 1e-9 to 1e9"],
    [
      "simulation",
      "Ts: .inf",
      "is Infinity, expected a number from 1e-9 to 1e9",
    ],
    ["simulation", "Ts: 1e-10", "is 1e-10, expected a number from 1e-9 to 1e9"],
    ["simulation", "Ts: five", 'is "five", expected a number from 1e-9 to 1e9'],
    ["simulation", "Ts:", "is empty, expected a number from 1e-9 to 1e9"],
    ["simulation", "Ts: [5]", "is a list, expected a number from 1e-9 to 1e9"],
    [
      "simulation",
      "Ts: {a: 5}",
      "is a section, expected a number from 1e-9 to 1e9",
    ],
    [
      "simulation",
      "nSample: 1.5",
      "is 1.5, expected a whole number of at " +
      "least 1",
    ],
    [
      "neuron",
      "type: COBA",
      'is "COBA", expected SRMALPHA or LOIHI or LIF or IF or PLIF or CUBA or ' +
      "FIXED_CUBA or ALIF or FIXED_ALIF or RF or ADRF or FIXED_RF or " +
      "FIXED_ADRF or SDNN",
    ],
    ["neuron", "theta: True", "is true, expected a number from 1e-9 to 1e9"],
    ["neuron", "tauRho: 1e-40", "is 1e-40, expected a number from 1e-9 to 1e9"],
    [
      "neuron",
      "scaleRef: 1e38",
      "is 1e+38, expected a number from 1e-9 to 1e9",
    ],
    ["training", "CNN: 1", "is 1, expected True or False"],
    [
      "training",
      "transf_method: x",
      'is "x", expected SlayerTD or ' +
      "TonicFrames",
    ],
    [
      "training",
      "binning_mode: sum",
      'is "sum", expected OR or SUM or ' +
      "SUM_NORM",
    ],
    [
      "training",
      "optimizer: adam",
      'is "adam", expected ADAM or NADAM or ' +
      "SGD or ADAMW",
    ],
    [
      "training",
      "seed: -1",
      "is -1, expected a whole number from 0 to " +
      "4294967294",
    ],
    [
      "training",
      "seed: 4294967295",
      "is 4294967295, expected a whole " +
      "number from 0 to 4294967294",
    ],
    ["training", "epochs: 0", "is 0, expected a whole number of at least 1"],
    ["training", "init: alive", 'is "alive", expected random or live'],
    ["training", "clip: 0", "is 0, expected a number above 0"],
    [
      "training",
      "accumulate: 0",
      "is 0, expected a whole number of at least 1",
    ],
    ["training", "weightDecay: -1", "is -1, expected a number of at least 0"],
    ["training", "sliced_dataset: 0", "is 0, expected True or False"],
    [
      "training",
      "filter: 3",
      "is 3, expected hot_pixels, hot_ratio, background_activity, downsample_space, " +
      "downsample_time, least_events",
    ],
    [
      "training",
      "augmentation: [1]",
      "is a list, expected drop, flip_x, flip_y, shift, time_jitter, " +
      "flip_not, rotate, zoom, time_shift, time_stretch, erase, noise, mix",
    ],
    [
      "training",
      "path: here",
      'is "here", expected out, data, file_list, ' +
      "cache, store, in, train, test, desired",
    ],
  ];
  for (const [section, entry, problem] of cases) {
    const key = `${section}.${entry.split(":")[0]}`;
    refuses(`# first\n${section}:\n  ${entry}\n`, {
      message: `Cannot use configuration "network.yaml" line 3: ${key} ` +
        problem,
      key,
      line: 3,
    });
  }
});

Deno.test("parseConfiguration() wants names of classes in quotes if they are numbers", () => {
  refuses("training: {augmentation: {flip_not: [2]}}", {
    message: /flip_not.0 is 2, expected a class name, numbers in quotes$/,
    key: "training.augmentation.flip_not.0",
    line: 1,
  });
});

Deno.test("parseConfiguration() holds values against one another", () => {
  refuses("simulation: {Ts: 5, tSample: 4}", {
    message: /tSample is 4, shorter than one time bin of 5 ms$/,
    key: "simulation.tSample",
    line: 1,
  });
  refuses("simulation: {Ts: 0.001, tSample: 65.536}", {
    message: /tSample is 65.536, longer than 65535 time bins of 0.001 ms$/,
    key: "simulation.tSample",
    line: 1,
  });
  refuses("training:\n  random_crop: True", {
    message: /is true, which needs testing.tSample and testing.error$/,
    key: "training.random_crop",
    line: 2,
  });
  refuses("training: {error: {tgtSpikeRegion:\n  {start: 0, stop: 1600}}}", {
    message: /stop is 1600, after the end of the sample of 1500 ms$/,
    key: "training.error.tgtSpikeRegion.stop",
    line: 2,
  });
  refuses("testing: {error: {tgtSpikeRegion: {start: 50, stop: 52}}}", {
    message: /tgtSpikeRegion from 50 to 52 holds no time bin of 5 ms$/,
    key: "testing.error.tgtSpikeRegion",
    line: 1,
  });
  refuses("training: {path: {in: a, test: b}}", {
    message: /path.train is missing; in, train and test go together$/,
    key: "training.path.train",
    line: 1,
  });
});

Deno.test("parseConfiguration() refuses what is no YAML", () => {
  refuses("training:\n  lr: [1", { message: /line 2: Flow/, line: 2 });
  refuses("a: 1\na: 2", { message: /line 2: Map keys must be/, line: 2 });
  refuses("a: !number 1", { message: /Unresolved tag: !number$/, line: 1 });
  refuses("a: *b", { message: /Unresolved alias/ });
  const nested = { message: /it is nested too deeply$/ };
  refuses("[".repeat(65_000), { ...nested, line: 1 });
  refuses(" ".repeat(65_537), {
    message: /": it has 65537 characters, expected 65536 at most$/,
  });
  refuses("{}", { ...nested, key: "training.lr" }, [
    `training.lr=${"[".repeat(100_000)}`,
  ]);
  refuses("", { message: /: it is empty, expected simulation, neuron,/ });
  refuses("- 1", { message: /: it is a list, expected simulation, neuron,/ });
});

Deno.test("parseConfiguration() blames what was set on top of the file", () => {
  refuses("training: {lr: 1}", {
    message: 'Cannot use configuration "network.yaml" with ' +
      '"training.lr=fast": training.lr is "fast", expected a number above 0',
    key: "training.lr",
  }, ["training.lr=fast"]);
  refuses("training: {lr: 1}", {
    message: /with "training.lrr=1": training.lrr is .* did you mean "lr"$/,
    key: "training.lrr",
  }, ["training.lrr=1"]);
  refuses("training: {lr: 1}", {
    message: /with "training.lr.x=1": training.lr is 1, it has no keys$/,
    key: "training.lr",
  }, ["training.lr.x=1"]);
  refuses("", {
    message: /with "training.lr.x=1": training.lr is a section, expected a nu/,
    key: "training.lr",
  }, ["training.lr.x=1"]);
  for (const entry of ["1", "x"]) {
    refuses("network: [{dense: 5}]", {
      message: new RegExp(`: network has no entry ${entry}, only 0 to 0$`),
      key: "network",
    }, [`network.${entry}.dense=9`]);
  }
  refuses("", {
    message: /with "training.lr=": training.lr is empty, expected a number/,
    key: "training.lr",
  }, ["training.lr="]);
  refuses("training: {error: {tgtSpikeRegion: {start: 0, stop: 900}}}", {
    message: /start=901": training.error.tgtSpikeRegion from 901 to 900 holds/,
    key: "training.error.tgtSpikeRegion",
  }, ["training.error.tgtSpikeRegion.start=901"]);
  refuses("training: {lr: 1}", {
    message: /with "training.lr": expected key=value$/,
  }, ["training.lr"]);
  refuses("training: {lr: 1}", {
    message: /with "training.lr=\[1": training.lr is no YAML, /,
    key: "training.lr",
  }, ["training.lr=[1"]);
  refuses("training: {lr: 1}", {
    message: /: 100001 keys one in another, expected 8 at most$/,
  }, [`a${".a".repeat(100_000)}=1`]);
  refuses("training: {lr: 1}", {
    message: /training.lr is no YAML, Unknown directive %x$/,
    key: "training.lr",
  }, ["training.lr=%x\n---\n1"]);
  for (const value of ["{seed: 1}", "{}", "1"]) {
    refuses("training: {lr: 1}", {
      message: 'Cannot use configuration "network.yaml" with ' +
        `"training=${value}": training is a section: set its keys one by ` +
        "one, such as training.lr",
      key: "training",
    }, [`training=${value}`]);
  }
  refuses("training: {path: {out: a}}", {
    message: /is a section: set its keys one by one, such as training.path.out/,
    key: "training.path",
  }, ["training.path={data: b}"]);
  refuses("training: {lr: 0}", {
    message: /network.yaml" line 1: training.lr is 0/,
    key: "training.lr",
    line: 1,
  }, ["training.seed=1"]);
});

Deno.test("parseConfiguration() knows the layers of slayerPytorch's auto", () => {
  refuses("layer: [{dim: 16c5z}]\n", {
    message: 'Cannot use configuration "network.yaml" line 1: layer is not a ' +
      'known key; did you mean "network"',
    key: "layer",
    line: 1,
  });
});
