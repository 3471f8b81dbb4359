/// <reference lib="dom" />

import assert from "node:assert/strict";
import { join } from "node:path";
import axe, { type AxeResults } from "npm:axe-core@4.14.1";
import { findAdapter } from "../../../../../scripts/device/adapter.ts";
// Loads the task's packages first, since the task would print its downloads.
import "../../../../../scripts/views/pages/live/assets.ts";
import { browserTest } from "../../../../fixtures/chromium.ts";
import { temporaryFolder } from "../../../../fixtures/temporary_folder.ts";
import {
  prepareSigns,
  readResults,
  train,
} from "../../../training/train_runs.ts";
import {
  epochOf,
  openPage,
  see,
  serve,
  stateWith,
  writeRun,
} from "./view_page.ts";

/** Largest width of the page on a phone, in pixels. */
const PHONE = { width: 360, height: 740 };

/** Number of epochs of a run that lasts for several polls of its files. */
const FOLLOWED_EPOCHS = 15;

browserTest("the page follows a run from before it begins", async (browser) => {
  await using folder = await temporaryFolder();
  const run = join(folder.path, "run");
  await using server = await serve("--run", run);
  const { page, problems } = await openPage(browser, server.url);
  await see(page, "#state", "Waiting");
  await see(page, "#advice", `deno task train --out ${run}`);

  const first = [epochOf(1, 0), epochOf(1, 1)];
  await writeRun(run, { rows: first, state: stateWith() });
  await see(page, "#state", "Training");
  await see(page, "#where", "Epoch 3 of 100");
  await see(page, "#speed", "training: 32 of 80 samples, 640 a second");
  await see(page, "#shares", "device 91 %data 2 %program 7 %");
  await see(page, "#figures", "Training loss10lowest 10, epoch 1");
  const chart = page.locator("#curves [role=img]").first();
  await chart.locator("svg").waitFor();
  assert.match(
    (await chart.getAttribute("aria-label"))!,
    /^Loss, fold 1\. training: first 20, now 10, .+\. validation: first 15,/,
  );

  // A line that is still being written is not read yet.
  const row = JSON.stringify(epochOf(1, 2));
  await writeRun(run, { rows: [...first, row.slice(0, 40)] });
  await writeRun(run, {
    rows: [...first, row.slice(0, 40)],
    state: stateWith({ seconds: 91 }),
  });
  await see(page, "#facts", "1 min 31 s so far");
  await see(page, "#figures", "Training loss10lowest");
  await writeRun(run, { rows: [...first, epochOf(1, 2)] });
  await see(page, "#figures", "Training loss6.667lowest 6.667, epoch 2");
  const drawn = await chart.locator("svg").textContent();
  assert.match(drawn!, /epoch \(counted from 0\)/);

  const cells = await page.locator("#confusion td[data-level]")
    .allTextContents();
  assert.deepEqual(cells, ["7", "3", "", "9"]);
  await see(page, "#confusion", "16 of 19 right, 84.2 %");

  // On a narrow page the title of a legend is above it.
  await page.setViewportSize(PHONE);
  await page.waitForFunction(() => {
    const [title, label] = ["title", "label"].map((part) =>
      document.querySelector(`#curves .role-legend-${part} text`)!
        .getBoundingClientRect()
    );
    return title.bottom <= label.top;
  }, { timeout: 20_000 });
  assert.deepEqual(problems, []);
});

browserTest(
  "alarms, and lines that cannot be read, are told",
  async (browser) => {
    await using folder = await temporaryFolder();
    const warning = 'layer "fc1" is silent (0 spikes): raise its weightScale';
    const alarms = [{ fold: 1, epoch: 2, warning }];
    const state = stateWith({ alarms });
    const rows = [epochOf(1, 0), "{broken\n", "7\n", epochOf(1, 1)];
    await writeRun(folder.path, { rows, state });
    await using server = await serve("--run", folder.path);
    const { page, problems } = await openPage(browser, server.url);
    await see(page, "#alarms", 'layer "fc1" is silent (0 spikes)');
    await see(page, "#alarms", "raise its weightScale");
    await see(page, "#alarms", "fold 1, epoch 2");
    await see(page, "#facts", "2 lines of metrics.jsonl cannot be read");
    await see(page, "#figures", "Training loss10");
    const role = page.getByRole("status").first();
    assert.match((await role.textContent())!, /^(Alarm|Training): /);
    assert.deepEqual(problems, []);
  },
);

