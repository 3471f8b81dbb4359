/// <reference lib="dom" />

import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { batches } from "../../../../../dataset/batches.ts";
import { openRecordings } from "../../../../../dataset/slicing/recordings.ts";
import { writeSyntheticDataset } from "../../../../../dataset/synth/write.ts";
import { Model } from "../../../../../engine/model.ts";
import { Random } from "../../../../../engine/network/random.ts";
import { trace } from "../../../../../engine/trace.ts";
import type { NamedArray } from "../../../../../engine/network/weights.ts";
import { buildPage } from "../../../../../scripts/views/pages/browser/build_page.ts";
import { runNetwork } from "../../../../../scripts/views/pages/browser/data/network_run.ts";
import { filmRecording } from "../../../../../scripts/views/pages/browser/data/synthetic_people.ts";
import { CONFIGURATION } from "../../../../../scripts/views/pages/browser/data/training.ts";
import { GROUNDS, ROLES } from "../../../../../scripts/views/charts/theme.ts";
import { parseConfiguration } from "../../../../../scripts/configuration/configuration.ts";
import {
  binningOf,
  describeModel,
  planOf,
} from "../../../../../scripts/configuration/model.ts";
import { filtered } from "../../../../../scripts/configuration/transforms.ts";
import {
  loadWeights,
  saveWeights,
} from "../../../../../engine/network/weights_file.ts";
import {
  browserTest,
  type Locator,
  type Page,
} from "../../../../fixtures/chromium.ts";
import { device } from "../../../../fixtures/gpu.ts";
import { temporaryFolder } from "../../../../fixtures/temporary_folder.ts";
import { withPage } from "./served_page.ts";

const PAGE = await buildPage();

/** A file to drop. */
interface Dropped {
  readonly name: string;
  readonly base64: string;
}

function dropped(name: string, content: Uint8Array | string): Dropped {
  const bytes = typeof content === "string"
    ? new TextEncoder().encode(content)
    : content;
  return { name, base64: bytes.toBase64() };
}

/** Drops files on a page, with the events of a browser. */
async function drop(page: Page, ...files: Dropped[]): Promise<void> {
  await page.evaluate((files) => {
    const dataTransfer = new DataTransfer();
    for (const { name, base64 } of files) {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      dataTransfer.items.add(new File([bytes], name));
    }
    for (const type of ["dragover", "drop"]) {
      document.body.dispatchEvent(
        new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }),
      );
    }
  }, files);
}

/** Waits until an element has a text. */
async function said(page: Page, id: string, words: RegExp): Promise<string> {
  const text = page.locator(`#${id}`).filter({ hasText: words });
  await text.waitFor({ state: "attached", timeout: 60_000 });
  return await text.innerText();
}

/**
 * Seeks to the end of the sample, and reads the spike counts of the outputs.
 */
async function votes(page: Page): Promise<[string, number][]> {
  await page.locator("#vote").waitFor({ timeout: 60_000 });
  await page.locator("#time").press("End");
  return await page.locator("#votes li").evaluateAll((rows) =>
    rows.map((row) => [
      row.querySelector("span")!.textContent,
      Number(row.querySelector("output")!.textContent),
    ])
  );
}

/** Fraction of the pixels of a canvas that differ from its first pixel. */
function painted(page: Page, selector: string): Promise<number> {
  return page.locator(selector).evaluate((canvas: HTMLCanvasElement) => {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d")!
      .getImageData(0, 0, width, height);
    const pixels = new Uint32Array(data.buffer);
    return pixels.filter((pixel) => pixel !== pixels[0]).length / pixels.length;
  });
}

/**
 * Colours in the rows of a strip, and the distance of each row from its name.
 */
function rows(
  strip: Locator,
): Promise<{ colours: string[]; offset: number }[]> {
  return strip.evaluate((figure) => {
    const canvas = figure.querySelector("canvas")!;
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d")!
      .getImageData(0, 0, width, height);
    const middle = ({ top, bottom }: DOMRect) => (top + bottom) / 2;
    const { top } = canvas.getBoundingClientRect();
    const row = canvas.clientHeight / height;
    return [...figure.querySelectorAll("li")].map((name, n) => {
      const colours = Array.from({ length: width }, (_, x) => {
        const at = 4 * (n * width + x);
        const parts = [...data.subarray(at, at + 3)];
        return "#" + parts.map((part) => part.toString(16).padStart(2, "0"))
          .join("").toUpperCase();
      });
      const centre = top + canvas.clientTop + (n + 0.5) * row;
      return { colours, offset: middle(name.getBoundingClientRect()) - centre };
    });
  });
}

