/// <reference lib="dom" />

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { classAccuracy, confusionMatrix } from "../../../../../mod.ts";
import type { ChartSpec } from "../../../../../scripts/views/charts/spec.ts";
import { parseConfiguration } from "../../../../../scripts/configuration/configuration.ts";
import { formatReport } from "../../../../../scripts/views/pages/report/report.ts";
import { browserTest, type Page } from "../../../../fixtures/chromium.ts";
import { temporaryFolder } from "../../../../fixtures/temporary_folder.ts";
import { CHARTS } from "../../charts/chart_examples.ts";
import { SWEEP_CHARTS } from "../../charts/sweep_examples.ts";
import { openPage } from "../live/view_page.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);

/** Writes a report with some charts, and returns its URL. */
async function writeReport(
  charts: Readonly<Record<string, ChartSpec>>,
): Promise<string> {
  const run = {
    folder: "run",
    configuration: parseConfiguration("{}", "/run/config.yaml"),
    epochs: [],
    summary: undefined,
    weights: new Map(),
  };
  const figures = Object.entries(charts)
    .map(([chart, spec]) => ({ name: chart.replaceAll(/\W+/g, "_"), spec }));
  const html = await formatReport(run, figures, {
    provenance: { facts: [], recordings: [] },
    energy: [],
  });
  const path = join(folder.path, `report_of_${figures.length}.html`);
  await Deno.writeTextFile(path, html);
  return pathToFileURL(path).href;
}

/** Waits until a number of charts is drawn. */
async function seeCharts(page: Page, charts: number): Promise<void> {
  await page.locator("figure svg.marks").nth(charts - 1).waitFor();
}

/**
 * Texts that extend beyond their chart, and charts that extend beyond their
 * figure.
 */
function cutTexts(page: Page): Promise<string[]> {
  return page.locator("figure .drawing").evaluateAll((drawings) =>
    drawings.flatMap((drawing) => {
      const svg = drawing.querySelector("svg.marks")!;
      const frame = svg.getBoundingClientRect();
      const name = drawing.parentElement!.id;
      const cut = [...svg.querySelectorAll("text")].filter((text) => {
        const box = text.getBoundingClientRect();
        return box.width > 0 && getComputedStyle(text).opacity !== "0" && (
          box.left < frame.left - 1 || box.right > frame.right + 1 ||
          box.top < frame.top - 1 || box.bottom > frame.bottom + 1
        );
      });
      // Charts of cells and pixels can be scrolled on narrow pages.
      const scrolled = drawing.scrollWidth > drawing.clientWidth &&
        !svg.querySelector("g.mark-rect path");
      return [
        ...cut.map(({ textContent }) => `${name}: "${textContent}"`),
        ...(scrolled ? [`${name} is wider than its place`] : []),
      ];
    })
  );
}

browserTest(
  "report.html cuts no text of any chart off, on wide and on narrow pages",
  async (browser) => {
    // Ones are narrow, unless the font gives all digits the same width.
    const ones = Array.from(
      { length: 1111 },
      () => ({ label: 0, prediction: 0 }),
    );
    // Those of sweeps are on no page.
    const others = Object.entries(CHARTS)
      .filter(([name]) => !Object.hasOwn(SWEEP_CHARTS, name));
    const charts = {
      ones: classAccuracy(ones, ["cat"]),
      ...Object.fromEntries(others),
    };
    const report = await writeReport(charts);
    for (const width of [1400, 380]) {
      const { page, problems } = await openPage(browser, report, {
        viewport: { width, height: 900 },
      });
      await seeCharts(page, Object.keys(charts).length);
      assert.deepEqual(await cutTexts(page), [], `${width}`);
      assert.deepEqual(problems, []);
    }
  },
);

browserTest(
  "report.html lays no chart out before its font is there",
  async (browser) => {
    const fonts: Uint8Array<ArrayBuffer>[] = [];
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async ({ url }) => {
        await new Promise((resolve) => setTimeout(resolve, 500));
        return new Response(fonts[Number(new URL(url).pathname.slice(1))], {
          headers: { "access-control-allow-origin": "*" },
        });
      },
    );
    const place = `http://127.0.0.1:${server.addr.port}/`;
    const report = await writeReport({ classes: CHARTS.classes });
    const path = fileURLToPath(report);
    const late = (await Deno.readTextFile(path))
      .replace("font-src data:", `font-src ${place}`)
      .replaceAll(
        /url\(data:font\/woff2;base64,([^)]*)\)/g,
        (_, font) =>
          `url(${place}${fonts.push(Uint8Array.fromBase64(font)) - 1})`,
      );
    await Deno.writeTextFile(path, late);
    const page = await browser.newPage();
    await page.addInitScript(() => {
      type Embed = (...args: unknown[]) => unknown;
      let embed: Embed;
      Object.defineProperty(globalThis, "vegaEmbed", {
        set: (value: Embed) => embed = value,
        get: () => (...args: unknown[]) => {
          const faces = [...document.fonts].map(({ status }) => status);
          document.title = `fonts: ${[...new Set(faces)]}`;
          return embed(...args);
        },
      });
    });
    await page.goto(report);
    await seeCharts(page, 1);
    assert.equal(await page.title(), "fonts: loaded");
    assert.equal(fonts.length, 2);
  },
);

browserTest(
  "report.html runs no script but its own, whatever classes are called",
  async (browser) => {
    const name = "]]></script><script>ran = 1</script><img src onerror=ran=1>";
    const outcomes = [{ label: 0, prediction: 0 }];
    const { page, problems } = await openPage(
      browser,
      await writeReport({
        classes: classAccuracy(outcomes, [name]),
        confusion: confusionMatrix(outcomes, [name]),
      }),
    );
    await seeCharts(page, 2);
    assert.match((await page.locator("#classes").textContent())!, /\]\]><\//);
    await page.locator("#classes summary").click();
    assert.deepEqual(
      await page.locator("#classes .vega-actions a").allTextContents(),
      ["Save as SVG", "Save as PNG"],
    );
    assert.deepEqual(problems, []);
    // Simulates markup that a class name has injected into the page.
    await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "globalThis.ran = 1";
      document.body.append(script);
    });
    assert.match(problems.join(), /violates .+ Content Security Policy/);
    assert.equal(await page.evaluate("globalThis.ran"), undefined);
  },
);
