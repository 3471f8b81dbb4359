import assert from "node:assert/strict";
import { parseConfiguration } from "../../../scripts/configuration/configuration.ts";
import { readYaml } from "../../../scripts/configuration/yaml_text.ts";
import { refuses } from "./refusals.ts";

Deno.test("parseConfiguration() refuses losses that are none", () => {
  const cases: [entry: string, key: string, problem: string][] = [
    [
      "type: spikes",
      "type",
      'is "spikes", expected NumSpikes or SpikeTime or ProbSpikes or ' +
      "CrossEntropy or SquaredRate or SpikeRate or SpikeMoid or SpikeMax",
    ],
    ["probSlidingWin: 0", "probSlidingWin", "is 0, expected a number above 0"],
    [
      "{type: ProbSpikes, probSlidingWin: 2}",
      "probSlidingWin",
      "is 2, which holds no time bin of 5 ms",
    ],
    [
      "{type: ProbSpikes, probSlidingWin: 1505}",
      "probSlidingWin",
      "is 1505, longer than the sample of 1500 ms",
    ],
    [
      "tgtSpikeTimes: 10",
      "tgtSpikeTimes",
      "is 10, expected true, false",
    ],
    [
      "tgtSpikeTimes: {true: [10]}",
      "tgtSpikeTimes.false",
      "is missing, expected a list of times in ms",
    ],
    [
      "tgtSpikeTimes: {true: [10, x], false: []}",
      "tgtSpikeTimes.true.1",
      'is "x", expected a number of at least 0',
    ],
    [
      "{type: SpikeTime, tgtSpikeTimes: {true: [1498], false: []}}",
      "tgtSpikeTimes.true.0",
      "is 1498, after the last time bin, that of 1495 ms",
    ],
    [
      "{type: SpikeTime, tgtSpikeTimes: {true: [], false: [10, 12]}}",
      "tgtSpikeTimes.false.1",
      "is 12, in the same time bin of 5 ms as another",
    ],
    [
      "{type: SpikeTime, tgtSpikeCount: {true: 301, false: 0}}",
      "tgtSpikeCount.true",
      "is 301, more than the 300 time bins of the region: expected at most 300",
    ],
    [
      "{type: SpikeTime, tgtSpikeCount: {true: 3, false: 0.5}}",
      "tgtSpikeCount.false",
      "is 0.5, expected a whole number with SpikeTime",
    ],
  ];
  for (const section of ["training", "testing"]) {
    for (const [entry, key, problem] of cases) {
      const name = `${section}.error.${key}`;
      const sample = section === "testing" ? "  tSample: 1500\n" : "";
      refuses(`${section}:\n${sample}  error:\n    ${entry}`, {
        message: 'Cannot use configuration "network.yaml" line ' +
          `${section === "testing" ? 4 : 3}: ${name} ${problem}`,
        key: name,
        line: section === "testing" ? 4 : 3,
      });
    }
  }
});

Deno.test("parseConfiguration() refuses filters and augmentations that are none", () => {
  const cases: [string, string, string][] = [
    ["filter", "hot_pixels: 0", "is 0, expected a number above 0"],
    ["filter", "background_activity: -1", "is -1, expected a number above 0"],
    [
      "filter",
      "downsample_space: 1.5",
      "is 1.5, expected a whole number of at least 1",
    ],
    ["filter", "downsample_time: x", 'is "x", expected a number above 0'],
    ["filter", "median: 3", "is not a known key; known are hot_pixels, .+"],
    ["augmentation", "drop: 1.5", "is 1.5, expected a number from 0 to 1"],
    ["augmentation", "flip_x: -1", "is -1, expected a number from 0 to 1"],
    ["augmentation", "flip_y: True", "is true, expected a number from 0 to 1"],
    [
      "augmentation",
      "shift: -1",
      "is -1, expected a whole number of at least 0",
    ],
    ["augmentation", "time_jitter: .nan", "is NaN, expected a number of at .+"],
    ["augmentation", "dropp: 1", 'is not .+ did you mean "drop"'],
  ];
  for (const [section, entry, problem] of cases) {
    const key = `training.${section}.${entry.split(":")[0]}`;
    refuses(`training:\n  ${section}:\n    ${entry}\n`, {
      message: new RegExp(` line 3: ${key} ${problem}$`),
      key,
      line: 3,
    });
  }
});

