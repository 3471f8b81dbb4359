import assert from "node:assert/strict";
import { join, relative } from "node:path";
import type { SampleSource } from "../../../dataset/sample_source.ts";
import { Model } from "../../../engine/model.ts";
import { Random } from "../../../engine/network/random.ts";
import { RECIPES } from "../../../scripts/command_line/configuration_arguments.ts";
import {
  formatConfiguration,
  parseConfiguration,
} from "../../../scripts/configuration/configuration.ts";
import { readConfigurationFile } from "../../../scripts/configuration/configuration_file.ts";
import { describeModel } from "../../../scripts/configuration/model.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { ROOT } from "../../fixtures/source_files.ts";

const FOLDER = join(ROOT, "scripts", "recipes");

const read = (name: string) =>
  readConfigurationFile(join(FOLDER, `${name}.yaml`));

Deno.test("--recipe names every file of scripts/recipes", async () => {
  const files = await Array.fromAsync(Deno.readDir(FOLDER));
  assert.deepEqual(
    files.map(({ name }) => name).sort(),
    RECIPES.map((name) => `${name}.yaml`),
  );
});

Deno.test("slayer.yaml is network.yaml, whose paths are the same", async () => {
  const path = join(ROOT, "scripts", "network.yaml");
  assert.deepEqual(await read("slayer"), await readConfigurationFile(path));
});

Deno.test("every recipe is written to be read again, with paths from the top", async () => {
  for (const name of RECIPES) {
    const configuration = await read(name);
    const written = formatConfiguration(configuration);
    assert.deepEqual(
      parseConfiguration(written, "/elsewhere/config.yaml"),
      configuration,
      name,
    );
    const { out, in: folder, train, test, ...data } =
      configuration.training.path;
    // Lists of samples replace the folder of recordings.
    const used = folder ? [out, folder, train!, test!] : [
      out,
      ...Object.values(data),
    ];
    const top = used.map((path) => relative(ROOT, path).split("/")[0]);
    assert.deepEqual(
      [...new Set(top)],
      ["output", folder ? "nmnist" : "data"],
      name,
    );
  }
});

Deno.test("every recipe begins with comments that say what it is for", async () => {
  for (const name of RECIPES) {
    const text = await Deno.readTextFile(join(FOLDER, `${name}.yaml`));
    assert.match(text, /^# .{20,}\n(# .+\n)+\n/, name);
    assert.doesNotMatch(text, /.{81,}/, name);
  }
});

/** A network of a recipe, for a sensor and so many classes. */
async function networkOf(
  name: string,
  classes: number,
  [width, height]: readonly [number, number],
) {
  const source: SampleSource = {
    sensor: { width, height },
    timing: { unitUs: 1000, fromFirstEvent: true },
    classes: Array.from({ length: classes }, (_, n) => `class ${n}`),
    labels: [0],
    events: () => Promise.reject(new Error("none is read")),
  };
  return await Model.create({
    device: device(),
    ...describeModel(await read(name), source, new Random(0)),
  });
}

gpuTest("every recipe describes a network for three classes", async () => {
  for (const name of RECIPES) {
    using model = await networkOf(name, 3, [64, 64]);
    const { output } = model.layers[model.layers.length - 1];
    assert.deepEqual(output, { C: 3, H: 1, W: 1 }, name);
  }
});

gpuTest(
  "recipes that scale sensors take any, and a row of channels",
  async () => {
    const sensors = [[16, 11], [40, 30], [120, 100], [346, 260], [700, 1]];
    for (const name of ["modern", "sew", "small"]) {
      for (const [width, height] of sensors) {
        using model = await networkOf(name, 3, [width, height]);
        const { output } = model.layers[model.layers.length - 1];
        assert.deepEqual(output, { C: 3, H: 1, W: 1 }, `${name} ${width}`);
      }
    }
  },
);

gpuTest(
  "sew.yaml has the published weights, but for biases that norms undo",
  async () => {
    using model = await networkOf("sew", 19, [128, 128]);
    const arrays = Object.entries(await model.weights())
      .filter(([name]) => !/\.norm\.(mean|var)$/.test(name));
    const weights = arrays.reduce((sum, [, { data }]) => sum + data.length, 0);
    const maps = model.layers.slice(0, -1).reduce(
      (sum, { output }) => sum + output.C,
      0,
    );
    assert.equal(weights + maps, 246_675);
  },
);
