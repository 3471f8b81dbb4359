import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { GROUNDS } from "../../../scripts/views/charts/theme.ts";
import {
  evaluateFold,
  type FoldEvaluation,
  openModel,
} from "../../../scripts/experiment/evaluate_fold.ts";
import { openFolds } from "../../../scripts/experiment/folds.ts";
// Loads the task's packages before the task runs, which says what it downloads.
import "../../../scripts/views/pages/report/report.ts";
import { readWeights } from "../../../scripts/run/weights_file.ts";
import { saveWeights } from "../../../engine/network/weights_file.ts";
import { browserTest } from "../../fixtures/chromium.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { runTask } from "../../fixtures/run_task.ts";
import { readResults } from "../training/train_runs.ts";
import {
  ALL,
  EACH,
  folder,
  inPlots,
  NAMES,
  namesIn,
  plotRefusals,
  plotted,
  run,
} from "./plotted_run.ts";
import { openPage } from "../views/pages/live/view_page.ts";

gpuTest("plot draws every chart in every form and theme", async () => {
  const lines = (await plotted()).trimEnd().split("\n");
  assert.match(lines.at(-1)!, /plots: 23 charts, in light and dark/);
  const files = NAMES.flatMap((name) =>
    ["", "_dark"].flatMap((theme) =>
      ["png", "svg", "vl.json"].map((form) => `${name}${theme}.${form}`)
    )
  );
  assert.deepEqual(
    await namesIn(inPlots("")),
    [...files, "report.html"].sort(),
  );
  for (const file of files) {
    const bytes = await Deno.readFile(inPlots(file));
    const text = new TextDecoder().decode(bytes);
    if (file.endsWith(".png")) {
      assert.deepEqual([...bytes.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
      const svg = await Deno.readTextFile(
        inPlots(file.replace(/png$/, "svg")),
      );
      const width = Number(/ width="([\d.]+)"/.exec(svg)![1]);
      assert.equal(new DataView(bytes.buffer).getUint32(16), 2 * width);
    } else if (file.endsWith(".svg")) {
      assert.match(text, /^<svg [^>]+><defs><style>@font-face\{/);
    } else {
      const { $schema, config: { background } } = JSON.parse(text);
      assert.equal($schema, "https://vega.github.io/schema/vega-lite/v6.json");
      assert.equal(background === "#FFFFFF", !file.includes("_dark"));
    }
  }
});

/** Runs the folds' networks over their test sets, in this process. */
async function evaluations(): Promise<FoldEvaluation[]> {
  const { configuration } = await readResults(run);
  const folds = await openFolds(configuration, { validation: true });
  return await Promise.all(
    folds.slice(0, 2).map(async (fold) => {
      const name = `model_weights_fold${fold.number}.safetensors`;
      const weights = await readWeights(join(run, name));
      const options = { configuration, weights };
      using model = await openModel(device(), fold, options);
      return await evaluateFold(model, fold, configuration);
    }),
  );
}

gpuTest("an evaluation comes to the figures of the summary", async () => {
  await plotted();
  const { summary } = await readResults(run);
  for (const [n, { fold, outcomes }] of (await evaluations()).entries()) {
    const { testAccuracy, testLoss, ...trained } = summary.folds[n];
    assert.equal(fold, trained.fold);
    assert.equal(outcomes.length, 19);
    const right = outcomes.filter((o) => o.label === o.prediction);
    assert.equal(right.length / outcomes.length, testAccuracy);
    const loss = outcomes.reduce((sum, { loss }) => sum + loss, 0);
    assert.equal(loss / outcomes.length, testLoss);
  }
});

gpuTest("an evaluation tells whose each sample is", async () => {
  await plotted();
  const { configuration } = await readResults(run);
  const folds = await openFolds(configuration, { validation: true });
  for (const [n, { outcomes }] of (await evaluations()).entries()) {
    const { test } = folds[n];
    assert.deepEqual(outcomes.map(({ sample }) => sample), test.indices);
    for (
      const [place, { name, person, session, label }] of outcomes.entries()
    ) {
      assert.match(name, /^user\d\d_[a-z]+_\d\d$/);
      assert(name.startsWith(`${person}_`));
      assert.equal(Number(name.slice(-2)), place % 19);
      assert.equal(label, place % 19);
      assert.match(session!, /^S[1-4]$/);
    }
  }
});

gpuTest("the confusion matrix has the samples of all folds in it", async () => {
  await plotted();
  const text = await Deno.readTextFile(inPlots("confusion_matrix.vl.json"));
  const cells: { class: string; predicted: string; count: number }[] =
    JSON.parse(text).data.values;
  const { summary: { folds } } = await readResults(run);
  const sum = (those: typeof cells) =>
    those.reduce((total, { count }) => total + count, 0);
  assert.equal(sum(cells), 38);
  const right = cells.filter((cell) => cell.class === cell.predicted);
  const wanted = folds.reduce((sum, fold) => sum + 19 * fold.testAccuracy, 0);
  assert.equal(sum(right), Math.round(wanted));
});

gpuTest("report.html holds all it needs", async () => {
  await plotted();
  const page = await Deno.readTextFile(inPlots("report.html"));
  const { summary, configuration } = await readResults(run);
  const markup = page.replaceAll(/(<(script|style)\b[^>]*>).*?<\/\2>/gs, "$1");
  assert.deepEqual([...markup.matchAll(/\b(src|href)=/g)], []);
  assert.match(markup, /content="default-src 'none'; [^"]*"/);
  assert(!/https?:/.test(markup));
  const papers = `${GROUNDS.light.paper}, ${GROUNDS.dark.paper}`;
  assert(page.includes(`--paper: light-dark(${papers});`));
  for (const program of ["vega", "vegaLite", "vegaEmbed"]) {
    assert(page.includes(`.${program}=`), program);
  }
  const [, json] = /<script id="run"[^>]*>(.*?)<\/script>/s.exec(page)!;
  const data = JSON.parse(json);
  assert.deepEqual(
    data.figures.map(({ name }: { name: string }) => name),
    NAMES,
  );
  assert.equal(
    data.facts.find(([key]: string[]) => key === "Hardware")[1],
    [
      ...[
        summary.adapter.name,
        summary.adapter.software ? "software" : "hardware",
      ],
    ].join(", "),
  );
  assert(data.configuration.includes(`seed: ${configuration.training.seed}`));
  const [head, ...recordings] = data.recordings;
  assert.deepEqual(head.slice(0, 4), [
    ...["Recording", "Session", "Samples", "Fold 1"],
  ]);
  assert.equal(recordings.length, 4);
  for (const recording of recordings) {
    assert.match(recording.at(-1), /^[0-9a-f]{64}$/);
    assert.equal(
      recording.filter((cell: string) => cell === "test").length,
      1,
      "a person is tested in one fold",
    );
  }
});

browserTest(
  "report.html shows all folds together, and the one that is chosen",
  async (browser) => {
    await plotted();
    const file = pathToFileURL(inPlots("report.html")).href;
    for (const width of [1280, 360]) {
      const { page, problems } = await openPage(browser, file, {
        viewport: { width, height: 800 },
      });
      const shown = () =>
        page.locator("figure:has(svg)").evaluateAll((figures) =>
          figures.map(({ id }) => id)
        );
      for (const fold of [1, 2]) {
        await page.locator("#fold").selectOption(String(fold));
        const each = EACH.map((name) => `${name}_fold${fold}`);
        await page.locator(`#${each.at(-1)} svg`).first().waitFor();
        assert.deepEqual(await shown(), [...ALL, ...each]);
      }
      const across = await page.evaluate(() =>
        document.documentElement.scrollWidth
      );
      assert.equal(across, width);
      await page.locator("#theme").selectOption("dark");
      const ground = await page.locator("body").evaluate((body) =>
        getComputedStyle(body).backgroundColor
      );
      assert.equal(ground, "rgb(22, 24, 29)");
      assert.deepEqual(problems, []);
    }
  },
);

/** A file that `plot --json` lists. */
interface Listed {
  readonly path: string;
  readonly kind: string;
  readonly fold?: number;
}

/** The same with two samples of each fold, another neuron, and a list. */
let drawnMore: Promise<{ out: string; files: Listed[] }> | undefined;
function plottedMore(): Promise<{ out: string; files: Listed[] }> {
  return drawnMore ??= (async () => {
    await plotted();
    const out = join(folder.path, "more");
    const { code, stdout, stderr } = await runTask("plot", [
      ...["--run", run, "--out", out, "--json"],
      ...["--samples", "2", "--neuron", "pool1:5"],
    ]);
    assert.deepEqual([code, stderr], [0, ""]);
    return { out, ...JSON.parse(stdout) };
  })();
}

gpuTest("plot prints as JSON what every file shows", async () => {
  const { out, files } = await plottedMore();
  assert.deepEqual(
    files.map(({ path }) => path).sort(),
    (await namesIn(out)).map((name) => join(out, name)),
  );
  const described = (name: string) =>
    files.find(({ path }) => path === join(out, name))!;
  const path = join(out, "weights_fc1_fold2_dark.svg");
  assert.deepEqual(described("weights_fc1_fold2_dark.svg"), {
    path,
    kind: "weights_fc1_fold2",
    fold: 2,
    theme: "dark",
    form: "svg",
  });
  assert.equal(described("loss.png").fold, undefined);
  assert.equal(described("report.html").kind, "report");
});

gpuTest("plot draws the neurons and as many samples as asked for", async () => {
  const { out } = await plottedMore();
  const names = await namesIn(out);
  assert(names.includes("output_spike_raster_fold1_2.svg"));
  const read = (folder: string, name: string) =>
    Deno.readTextFile(join(folder, `${name}.vl.json`));
  const { vconcat } = JSON.parse(await read(out, "membrane_potentials_fold2"));
  const titles = vconcat.map(({ title }: { title: { text: string } }) =>
    title.text
  );
  assert.deepEqual(titles, ["pool1, neuron 5"]);
  // The same run is drawn the same again.
  for (const name of ["loss", "output_spike_raster_fold1"]) {
    assert.equal(await read(out, name), await read(inPlots(""), name));
  }
});

gpuTest(
  "plot leaves what it has drawn, and what others have put there",
  async () => {
    const { out } = await plottedMore();
    const plot = (...args: string[]) =>
      runTask("plot", ["--run", run, "--out", out, ...args]);
    const both = await namesIn(out);
    const own = ["loss_fold9.svg", "notes.txt", "output_spike_raster.png"];
    for (const name of own) await Deno.writeTextFile(join(out, name), "mine");
    // One that fails takes nothing away.
    assert.equal((await plot("--neuron", "fc9:0")).code, 1);
    const blocked = join(out, "report.html");
    const kept = join(folder.path, "report.html");
    await Deno.rename(blocked, kept);
    await Deno.mkdir(join(blocked, "full"), { recursive: true });
    assert.equal((await plot()).code, 1);
    await Deno.remove(blocked, { recursive: true });
    await Deno.rename(kept, blocked);
    assert.deepEqual(await namesIn(out), [...both, ...own].sort());
    assert.equal((await plot()).code, 0);
    const once = (await namesIn(out)).filter((name) => !own.includes(name));
    assert.deepEqual(once, await namesIn(inPlots("")));
    assert.equal(both.length - once.length, 2 * 3 * 2 * 3);
    for (const name of own) {
      assert.equal(await Deno.readTextFile(join(out, name)), "mine");
    }
  },
);

/** Writes a run that has only begun, whose charts are few. */
async function writeBegun(to: string): Promise<void> {
  await Deno.mkdir(to);
  const config = "config.yaml";
  await Deno.copyFile(join(run, config), join(to, config));
  await Deno.writeTextFile(join(to, "metrics.jsonl"), "");
}

gpuTest("plot draws a run that has only begun", async () => {
  await plotted();
  const begun = join(folder.path, "begun");
  await writeBegun(begun);
  const { code, stderr } = await runTask("plot", ["--run", begun]);
  assert.deepEqual([code, stderr], [0, ""]);
  const drawing = join(begun, "plots", "loss.svg");
  assert.match(await Deno.readTextFile(drawing), />No epoch has ended</);
});

/** Copies what `plot` needs of a run. */
async function copyRun(to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isFile } of Deno.readDir(run)) {
    if (isFile) await Deno.copyFile(join(run, name), join(to, name));
  }
}

gpuTest("plot writes into no other folder, whatever a run has", async () => {
  await plotted();
  const victims = join(folder.path, "victims");
  await Deno.mkdir(victims);
  const strange = join(victims, "strange");
  await copyRun(strange);
  const name = "/../../../victims/picture.weight";
  const data = Float32Array.of(1, -1);
  await Deno.writeFile(
    join(strange, "model_weights_fold7.safetensors"),
    saveWeights({ [name]: { shape: [2, 1], data } }, {}),
  );
  const metrics = join(strange, "metrics.jsonl");
  const [row] = (await Deno.readTextFile(metrics)).split("\n");
  const added = JSON.stringify({ ...JSON.parse(row), fold: 7 });
  await Deno.writeTextFile(metrics, `${added}\n`, { append: true });
  const refused = async (...args: string[]) => {
    const { code, stdout, stderr } = await runTask("plot", args);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /^error: [^\n]+[^.\n]\n$/);
    return stderr;
  };
  assert.match(
    await refused("--run", strange),
    /strange": its metrics.jsonl has fold 7, its data have 4 folds$/m,
  );

  const linked = join(victims, "linked");
  await writeBegun(linked);
  const plots = join(linked, "plots");
  await Deno.symlink(victims, plots);
  assert.match(
    await refused("--run", linked),
    /linked\/plots": it is a link, which may lead out of its folder$/m,
  );
  await Deno.remove(plots);
  await Deno.mkdir(plots);
  const page = join(victims, "page");
  for (const file of ["report.html", "report.html.new", "loss.svg.new"]) {
    await Deno.symlink(page, join(plots, file));
  }
  const { code } = await runTask("plot", ["--run", linked]);
  assert.equal(code, 0);
  assert((await namesIn(plots)).includes("loss.svg"));
  assert.deepEqual(await namesIn(victims), ["linked", "strange"]);
});

gpuTest("plot refuses what it cannot draw, in one line", async () => {
  await plotted();
  const before = await namesIn(folder.path);
  const broken = join(folder.path, "first", "broken");
  await Deno.mkdir(broken);
  const metrics = join(broken, "metrics.jsonl");
  const refusals = plotRefusals(run, broken);
  for (const [problem, args, text] of refusals) {
    if (text !== undefined) await Deno.writeTextFile(metrics, text);
    const out = join(folder.path, "none");
    const { code, stdout, stderr } = await runTask("plot", [
      ...[...args, "--out", out],
    ]);
    assert.match(stderr, problem);
    assert.match(stderr, /^error: [^\n]+[^.\n]\n$/);
    assert.deepEqual([code, stdout], [1, ""]);
  }
  assert.deepEqual(await namesIn(folder.path), before);
});

Deno.test("wrong usage of plot ends with exit code 2", async () => {
  for (const args of [[], ["--run"], ["--run", "a", "--samples", "0"]]) {
    const { code, stdout, stderr } = await runTask("plot", args);
    assert.match(stderr, /^error: [^\n]+ \(--help shows how it is used\)\n$/);
    assert.deepEqual([code, stdout], [2, ""], stderr);
  }
});
