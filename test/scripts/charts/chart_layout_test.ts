import assert from "node:assert/strict";
import { toSvg } from "../../../scripts/plot/svg.ts";
import { CHARTS, epochRows } from "./chart_examples.ts";
import { lossCurves } from "../../../mod.ts";
import { overlap, type PlacedText, textsOf } from "./svg_texts.ts";

const drawings = new Map<string, string>();
for (const [name, spec] of Object.entries(CHARTS)) {
  drawings.set(name, await toSvg(spec));
}

/** Every two texts that overlap; a halo is the text that it lies under. */
function overlaps(texts: readonly PlacedText[]): string[] {
  return texts.flatMap((one, index) =>
    texts.slice(index + 1)
      .filter((other) =>
        JSON.stringify(one) !== JSON.stringify(other) && overlap(one, other)
      )
      .map((other) => `"${one.text}" and "${other.text}"`)
  );
}

Deno.test("no two texts of a chart overlap", () => {
  for (const [name, svg] of drawings) {
    const { texts } = textsOf(svg);
    assert(texts.length > 0, name);
    assert.deepEqual(overlaps(texts), [], name);
  }
});

Deno.test("overlaps are seen where there are any", async () => {
  const spec = lossCurves(epochRows({ folds: 1, epochs: 12 }));
  const crowded = { ...spec, width: 60, height: 30 };
  assert(overlaps(textsOf(await toSvg(crowded)).texts).length > 0);
});

Deno.test("no text of a chart is cut off", () => {
  for (const [name, svg] of drawings) {
    const { size: [width, height], texts } = textsOf(svg);
    for (const { text, corners } of texts) {
      const inside = corners.every(([x, y]) =>
        x >= 0 && x <= width && y >= 0 && y <= height
      );
      assert(inside, `${name}: "${text}" at ${corners} of ${width}×${height}`);
    }
  }
});

Deno.test("every axis with numbers names their unit or what is counted", () => {
  const units =
    /\((%|ms|θ|1\/s|count|counted from 0|loss per .*)\)$|per sample$/;
  for (const [name, svg] of drawings) {
    const titles = [
      ...svg.matchAll(/aria-label="[XY]-axis titled '([^']*)' for a linear/g),
    ].map(([, title]) => title);
    assert.deepEqual(titles.filter((title) => !units.test(title)), [], name);
  }
  assert.match(drawings.get("raster")!, /titled 'spike time \(ms\)'/);
});

Deno.test("a chart of nothing says so", () => {
  const empty = [...drawings].filter(([name]) => /nothing|no /.test(name));
  assert(empty.length >= 8);
  for (const [name, svg] of empty) {
    const { texts } = textsOf(svg);
    assert.equal(texts.length, 2, name);
    assert.match(texts.map(({ text }) => text).join("\n"), /\bNo\b|\bno\b/);
  }
});