/** Unusable files, and the message for each. */
const WRONG: readonly (readonly [file: Dropped, problem: RegExp])[] = [
  [dropped("a.txt", "cat"), /Cannot use "a\.txt": it is no recording/],
  [dropped("a.aedat", "cat"), /Cannot read recording "a\.aedat": /],
  [dropped("a.npy", "cat"), /Cannot read recording "a\.npy": it has no mark/],
  [dropped("a.bin", "cat"), /"a\.bin": byte 0 of 3: an event has 5 bytes/],
  [
    dropped("model_weights_fold1.safetensors", "cat"),
    /Cannot read weights "model_weights_fold1\.safetensors": /,
  ],
  [dropped("config.yaml", "trainin: 1"), /"config\.yaml" line 1: trainin/],
];

browserTest("files that are wrong give one line each", async (browser) => {
  await withPage(browser, PAGE, async (page) => {
    for (const [file, problem] of WRONG) {
      await drop(page, file);
      const line = await said(page, "problem", problem);
      assert(!/\n|[.]$/.test(line), line);
    }
    await drop(page, dropped("config.yaml", "training: {lr: 0.1}"));
    await said(page, "network", /model_weights_foldN\.safetensors is missing/);
    assert.equal(await page.locator("#problem").innerText(), "");
  });
});

browserTest(
  "a dropped network votes for a dropped sign as it does in Deno",
  async (browser) => {
    await using folder = await temporaryFolder();
    const data = folder.path;
    await Array.fromAsync(writeSyntheticDataset({ out: data, people: 1 }));
    const classes = "SL-Animals-DVS_gestures_definitions.csv";
    const store = await openRecordings({
      recordings: join(data, "recordings"),
      tags: join(data, "tags"),
      list: join(data, "filelist.txt"),
      classes: join(data, classes),
      cache: join(data, "cache"),
    });
    const yaml = "simulation: {Ts: 20, tSample: 1000}\n" +
      "neuron: {tauSr: 20, tauRef: 20, scaleRef: 2}\n" +
      "training: {filter: {downsample_space: 2}, " +
      "error: {tgtSpikeCount: {true: 30, false: 5}}}\n" +
      "network: [{pool: 8}, {dense: 19}]\n";
    const configuration = parseConfiguration(yaml, "config.yaml");
    const source = filtered(store, configuration);
    using model = await Model.create({
      device: device(),
      ...describeModel(configuration, source, new Random(5)),
    });
    const weights = await lean(model);
    const { tSample, loss } = planOf(configuration, "test");
    const sign = 4;
    const [batch] = await Array.fromAsync(batches(source, [sign], {
      batchSize: 1,
      bins: 50,
      crop: "fixed",
      binning: binningOf(configuration),
    }));
    const { layers, predictions } = await trace(model, batch, {
      tSample,
      loss,
    });
    const { data: spikes } = layers[1].spikes;
    const counts = store.classes.map((_, output) =>
      spikes.subarray(50 * output, 50 * (output + 1))
        .filter((spike) => spike !== 0).length
    );
    assert(new Set(counts).size > 3, counts.join(" "));

    const files = await Promise.all(
      ["recordings/user25_imse.aedat", "tags/user25_imse.csv", classes]
        .map(async (path) =>
          dropped(basename(path), await Deno.readFile(join(data, path)))
        ),
    );
    await withPage(browser, PAGE, async (page) => {
      await drop(page, ...files);
      await said(page, "loaded", /^user25_imse\/cat: [\d,]+ events$/);
      await page.locator("#sign").selectOption(store.classes[sign]);
      await said(page, "loaded", /^user25_imse\/sheep: /);
      await page.locator("#time").fill("500");
      assert(await painted(page, "#picture") > 0.01);
      await drop(
        page,
        dropped("config.yaml", yaml),
        dropped("model_weights_fold1.safetensors", saveWeights(weights, {})),
        dropped("summary.json", "{}"),
      );
      const shown = await votes(page);
      assert.deepEqual(shown.map(([, count]) => count), counts);
      assert.deepEqual(
        shown.map(([name]) => name),
        store.classes.map((name, n) => n === sign ? `${name} •` : name),
      );
      const taken = store.classes[predictions[0]];
      await said(page, "verdict", new RegExp(`predicts ${taken}[,;]`));
      assert.equal(await page.locator("#layers figure").count(), 2);
      assert(await painted(page, "#layers figure:first-child canvas") > 0.01);
      const output = page.locator("#layers figure:nth-child(2)");
      const ground = GROUNDS.light;
      assert.deepEqual(
        await output.locator("li").allTextContents(),
        store.classes,
      );
      assert.equal(
        await output.locator(".target").innerText(),
        store.classes[sign],
      );
      assert.deepEqual(
        await output.locator("text").allTextContents(),
        ["0 ms", "500 ms", "1000 ms"],
      );
      for (const [row, { colours, offset }] of (await rows(output)).entries()) {
        const others = row === predictions[0] ? ROLES.mistaken : ground.ink;
        const wanted = row === sign ? ROLES.target : others;
        assert.equal(colours.includes(wanted), counts[row] > 0, `row ${row}`);
        assert(
          Math.abs(offset) < 1,
          `row ${row}: ${offset} pixels from its name`,
        );
      }
      assert.equal(await page.locator("#play").innerText(), "Play");
      assert.equal(await page.locator("#problem").innerText(), "");
    });
  },
);

