/**
 * Draws loss and accuracy over epochs while the page trains.
 *
 * @module
 */

/// <reference lib="dom" />

import type { EpochRow } from "../../../charts/learning_curves.ts";
import { svgElement } from "./svg_element.ts";

const WIDTH = 360;
const HEIGHT = 150;
/** Margins for numbers on the left and below, in pixels. */
const LEFT = 40;
const BELOW = 22;

/** A curve: one value an epoch. */
interface Curve {
  readonly name: "training" | "test";
  readonly values: readonly number[];
}

/**
 * Draws the charts of loss and accuracy.
 *
 * @param place Element to draw into.
 * @param rows The epochs that have ended.
 * @param epochs Number of epochs to be trained.
 */
export function drawCurves(
  place: HTMLElement,
  rows: readonly EpochRow[],
  epochs: number,
): void {
  const of = (take: (row: EpochRow) => number | undefined) =>
    rows.map((row) => take(row) ?? NaN);
  const loss: Curve[] = [
    { name: "training", values: of((row) => row.trainLoss) },
    { name: "test", values: of((row) => row.testLoss) },
  ];
  const accuracy: Curve[] = [
    { name: "training", values: of((row) => 100 * row.trainAccuracy) },
    { name: "test", values: of((row) => 100 * (row.testAccuracy ?? NaN)) },
  ];
  const most = Math.max(1, ...loss.flatMap(({ values }) => values));
  const step = 10 ** Math.floor(Math.log10(most));
  const top = Math.ceil(most / step) * step;
  place.replaceChildren(
    chart("Loss per sample", loss, { top, epochs }),
    chart("Accuracy in %", accuracy, { top: 100, epochs }),
  );
}

function chart(
  title: string,
  curves: readonly Curve[],
  { top, epochs }: { readonly top: number; readonly epochs: number },
): HTMLElement {
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  const latest = curves.map(({ name, values }) =>
    `${name} ${(values.at(-1) ?? NaN).toFixed(1)}`
  ).join(", ");
  caption.textContent = `${title}, training dotted, test solid`;
  const x = (epoch: number) =>
    LEFT + (WIDTH - LEFT) * epoch / Math.max(1, epochs - 1);
  const y = (value: number) => (HEIGHT - BELOW) * (1 - value / top) + 4;
  const picture = svgElement("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: "img",
    "aria-label": `${title} over epochs; the last: ${latest}`,
  });
  for (const value of [0, top / 2, top]) {
    const at = { x1: LEFT, x2: WIDTH, y1: y(value), y2: y(value) };
    picture.append(
      svgElement("line", { ...at, class: value === 0 ? "axis" : "grid" }),
      svgElement(
        "text",
        { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" },
        String(value),
      ),
    );
  }
  picture.append(
    svgElement("text", { x: LEFT, y: HEIGHT, "text-anchor": "middle" }, "0"),
    svgElement(
      "text",
      { x: WIDTH, y: HEIGHT, "text-anchor": "end" },
      `${epochs - 1}`,
    ),
    svgElement(
      "text",
      { x: (LEFT + WIDTH) / 2, y: HEIGHT, "text-anchor": "middle" },
      "epoch (counted from 0)",
    ),
  );
  for (const { name, values } of curves) {
    const points = values.map((value, epoch) => [x(epoch), y(value)]);
    const last = points.at(-1)!;
    picture.append(
      svgElement("polyline", { class: name, points: points.join(" ") }),
      svgElement("circle", { cx: last[0], cy: last[1], r: 3.5 }),
    );
  }
  figure.append(caption, picture);
  return figure;
}