browserTest(
  "the page outlives a reload, and its server a restart",
  async (browser) => {
    await using folder = await temporaryFolder();
    const rows = [epochOf(1, 0), epochOf(2, 0)];
    const state = stateWith();
    await writeRun(folder.path, { rows, state });
    const server = await serve("--run", folder.path);
    const { page } = await openPage(browser, server.url);
    await see(page, "#state", "Training");
    await page.reload();
    await see(page, "#state", "Training");
    await page.locator("#curves svg").first().waitFor();
    await server[Symbol.asyncDispose]();
    await see(page, "#state", "Not connected");
    const port = String(server.port);
    const again = `deno task view --run ${folder.path} --port ${port}`;
    await see(page, "#advice", again);
    await writeRun(folder.path, { rows: [...rows, epochOf(1, 1)], state });
    await using _again = await serve("--run", folder.path, "--port", port);
    await see(page, "#state", "Training");
    await see(page, "#figures", "Training loss10");
  },
);

browserTest("the page shows how a run ended", async (browser) => {
  await using folder = await temporaryFolder();
  const rows = [epochOf(1, 0)];
  await writeRun(folder.path, { rows, state: stateWith() });
  const old = new Date(Date.now() - 10 * 60_000);
  for (const name of ["metrics.jsonl", "status.json", "config.yaml"]) {
    await Deno.utime(join(folder.path, name), old, old);
  }
  await using server = await serve("--run", folder.path);
  const { page, problems } = await openPage(browser, server.url);
  await see(page, "#state", "No news");
  await see(page, "#advice", "Nothing was written for 10 minutes");
  await see(page, "#advice", "deno task train --resume");
  await writeRun(folder.path, { rows, state: stateWith({ state: "stopped" }) });
  await see(page, "#state", "Stopped");
  await see(page, "#advice", "To go on: deno task train --resume");
  const problem = "Cannot train fold 1 past epoch 1: the loss is NaN";
  const failed = stateWith({ state: "failed", problem, begun: false });
  await writeRun(folder.path, { rows, state: failed });
  await see(page, "#state", "Failed");
  await see(page, "#advice", `${problem}.`);
  // Results of an earlier run are not shown as those of this run.
  assert(!await page.locator("#figures").isVisible());
  assert.deepEqual(problems, []);
});

browserTest("the page is used from the keyboard", async (browser) => {
  await using folder = await temporaryFolder();
  const rows = [epochOf(1, 0), epochOf(1, 1), epochOf(2, 0)];
  await writeRun(folder.path, { rows, state: stateWith() });
  await using server = await serve("--run", folder.path);
  const { page } = await openPage(browser, server.url);
  await page.locator("#curves svg").first().waitFor();
  await page.keyboard.press("Tab");
  const focused = () =>
    page.evaluate("document.activeElement.textContent") as Promise<string>;
  assert.equal(await focused(), "Skip to the curves");
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await see(page, "#curves h3", "Loss, fold 2");
  assert(page.url().endsWith("/?fold=2"));
  await page.reload();
  await see(page, "#curves h3", "Loss, fold 2");
  assert(await page.getByRole("radio", { name: "fold 2" }).isChecked());
  const summary = page.locator("summary");
  await summary.focus();
  await page.keyboard.press("Enter");
  const latest = page.getByRole("table", { name: "The latest epochs" });
  assert.deepEqual(
    await latest.locator("tbody tr").allTextContents(),
    ["0200.0 %150.0 %0.012 s"],
  );

  const weights = "model_weights_fold2.safetensors";
  await Deno.writeTextFile(join(folder.path, weights), "weights, and no more");
  await writeRun(folder.path, { rows, state: stateWith({ seconds: 91 }) });
  const button = page.getByRole("button", { name: "Look at a sample" });
  await button.focus();
  await page.keyboard.press("Space");
  await see(page, "#sample", "there is no event store");
});