Deno.test("parseConfiguration() refuses empty ranges and losses of no class", () => {
  const cases: [key: string, value: string, at: string, problem: string][] = [
    [
      "augmentation",
      "{erase: {most: 0.3, least: 0.5}}",
      "augmentation.erase.least",
      "is 0.5, above most, which is 0.3",
    ],
    [
      "error",
      "{classWeights: [0, 0]}",
      "error.classWeights",
      "are all 0, expected one above 0",
    ],
  ];
  const network = "network: 8c3-bn-lif-classes\n";
  for (const [key, value, at, problem] of cases) {
    refuses(`${network}training:\n  ${key}: ${value}`, {
      message: 'Cannot use configuration "network.yaml" line 3: ' +
        `training.${at} ${problem}`,
      key: `training.${at}`,
      line: 3,
    });
  }
  parseConfiguration(
    `${network}training: {augmentation: {drop: {most: 0.3, least: 0.3}}}`,
    "network.yaml",
  );
});

Deno.test("parseConfiguration() refuses schedules and checkpoints that are none", () => {
  const refusals: [written: string, problem: string][] = [
    ["schedule: fast", 'schedule is "fast", expected a section with type'],
    [
      "schedule: {gamma: 1}",
      "schedule.type is missing, expected exponential or cosine or step",
    ],
    [
      "schedule: {type: linear}",
      'schedule.type is "linear", expected exponential or cosine or step',
    ],
    ["schedule: {type: step}", "schedule.epochs is missing, expected a whole"],
    [
      "schedule: {type: cosine, gamma: 1}",
      "schedule.gamma is not a known key; known are type, lr_min",
    ],
    ["schedule: {type: exponential, gamma: 0}", "schedule.gamma is 0, expect"],
    ["checkpoint: {batches: 0}", "checkpoint.batches is 0, expected a whole"],
    ["checkpoint: {minutes: 0}", "checkpoint.minutes is 0, expected a number"],
  ];
  for (const [written, problem] of refusals) {
    assert.throws(
      () => parseConfiguration(`training: {${written}}`, "network.yaml"),
      ({ message }: Error) => message.includes(`: training.${problem}`),
      written,
    );
  }
});

Deno.test("parseConfiguration() refuses layers that are none", () => {
  const cases: [string, string, RegExp][] = [
    ["2", "network", /is 2, expected a list of .*layers, at least one$/],
    ["[]", "network", /is empty, expected a list of .* at least one$/],
    [
      "[2]",
      "network.0",
      /is 2, expected one of conv, ghost, dense, average, res/,
    ],
    ["[{}]", "network.0", /is a section, expected one of conv, ghost, /],
    ["[{pool: 2, dense: 3}]", "network.0.pool", /is 2, expected max or ave/],
    ["[{pool: 0}]", "network.0.pool", /is 0, expected a whole number/],
    ["[{conv: 3}]", "network.0.conv", /is 3, expected out, kernel, stride/],
    ["[{conv: {out: 3}}]", "network.0.conv.kernel", /is missing, expected/],
    [
      "[{conv: {out: 3, kernel: [3, 3, 3]}}]",
      "network.0.conv.kernel",
      /has 3 entries, expected height and width$/,
    ],
    [
      "[{conv: {out: 3, kernel: [3, 0]}}]",
      "network.0.conv.kernel.1",
      /is 0, expected a whole number of at least 1$/,
    ],
    [
      "[{conv: {out: 3, kernel: 3, padding: -1}}]",
      "network.0.conv.padding",
      /is -1, expected a whole number of at least 0$/,
    ],
    ["[{dense: {}}]", "network.0.dense.out", /is missing, expected/],
    ["[{dense: class}]", "network.0.dense", /is "class", expected .*classes$/],
    ["[{dense: 3, dropout: 1}]", "network.0.dropout", /is 1, expected a numb/],
    ["[{dense: 3, recurrent: 2}]", "network.0.recurrent", /is 2, expected Tr/],
    ["[{dense: 3, delay: -1}]", "network.0.delay", /is -1, expected a number/],
    [
      "[{pool: 3, delay: {per: layer}}]",
      "network.0.delay.per",
      /is "layer", expected neuron or channel$/,
    ],
    ["[{dense: 3, delay: {max: 0}}]", "network.0.delay.max", /is 0, expected/],
    ["[{dense: 3, delay: {lr: 1}}]", "network.0.delay.lr", /is not a known k/],
    ["[{dense: 3, norm: layer}]", "network.0.norm", /is "layer", expected ba/],
    [
      "[{pool: {min: 2}}]",
      "network.0.pool.min",
      /is not a known key; known are max, average, adaptive$/,
    ],
    [
      "[{pool: {max: 2, average: 2}}]",
      "network.0.pool",
      /pool has max and average, expected one of max, average, adaptive$/,
    ],
    [
      "[{bias: True, convv: {out: 2, kernel: 3}, norm: batch}]",
      "network.0.convv",
      /is not a known key; did you mean "conv"$/,
    ],
    ["[{repeat: 2}]", "network.0.layers", /is missing, expected a list of/],
    [
      "[{residual: [{dense: 2}, {pool: 0}]}]",
      "network.0.residual.1.pool",
      /is 0, expected a whole number of at least 1$/,
    ],
    [
      "[{dense: 3, neuron: {type: LIF, tau: 0.5}}]",
      "network.0.neuron.tau",
      /is 0.5, expected a number from 1 to 1e9$/,
    ],
    [
      "[{dense: 3, neuron: {type: PLIF, tau: 1}}]",
      "network.0.neuron.tau",
      /is 1, expected a number of more than 1, up to 1e9$/,
    ],
    [
      "[{dense: 3, neuron: {type: CUBA, tauSyn: 1, decays: learned}}]",
      "network.0.neuron.tauSyn",
      /is 1, expected a number of more than 1, up to 1e9$/,
    ],
    [
      "[{dense: 3, neuron: {type: CUBA, decays: fixed}}]",
      "network.0.neuron.decays",
      /is "fixed", expected learned$/,
    ],
    ["[{dense: 1.5}]", "network.0.dense", /is 1.5, expected a whole number/],
  ];
  for (const [layers, key, message] of cases) {
    refuses(`network:\n  ${layers}`, {
      key,
      message,
      line: key === "network" ? 1 : 2,
    });
  }
});

