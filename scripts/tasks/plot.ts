/**
 * `deno task plot`: draws charts of a run's metrics, weights and test activity.
 *
 * @module
 */

import { integer, message, option, string } from "npm:@optique/core@1.3.6";
import { join } from "node:path";
import { themed } from "../views/charts/spec.ts";
import { THEMES } from "../views/charts/theme.ts";
import type { Device } from "../../engine/device/device.ts";
import { shownLine } from "../../dataset/files/shown_line.ts";
import { openPreferredDevice } from "../device/adapter.ts";
import { runCommand } from "../command_line/command.ts";
import { measureInTime } from "../experiment/accuracy_in_time.ts";
import { meanEnergy } from "../experiment/energy_table.ts";
import { evaluateFold, openModel } from "../experiment/evaluate_fold.ts";
import type { Fold } from "../experiment/fold.ts";
import { renderPng, renderSvg } from "../views/pictures/render.ts";
import {
  chartFile,
  FORMS,
  listChartFiles,
  removeFiles,
  REPORT,
} from "../views/pages/report/chart_files.ts";
import {
  type Figure,
  figuresOf,
  type FoldTests,
} from "../views/pages/report/figures.ts";
import { readProvenance } from "../views/pages/report/provenance.ts";
import { formatReport } from "../views/pages/report/report.ts";
import { isSweep } from "../run/seeds.ts";
import { foldsOf, readRun, type Run, trainedFolds } from "../run/reader.ts";
import { type NeuronName, traceSample } from "../experiment/trace_sample.ts";
import { readDefinition } from "../sweep/definition/definition.ts";
import { mergeRuns } from "../sweep/results/merge.ts";
import { sweepFigures } from "../sweep/results/sweep_figures.ts";
import { createProgress } from "../command_line/progress.ts";
import { type Files, refuseLink, saveFiles } from "../files/atomic_write.ts";

await runCommand({
  name: "deno task plot",
  summary: "Draws the charts of a run, and a page with all of them, or the " +
    "charts of a sweep.",
  examples: [
    "deno task plot --run output",
    "deno task plot --run output/sweep",
    "deno task plot --run output --samples 3 --neuron fc1:7 --neuron fc2:0",
    "deno task plot --run output --json",
  ],
  parameters: {
    run: option("--run", string({ metavar: "DIR" }), {
      description: message`Folder of the run, or of a sweep`,
    }),
    out: option("--out", string({ metavar: "DIR" }), {
      description: message`Folder for the charts [RUN/plots]`,
    }).optional(),
    samples: option("--samples", integer({ metavar: "N", min: 1 }), {
      description: message`Test samples of each fold to draw`,
    }).withDefault(1),
    neuron: option("--neuron", string({ metavar: "LAYER:N" }), {
      description: message`Neuron whose potential is drawn`,
    }).multiple(),
    json: option("--json", {
      description: message`Print JSON, with a description of every file`,
    }),
  },
}, async ({ run: folder, samples, neuron, json, ...given }) => {
  const { out = join(folder, "plots") } = given;
  if (given.out === undefined) await refuseLink(out);
  const neurons = neuron.map(parseNeuron);
  if (await isSweep(folder)) {
    if (neurons.length > 0) {
      throw new RangeError(
        `Cannot trace neuron "${neuron[0]}": "${folder}" is a sweep; choose ` +
          "one of its runs",
      );
    }
    await plotSweep(folder, { out, json });
    return;
  }
  const run = await readRun(folder);
  const all = await foldsOf(run);
  const folds = await trainedFolds(run, all);
  const tests: FoldTests[] = [];
  if (folds.length > 0) {
    using device = await openPreferredDevice();
    using progress = json
      ? undefined
      : createProgress({ total: folds.length, label: "folds" });
    for (const fold of folds) {
      tests.push(await testFold(device, fold, { run, samples, neurons }));
      progress?.update(tests.length);
    }
  }
  const figures = figuresOf(run, tests);
  const provenance = await readProvenance(run.configuration, all);
  const energy = tests.length > 0
    ? meanEnergy(tests.map(({ evaluation }) => evaluation.energy))
    : [];
  using progress = json
    ? undefined
    : createProgress({ total: figures.length, label: "charts" });
  const files = {
    ...await drawAll(figures, (done) => progress?.update(done)),
    [REPORT]: await formatReport(run, figures, { provenance, energy }),
  };
  const earlier = await listChartFiles(out);
  await saveFiles(out, files);
  // Remove earlier charts last: a failure above leaves them as they were.
  await removeFiles(out, earlier.filter((name) => !Object.hasOwn(files, name)));
  if (json) {
    console.log(JSON.stringify({ files: describeFiles(out, figures) }));
  }
  progress?.finish(
    `${out}: ${figures.length} charts, in light and dark; open ${REPORT}`,
  );
});

