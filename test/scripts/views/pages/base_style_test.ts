/// <reference lib="dom" />

import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe, { type AxeResults } from "npm:axe-core@4.14.1";
import { classAccuracy } from "../../../../mod.ts";
import { parseConfiguration } from "../../../../scripts/configuration/configuration.ts";
import { GROUNDS, THEMES } from "../../../../scripts/views/charts/theme.ts";
import { buildPage } from "../../../../scripts/views/pages/browser/build_page.ts";
import { formatReport } from "../../../../scripts/views/pages/report/report.ts";
import { browserTest, type Page } from "../../../fixtures/chromium.ts";
import { temporaryFolder } from "../../../fixtures/temporary_folder.ts";
import {
  epochOf,
  openPage,
  serve,
  stateWith,
  writeRun,
} from "./live/view_page.ts";

/** A report with a chart and a table. */
async function report(): Promise<string> {
  const run = {
    folder: "run",
    configuration: parseConfiguration("{}", "/run/config.yaml"),
    epochs: [],
    summary: undefined,
    weights: new Map(),
  };
  const classes = classAccuracy([{ label: 0, prediction: 0 }], ["cat"]);
  const recording = {
    name: "user01",
    sha256: "0123456789abcdef",
    session: "S1",
    samples: 19,
    uses: ["test"],
  };
  return await formatReport(run, [{ name: "classes", spec: classes }], {
    provenance: { facts: [["Sensor", "128×128"]], recordings: [recording] },
    energy: [],
  });
}

function rgb(hex: string): string {
  const number = parseInt(hex.slice(1), 16);
  return `rgb(${number >> 16}, ${number >> 8 & 255}, ${number & 255})`;
}

/** The looks that pages have in common. */
function looks(page: Page): Promise<Record<string, string>> {
  return page.evaluate(() => {
    const of = (selector: string, ...names: (keyof CSSStyleDeclaration)[]) => {
      const style = getComputedStyle(document.querySelector(selector)!);
      return names.map((name) => style[name]).join();
    };
    const size = [
      "fontFamily",
      "fontSize",
      "fontWeight",
      "lineHeight",
    ] as const;
    return {
      paper: of("body", "backgroundColor"),
      text: of("body", ...size, "fontVariantNumeric", "maxWidth", "padding"),
      ink: of("body", "color"),
      title: of("h1", ...size, "margin"),
      heading: of("h2", ...size, "margin"),
      section: of("section:last-of-type", "marginTop"),
      quiet: of(".quiet, small", "color"),
      control: of(
        "button:not(.first), select",
        "fontSize",
        "border",
        "padding",
      ),
      faces: [...document.fonts].filter(({ status }) => status === "loaded")
        .slice(0, 2).map(({ family, weight }) => family + weight).join(),
    };
  });
}

browserTest(
  "all pages look alike and are sound to axe, in both themes and on phones",
  async (browser) => {
    await using folder = await temporaryFolder();
    const run = join(folder.path, "run");
    await writeRun(run, { rows: [epochOf(1, 0)], state: stateWith() });
    await using live = await serve("--run", run);
    const write = async (name: string, html: string) => {
      await Deno.writeTextFile(join(folder.path, name), html);
      return pathToFileURL(join(folder.path, name)).href;
    };
    const urls = [
      await write("own.html", (await buildPage()).html),
      await write("report.html", await report()),
      live.url,
    ];
    const seen: Record<string, string>[][] = [];
    for (const url of urls) {
      const { page, problems } = await openPage(browser, url, {
        bypassCSP: true,
      });
      await page.locator("#curves svg, #classes svg.marks, #start")
        .first().waitFor();
      await page.evaluate(axe.source);
      const shown = [];
      for (const colorScheme of THEMES) {
        await page.emulateMedia({ colorScheme });
        const theme = page.locator("#theme");
        if (await theme.count() > 0) await theme.selectOption(colorScheme);
        for (const width of [1400, 380]) {
          await page.setViewportSize({ width, height: 800 });
          shown.push(await looks(page));
          const needed = await page.evaluate(() =>
            document.documentElement.scrollWidth
          );
          assert.equal(needed, width, url);
        }
        assert.equal(shown.at(-1)!.paper, rgb(GROUNDS[colorScheme].paper));
        // The live page has a test of its own.
        if (url === live.url) continue;
        const { violations } = await page.evaluate<AxeResults>("axe.run()");
        assert.deepEqual(
          violations.map(({ id, nodes }) => [id, nodes.map((n) => n.html)]),
          [],
          `${url} ${colorScheme}`,
        );
      }
      seen.push(shown);
      assert.deepEqual(problems, []);
      await page.close();
    }
    for (const other of seen) assert.deepEqual(other, seen[0]);
  },
);
