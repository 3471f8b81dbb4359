import assert from "node:assert/strict";
import { parseConfiguration } from "../../../scripts/configuration/configuration.ts";
import { formatConfiguration } from "../../../scripts/configuration/yaml_text.ts";

const parse = (text: string) => parseConfiguration(text, "/here/network.yaml");

Deno.test("the section data has times with and without units", () => {
  for (
    const [written, ms] of [
      ["500 ms", 500],
      ["500ms", 500],
      ["500", 500],
      ["0.5 s", 500],
      ["1500 us", 1.5],
      ["250 µs", 0.25],
    ] as const
  ) {
    const { data } = parse(
      `{data: {path: gestures, window: ${written}}, simulation: {Ts: 0.1}}`,
    );
    assert.deepEqual(data, {
      path: "/here/gestures",
      window: ms,
      overlap: 0,
    });
  }
});

Deno.test("samples are as long as windows, with as many spikes a bin", () => {
  const { simulation, training } = parse("data: {path: a, window: 500 ms}");
  assert.equal(simulation.tSample, 500);
  assert.deepEqual(training.error.tgtSpikeCount, { true: 60, false: 10 });
  assert.deepEqual(training.error.tgtSpikeRegion, { start: 0, stop: 500 });
  const given = parse(
    "{data: {path: a, window: 500 ms}, simulation: {tSample: 400}, " +
      "training: {error: {tgtSpikeCount: {true: 8, false: 2}}}}",
  );
  assert.equal(given.simulation.tSample, 400);
  assert.equal(given.training.error.tgtSpikeCount.true, 8);
});

Deno.test("the section data reads the same once it was written", () => {
  const configuration = parse(
    "data: {path: a, layout: list, timeUnit: s, window: 1 s, overlap: 0.5 s, " +
      'classes: [b, a], class: "^([a-z]+)_", group: "user(\\\\d+)", folds: 5}',
  );
  const written = formatConfiguration(configuration);
  assert.deepEqual(
    parseConfiguration(written, "/else/config.yaml"),
    configuration,
  );
});

Deno.test("the section data refuses what cannot be", () => {
  const bad = (text: string, problem: string) =>
    assert.throws(() => parse(`data: {path: a, ${text}}`), {
      name: "ConfigurationError",
      message: new RegExp(problem),
    });
  bad("window: soon", 'data.window is "soon", expected a time such as 500 ms');
  bad("window: 0", "data.window is 0, expected a time such as 500 ms");
  bad("window: 5 d", 'data.window is "5 d", expected a time such as 500 ms');
  bad(
    "window: 5, overlap: 5",
    "data.overlap is 5 ms, expected less than data.window, which is 5 ms",
  );
  bad(
    "overlap: 5",
    "data.overlap is 5 ms, there are no windows that could overlap without " +
      "data.window",
  );
  const folds = "expected groups, or a whole number from 2 to 10000";
  bad("folds: 1", `data.folds is 1, ${folds}`);
  bad("folds: people", `data.folds is "people", ${folds}`);
  bad("folds: groups, group: none", "data.folds is groups, does not go with");
  bad("test: 1", "data.test is 1, expected a number between 0 and 1");
  bad("folds: groups, test: 0.5", "data.test does not go with data.folds");
  bad('class: "("', 'data.class is "\\(", which is no pattern');
  bad('group: "("', 'data.group is "\\(", which is no pattern');
  bad("layout: folder", 'data.layout is "folder", expected folders or list');
  bad("classes: []", "data.classes is empty, expected a list of class names");
  bad("classes: [b, a, b]", 'classes.2 is "b", which is there twice');
  assert.throws(() => parse("data: {window: 5}"), {
    message: /data.path is missing, expected a path/,
  });
});