/** Draws the charts of a sweep. */
async function plotSweep(
  folder: string,
  { out, json }: { readonly out: string; readonly json: boolean },
): Promise<void> {
  const definition = await readDefinition(folder);
  const results = await mergeRuns({ folder, definition });
  const figures = sweepFigures(definition, results);
  await saveFiles(out, await drawAll(figures, () => {}));
  console.log(
    json
      ? JSON.stringify({ files: describeCharts(out, figures) })
      : shownLine(`${out}: ${figures.length} charts, in light and dark`),
  );
}

/** Parses the name of a neuron, such as `fc1:7`. */
function parseNeuron(word: string): NeuronName {
  const [, layer, neuron] = /^(\w+):(\d{1,9})$/.exec(word) ?? [];
  if (layer === undefined) {
    throw new RangeError(
      `Cannot trace neuron "${word}": expected a layer and a number, fc1:7`,
    );
  }
  return { layer, neuron: Number(neuron) };
}

/** Tests a fold's network, and traces spikes and potentials of some samples. */
async function testFold(
  device: Device,
  fold: Fold,
  { run: { configuration, weights }, samples, neurons }: {
    readonly run: Run;
    readonly samples: number;
    readonly neurons: readonly NeuronName[];
  },
): Promise<FoldTests> {
  using model = await openModel(device, fold, {
    configuration,
    weights: weights.get(fold.number)!,
  });
  const { indices } = fold.test;
  // The reference program draws the first sample of the last batch.
  const batch = configuration.simulation.nSample;
  const first = Math.floor((indices.length - 1) / batch) * batch;
  const traces = [];
  for (let n = 0; n < Math.min(samples, indices.length); n++) {
    const sample = indices[(first + n) % indices.length];
    traces.push(
      await traceSample(model, fold, { sample, neurons, configuration }),
    );
  }
  const evaluation = await evaluateFold(model, fold, configuration);
  return {
    layers: model.layers.map(({ name }) => name),
    evaluation,
    inTime: await measureInTime(model, fold, { configuration }),
    traces,
  };
}

/** Draws every chart in every form and theme. */
async function drawAll(
  figures: readonly Figure[],
  onDrawn: (done: number) => void,
): Promise<Files> {
  const files: Record<string, string | Uint8Array> = {};
  for (const [index, { name, spec }] of figures.entries()) {
    for (const theme of THEMES) {
      const chart = themed(spec, theme);
      const svg = await renderSvg(chart);
      const forms = {
        "vl.json": `${JSON.stringify(chart)}\n`,
        svg,
        png: await renderPng(svg),
      };
      for (const form of FORMS) {
        files[chartFile(name, theme, form)] = forms[form];
      }
    }
    onDrawn(index + 1);
  }
  return files;
}

/** Lists path, kind, fold and form of every file, for the JSON output. */
function describeFiles(out: string, figures: readonly Figure[]) {
  const report = { path: join(out, REPORT), kind: "report", form: "html" };
  return [...describeCharts(out, figures), report];
}

function describeCharts(out: string, figures: readonly Figure[]) {
  return figures.flatMap(({ name, fold }) =>
    THEMES.flatMap((theme) =>
      FORMS.map((form) => ({
        path: join(out, chartFile(name, theme, form)),
        kind: name,
        fold,
        theme,
        form,
      }))
    )
  );
}