Deno.test("parseConfiguration() refuses more spikes than a region has bins", () => {
  const text = "simulation: {tSample: 500}\ntraining:\n  error:\n" +
    "    tgtSpikeCount: {true: 180, false: 30}\n";
  const key = "training.error.tgtSpikeCount.true";
  const problem = (line: string, count: string, bins: number) =>
    `Cannot use configuration "network.yaml"${line}: ${key} is ${count}, ` +
    `more than the ${bins} time bins of the region: expected at most ${bins}`;
  refuses(text, {
    message: problem(" line 4", "180", 100),
    key,
    line: 4,
  });
  // The same where the count is left open.
  refuses("simulation: {Ts: 10}", {
    message: problem("", "by default 180", 150),
    key,
  });
  const set = ["training.error.tgtSpikeCount.true=100"];
  const { training } = parseConfiguration(text, "network.yaml", { set });
  assert.equal(training.error.tgtSpikeCount.true, 100);
  // ProbSpikes wants no number of spikes.
  parseConfiguration(`${text}    type: ProbSpikes`, "network.yaml");
});

Deno.test("parseConfiguration() checks the counts of a test only where it is used", () => {
  const text = "testing: {tSample: 2000}\n";
  parseConfiguration(text, "network.yaml");
  const key = "testing.error.tgtSpikeCount.true";
  refuses(`${text}training: {random_crop: True}`, {
    message: `Cannot use configuration "network.yaml" line 1: ${key} is by ` +
      "default 523, more than the 400 time bins of the region: expected at " +
      "most 400",
    key,
    line: 1,
  });
});

Deno.test("samples and losses need not fit where nothing is trained", () => {
  const options = { resolve: (path: string) => path, trains: false };
  for (
    const text of [
      "simulation: {Ts: 10}",
      "simulation: {Ts: 1, tSample: 100}",
      "data: {path: a, window: 1 ms}",
      "{simulation: {Ts: 5}, testing: {tSample: 1}}",
    ]
  ) {
    const { training } = readYaml(text, "network.yaml", options);
    assert.equal(training.error.type, "NumSpikes");
    assert.throws(() => readYaml(text, "a.yaml", { ...options, trains: true }));
  }
});

Deno.test("slices of samples may be shorter or longer than Ts", () => {
  const text = "network: 8c3-bn-lif-classes\ninput: {slices: 4}\n";
  for (const window of ["1 ms", "4 ms", "600 s"]) {
    const data = `data: {path: a, window: ${window}}\n`;
    parseConfiguration(`${text}${data}`, "network.yaml");
  }
  refuses("data: {path: a, window: 4 ms}", {
    message: 'Cannot use configuration "network.yaml" line 1: data.window is ' +
      "4, shorter than one time bin of 5 ms",
    key: "data.window",
    line: 1,
  });
});
