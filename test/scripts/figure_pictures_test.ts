import assert from "node:assert/strict";
import { emptyChart } from "../../scripts/charts/spec.ts";
import { fontFaces } from "../../scripts/plot/fonts.ts";
import { textWidth, toPng } from "../../scripts/plot/png.ts";
import { toSvg } from "../../scripts/plot/svg.ts";

const width = (text: string, bold = false) =>
  textWidth(text, { size: 12, bold });

Deno.test("the font has letters of several alphabets, each of its own width", () => {
  for (const letter of ["W", "ß", "ž", "θ", "Ж", "−", "×"]) {
    assert(width(letter) > 3, letter);
  }
  assert(width("W") > 2 * width("i"));
  assert(width("W", true) > width("W"));
  assert(Math.abs(width("a b") - width("a") - width("b")) > 2);
  assert(width("a & b <") > width("a  b "));
  assert.equal(textWidth("W", { size: 24, bold: false }), 2 * width("W"));
});

Deno.test("a drawing brings those parts of the font that it needs", async () => {
  const faces = (text: string) =>
    fontFaces(text).split("@font-face").length - 1;
  assert.equal(faces("Loss"), 2, "upright and bold");
  assert.equal(faces("Loss (θ)"), 3);
  const svg = await toSvg(emptyChart("Žebra", "No epoch has ended"));
  assert(svg.includes(fontFaces("Ž")));
});

Deno.test("letters are drawn, with the font that comes along", async () => {
  const size = async (reason: string) =>
    toPng(await toSvg(emptyChart("A", reason))).length;
  const blank = await size(" ");
  assert(await size("θ") > blank);
  assert(await size("No epoch has ended") > await size("θ"));
});

Deno.test("a chart that Vega-Lite warns of is not drawn", async () => {
  const chart = emptyChart("Loss", "No epoch has ended");
  const encoding = { text: { field: "reason" }, size: { field: "reason" } };
  await assert.rejects(
    () => toSvg({ ...chart, encoding }),
    /^Error: Cannot draw a chart: .*size/s,
  );
});