browserTest(
  "the page fits a phone, and is sound to axe in both themes",
  async (browser) => {
    await using folder = await temporaryFolder();
    const classes = Array.from({ length: 19 }, (_, n) => `animal ${n}`);
    const counts = classes.map((_, n) => [n, n * 5 % 19, n + 1] as const);
    const warning = 'layer "fc1" is silent (0 spikes): raise its weightScale';
    const state = stateWith({
      classes,
      confusions: [{ fold: 1, epoch: 0, set: "validation", counts }],
      alarms: [{ fold: 1, epoch: 0, warning }],
    });
    const rows = [0, 1, 2].flatMap((epoch) => [
      ...[epochOf(1, epoch), epochOf(2, epoch)],
    ]);
    await writeRun(folder.path, { rows, state });
    await using server = await serve("--run", folder.path);
    for (const colorScheme of ["light", "dark"] as const) {
      const options = { viewport: PHONE, colorScheme };
      const { page, problems } = await openPage(browser, server.url, options);
      await page.locator("#curves svg").nth(3).waitFor();
      await page.locator("summary").click();
      const width = await page.evaluate("document.documentElement.scrollWidth");
      assert.equal(width, PHONE.width);
      for (const chart of await page.getByRole("img").all()) {
        assert.match((await chart.getAttribute("aria-label"))!, /^.+\. .+: /);
      }
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate<AxeResults>("axe.run()");
      assert.deepEqual(
        violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
        [],
      );
      assert.deepEqual(problems, []);
    }
  },
);

// The section of samples needs a device.
if (await findAdapter() !== undefined) {
  browserTest(
    "a real run is followed to its end, and its samples are seen",
    async (browser) => {
      await using folder = await temporaryFolder();
      const config = await prepareSigns(folder.path);
      const run = join(folder.path, "first");
      await using server = await serve("--run", run);
      const { page, problems } = await openPage(browser, server.url);
      await see(page, "#state", "Waiting");
      const trained = train(
        "train",
        ...["--config", config, "--folds", "1"],
        ...["--set", `training.epochs=${FOLLOWED_EPOCHS}`],
      );
      await see(page, "#state", "Training");
      await see(page, "#where", `of ${FOLLOWED_EPOCHS}, counted from 0`);
      await trained;
      await see(page, "#state", "Ended");
      const { summary, metrics } = await readResults(run);
      const [{ testLoss, testAccuracy }] = summary.folds;
      const results = page.locator("#results tbody tr").first();
      const cells = await results.locator("td").allTextContents();
      assert.deepEqual(cells.slice(-2), [
        ...[testLoss.toFixed(2), (100 * testAccuracy).toFixed(2)],
      ]);
      const { trainLoss } = metrics.at(-1)!;
      const loss = String(Number(trainLoss.toPrecision(4)));
      await see(page, "#figures", `Training loss${loss}`);
      const shown = await page.locator("#confusion td[data-level]")
        .allTextContents();
      const tested = shown.reduce((sum, text) => sum + Number(text), 0);
      assert.equal(tested, 19);

      await see(page, "#sample", "test sample 1 of 19");
      assert.equal(await page.locator("#events img").count(), 8);
      const raster = page.getByRole("img", { name: /^Output spikes/ });
      await raster.locator("svg").waitFor();
      await page.getByRole("button", { name: "Previous" }).press("Enter");
      await see(page, "#sample", "test sample 19 of 19");

      // While a run trains, samples are computed only on demand.
      const status = join(run, "status.json");
      const state = JSON.parse(await Deno.readTextFile(status));
      const training = JSON.stringify({ ...state, state: "training" });
      await Deno.writeTextFile(status, training);
      await see(page, "#state", "Training");
      await page.reload();
      await see(page, "#sample", "Computed when you ask for it");
      await page.getByRole("button", { name: "Look at a sample" }).press(
        "Enter",
      );
      await see(page, "#sample", "test sample 1 of 19");
      const focused = await page.evaluate("document.activeElement.id");
      assert.equal(focused, "next");
      assert.deepEqual(problems, []);
    },
  );
}
