/// <reference lib="dom" />

import assert from "node:assert/strict";
import { join } from "node:path";
import { openRecording } from "../../../../../dataset/formats/open_recording.ts";
import { encodeAedat4 } from "../../../../../dataset/formats/aedat4/aedat4_encode.ts";
import { encodeRecording } from "../../../../../dataset/formats/writing/encode_recording.ts";
import { buildPage } from "../../../../../scripts/views/pages/browser/build_page.ts";
import { browserTest, type Page } from "../../../../fixtures/chromium.ts";
import { writeGestures } from "../../../../fixtures/own_recordings.ts";
import { temporaryFolder } from "../../../../fixtures/temporary_folder.ts";
import { withPage } from "./served_page.ts";

const PAGE = await buildPage();

/** Drops files and folders of the disk, as the system's windows do. */
async function dropPaths(page: Page, ...files: string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await session.send("Input.dispatchDragEvent", { type, x: 50, y: 50, data });
  }
}

/** Waits until an element has a text. */
async function said(page: Page, id: string, words: RegExp): Promise<void> {
  await page.locator(`#${id}`).filter({ hasText: words })
    .waitFor({ state: "attached", timeout: 30_000 });
}

/** What the page shows: size, and how many pixels have events. */
function shown(page: Page): Promise<[number, number, boolean]> {
  return page.locator("#picture").evaluate((canvas: HTMLCanvasElement) => {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d")!
      .getImageData(0, 0, width, height);
    const pixels = new Uint32Array(data.buffer);
    return [width, height, pixels.some((pixel) => pixel !== pixels[0])];
  });
}

browserTest(
  "a recording of any format is played, or refused in a line",
  async (browser) => {
    await using folder = await temporaryFolder();
    const rows = Array.from(
      { length: 500 },
      (_, i) => `${i / 1000},${i % 30},${i % 20},${i % 2}`,
    );
    const text = `t_s,x,y,p\n${rows.join("\n")}\n`;
    const csv = join(folder.path, "ball.csv");
    await Deno.writeTextFile(csv, text);
    const sensor = { width: 30, height: 20 };
    const recording = await openRecording(csv);
    const files: Record<string, AsyncIterable<Uint8Array<ArrayBuffer>>> = {
      "ball.raw": encodeRecording({ ...recording, sensor }, "ball.raw"),
      "ball.npz": encodeRecording({ ...recording, sensor }, "ball.npz"),
      "ball.aedat4": encodeAedat4(recording.blocks(), { sensor }),
      "zstd.aedat4": encodeAedat4(recording.blocks(), {
        sensor,
        compression: "zstd",
      }),
    };
    for (const [name, pieces] of Object.entries(files)) {
      const path = join(folder.path, name);
      await Deno.writeFile(path, ReadableStream.from(pieces));
    }
    const hdf5 = join(folder.path, "ball.h5");
    await Deno.writeFile(
      hdf5,
      Uint8Array.fromHex("894844460d0a1a0a" + "00".repeat(600)),
    );
    await withPage(browser, PAGE, async (page) => {
      for (const name of ["ball.csv", "ball.raw", "ball.npz", "ball.aedat4"]) {
        await page.reload();
        await dropPaths(page, join(folder.path, name));
        await said(page, "loaded", /^ball: 500 events$/);
        await page.locator("#time").fill("300");
        assert.deepEqual(await shown(page), [30, 20, true], name);
        assert(!await page.locator("#sign").isVisible());
      }
      await refused(page, join(folder.path, "zstd.aedat4"));
    });
    // The browser logs that it finds no library for HDF5.
    await assert.rejects(
      withPage(browser, PAGE, (page) => refused(page, hdf5)),
      /npm:h5wasm/,
    );
  },
);

/** Drops a file that cannot be read in a browser. */
async function refused(page: Page, path: string): Promise<void> {
  await dropPaths(page, path);
  await said(page, "problem", /^Cannot read recording "[^"]+": .*browser$/);
}

browserTest(
  "a folder a class has samples with their classes",
  async (browser) => {
    await using folder = await temporaryFolder();
    await writeGestures(folder.path);
    const root = join(folder.path, "gestures");
    await Deno.writeTextFile(
      join(root, "README.txt"),
      "recordings of gestures",
    );
    await withPage(browser, PAGE, async (page) => {
      await dropPaths(page, root);
      await said(page, "loaded", /^clap\/ann\/1: 1,?100 events$/);
      const names = await page.locator("#sign option").allInnerTexts();
      assert.equal(names.length, 8);
      assert.deepEqual(names.slice(3, 5), ["clap/dan/1", "wave/ann/1"]);
      await page.locator("#sign").selectOption("wave/cleo/1");
      await said(page, "loaded", /^wave\/cleo\/1: 1,?100 events$/);
      assert.equal(await page.locator("#problem").innerText(), "");
      for (const width of [380, 1400]) {
        await page.setViewportSize({ width, height: 800 });
        const needed = await page.evaluate(() =>
          document.documentElement.scrollWidth
        );
        assert.equal(needed, width);
      }
      // The folders of classes themselves, one after the other.
      await page.reload();
      await dropPaths(page, join(root, "wave"), join(root, "clap"));
      await said(page, "loaded", /^clap\/ann\/1: /);
      assert.equal(await page.locator("#sign option").count(), 8);
    });
  },
);