/** Shifts weights to be more excitatory, so that outputs spike. */
async function lean(model: Model): Promise<Record<string, NamedArray>> {
  const weights = Object.fromEntries(
    Object.entries(await model.weights()).map(([name, { shape, data }]) => {
      const largest = data.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
      return [name, { shape, data: data.map((w) => w + 0.4 * largest) }];
    }),
  );
  model.setWeights(weights);
  return weights;
}

browserTest("a page can be played from the keyboard", async (browser) => {
  await withPage(browser, PAGE, async (page) => {
    const digit = Uint8Array.from(
      { length: 500 },
      (_, i) => [i % 34, 7, i % 2 << 7, i >> 1, 0][i % 5],
    );
    await drop(page, dropped("digit.bin", digit));
    await said(page, "loaded", /^digit: 100 events$/);
    const play = page.locator("#play");
    assert.equal(await play.innerText(), "Pause");
    await page.keyboard.press("Space");
    assert.equal(await play.innerText(), "Play");
    const time = () => page.locator("#time").inputValue();
    await page.locator("#time").fill("20");
    await page.locator("h1").click();
    await page.keyboard.press("ArrowRight");
    assert.equal(await time(), "30");
    await page.keyboard.press("+");
    assert.equal(await page.locator("#speed").inputValue(), "0.5");
    for (const id of ["play", "time", "speed", "files", "film", "start"]) {
      const control = page.locator(`#${id}`);
      const name = await control.evaluate((element: HTMLInputElement) =>
        element.ariaLabel || element.labels?.[0]?.innerText ||
        element.textContent
      );
      assert(name, id);
    }
    await page.setViewportSize({ width: 360, height: 700 });
    const width = await page.evaluate(() =>
      document.documentElement.scrollWidth
    );
    assert.equal(width, 360);
  });
});

/** Descriptions of the loss chart, in the order in which they appeared. */
interface Seen {
  seen: string[];
}

browserTest("a network learns in the page", async (browser) => {
  await withPage(browser, PAGE, async (page) => {
    // Epochs may end faster than the test polls.
    await page.evaluate(() => {
      const seen = (globalThis as unknown as Seen).seen = [] as string[];
      new MutationObserver(() => {
        const label = document.querySelector('svg[aria-label^="Loss"]')
          ?.getAttribute("aria-label");
        if (label && seen.at(-1) !== label) seen.push(label);
      }).observe(document.body, { subtree: true, childList: true });
    });
    await page.locator("#start:enabled").click();
    const numbersOf = (label: string) => {
      const [, trained, tested] = /training ([\d.]+), test ([\d.]+)$/
        .exec(label)!;
      return { training: Number(trained), test: Number(tested) };
    };
    const latest = async (title: string) =>
      numbersOf(
        (await page.locator(`svg[aria-label^="${title}"]`)
          .getAttribute("aria-label"))!,
      );
    await page.locator("#progress").filter({ hasText: "Epoch 4 of" })
      .waitFor({ timeout: 300_000 });
    const seen = await page.evaluate(() =>
      (globalThis as unknown as Seen).seen
    );
    const [first, last] = [seen[0], seen.at(-1)!].map(numbersOf);
    assert(last.training < 0.8 * first.training, JSON.stringify(last));
    assert(last.test < 0.8 * first.test, JSON.stringify(last));
    const axis = page.locator("#curves svg").first().locator("text");
    const words = await axis.allTextContents();
    assert.deepEqual(words.slice(-3), ["0", "9", "epoch (counted from 0)"]);
    await page.locator("#stop").click();
    const outcome = await said(page, "outcome", /^Stopped after \d epochs: /);
    const { training, test } = await latest("Accuracy");
    // By chance 1 of 19 would be right, and few epochs do not bring much more.
    assert(training >= 10, `${training}`);
    assert(outcome.includes(` ${test.toFixed(0)} % of the signs of people`));
    // The downloaded network gives the same results in Deno as in the page.
    const shown = await votes(page);
    const downloading = page.waitForEvent("download");
    await page.locator("#weights").click();
    const download = await downloading;
    const name = download.suggestedFilename();
    assert.equal(name, "model_weights_fold1.safetensors");
    const weights = loadWeights(await Deno.readFile(await download.path()));
    const sample = await (await filmRecording()).open(0);
    const { layers, prediction } = await runNetwork(device(), {
      name: "downloaded",
      configuration: CONFIGURATION,
      weights,
    }, sample);
    const counts = new Array(19).fill(0);
    layers.at(-1)!.neurons.forEach((neuron) => counts[neuron]++);
    assert.deepEqual(shown.map(([, count]) => count), counts);
    const taken = sample.source.classes[prediction];
    await said(page, "verdict", new RegExp(`predicts ${taken}[,;]`));
  });
});
