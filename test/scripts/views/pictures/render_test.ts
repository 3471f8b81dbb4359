import assert from "node:assert/strict";
import { classAccuracy } from "../../../../mod.ts";
import { emptyChart } from "../../../../scripts/views/charts/spec.ts";
import { fontFaces } from "../../../../scripts/views/pictures/font_faces.ts";
import {
  measureText,
  renderPng,
  renderSvg,
} from "../../../../scripts/views/pictures/render.ts";

const width = (text: string, bold = false) =>
  measureText(text, { size: 12, bold });

Deno.test("the font has letters of several alphabets, each of its own width", async () => {
  for (const letter of ["W", "ß", "ž", "θ", "Ж", "−", "×"]) {
    assert(await width(letter) > 3, letter);
  }
  const wide = await width("W");
  assert(wide > 2 * await width("i"));
  assert(await width("W", true) > wide);
  const apart = await width("a") + await width("b");
  assert(await width("a b") - apart > 2);
  assert(await width("a & b <") > await width("a  b "));
  assert.equal(await measureText("W", { size: 24, bold: false }), 2 * wide);
});

Deno.test("a drawing embeds the parts of the font that it needs", async () => {
  const faces = async (text: string) =>
    (await fontFaces(text)).split("@font-face").length - 1;
  assert.equal(await faces("Loss"), 2, "upright and bold");
  assert.equal(await faces("Loss (θ)"), 3);
  const svg = await renderSvg(emptyChart("Žebra", "No epoch has ended"));
  assert(svg.includes(await fontFaces("Ž")));
});

Deno.test("letters are drawn in the embedded font", async () => {
  const size = async (reason: string) =>
    (await renderPng(await renderSvg(emptyChart("A", reason)))).length;
  const blank = await size(" ");
  assert(await size("θ") > blank);
  assert(await size("No epoch has ended") > await size("θ"));
});

Deno.test("characters that XML cannot represent are replaced", async () => {
  const draw = (title: string) => renderSvg(emptyChart(title, "No epoch"));
  const svg = await draw("a\u0007\u001b[31m\uffffb");
  assert.equal(svg, await draw("a\ufffd\ufffd[31m\ufffdb"));
  assert((await renderPng(svg)).length > 0);
  assert.equal(await width("\u0007"), await width("\ufffd"));
});

Deno.test("a class name may contain the markup of XML", async () => {
  for (const name of ["]]>", "<![CDATA[", "-->", "&amp;"]) {
    const outcomes = [{ label: 0, prediction: 0 }];
    const svg = await renderSvg(classAccuracy(outcomes, [name, "dog"]));
    const png = await renderPng(svg);
    assert.deepEqual([...png.subarray(1, 4)], [0x50, 0x4e, 0x47], name);
  }
});

Deno.test("a chart that Vega-Lite warns of is not drawn", async () => {
  const chart = emptyChart("Loss", "No epoch has ended");
  const encoding = { text: { field: "reason" }, size: { field: "reason" } };
  await assert.rejects(
    () => renderSvg({ ...chart, encoding }),
    /^Error: Cannot draw a chart: .*size/s,
  );
});
