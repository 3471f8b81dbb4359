import assert from "node:assert/strict";
import { renderSvg } from "../../../../scripts/views/pictures/render.ts";
import { CHARTS, epochRows } from "./chart_examples.ts";
import { lossCurves } from "../../../../mod.ts";
import { pictures } from "./picture_examples.ts";
import {
  overlap,
  type PlacedText,
  type PlacedTexts,
  textsOf,
} from "./svg_texts.ts";

const drawings = new Map<string, { svg: string } & PlacedTexts>();
for (
  const [name, spec] of Object.entries({ ...CHARTS, ...pictures("light") })
) {
  const svg = await renderSvg(spec);
  drawings.set(name, { svg, ...await textsOf(svg) });
}

/** Pairs of texts that overlap; a halo counts as the text that it surrounds. */
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
  for (const [name, { texts }] of drawings) {
    assert(texts.length > 0, name);
    assert.deepEqual(overlaps(texts), [], name);
  }
});

Deno.test("the test of overlaps finds one", async () => {
  const spec = lossCurves(epochRows({ folds: 1, epochs: 12 }));
  const crowded = { ...spec, width: 60, height: 30 };
  const { texts } = await textsOf(await renderSvg(crowded));
  assert(overlaps(texts).length > 0);
});

Deno.test("no text of a chart is cut off", () => {
  for (const [name, { size: [width, height], texts }] of drawings) {
    for (const { text, corners } of texts) {
      const inside = corners.every(([x, y]) =>
        x >= 0 && x <= width && y >= 0 && y <= height
      );
      assert(inside, `${name}: "${text}" at ${corners} of ${width}×${height}`);
    }
  }
});

Deno.test("every axis with numbers names their unit or what is counted", () => {
  // A key of the configuration is its own name.
  const units =
    /^\w+(\.\w+)+$|\((%|[mµ]?s|θ|1\/s|pixels|events\/s|count|counted from 0|loss per .*|logit)\)$|per sample$/;
  for (const [name, { svg }] of drawings) {
    const titles = [
      ...svg.matchAll(/aria-label="[XY]-axis titled '([^']*)' for a linear/g),
    ].map(([, title]) => title);
    assert.deepEqual(titles.filter((title) => !units.test(title)), [], name);
  }
  assert.match(drawings.get("raster")!.svg, /titled 'spike time \(ms\)'/);
});

Deno.test("a chart without data says so", () => {
  const empty = [...drawings].filter(([name]) => /nothing|no /.test(name));
  assert(empty.length >= 8);
  for (const [name, { texts }] of empty) {
    assert.equal(texts.length, 2, name);
    assert.match(texts.map(({ text }) => text).join("\n"), /\bNo\b|\bno\b/);
  }
});
