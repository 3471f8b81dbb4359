/**
 * Shows the spikes of a layer over time, a row for each neuron.
 *
 * @module
 */

/// <reference lib="dom" />

import { ROLES } from "../../../charts/theme.ts";
import { type ClassRoles, nameOf, roleOf } from "./class_roles.ts";
import { type Colour, groundNow, mix, paint, parseColour } from "./colours.ts";
import { binAt, type LayerSpikes } from "../data/network_run.ts";
import { svgElement } from "./svg_element.ts";

/** Height of a strip, and of a row with a name, in pixels of the page. */
const STRIP_HEIGHT = 120;
const NAMED_ROW = 15;
/** Height of the two borders of a canvas, which CSS includes in its height. */
const BORDERS = 2;

/** Largest number of intervals on the time axis. */
const STRETCHES = 4;

/** Options of a strip. */
export interface StripOptions {
  /** Length of a bin in ms. */
  readonly Ts: number;
  /** Classes of the neurons, for the output layer. */
  readonly roles: ClassRoles | undefined;
}

/**
 * Adds a strip to the page: names of rows, spikes and time axis.
 *
 * @param figure Element to add it to.
 * @param canvas Canvas for the spikes.
 * @param layer Spikes of the layer.
 * @param options Length of a bin, and the classes.
 * @returns A function that draws the strip at a time, in ms since the sample's
 * start.
 */
export function viewStrip(
  figure: HTMLElement,
  canvas: HTMLCanvasElement,
  layer: LayerSpikes,
  { Ts, roles }: StripOptions,
): (time: number) => void {
  const { extent: { C }, bins } = layer;
  const T = bins.length - 1;
  const row = roles ? NAMED_ROW : Math.max(1, Math.round(STRIP_HEIGHT / C));
  canvas.width = T;
  canvas.height = C;
  canvas.style.height = `${C * row + BORDERS}px`;
  figure.className = "strip";
  figure.append(nameRows(C, roles), canvas, drawAxis(T * Ts));
  return drawSpikes(canvas, layer, { Ts, roles });
}

/**
 * Names every neuron of the output layer; of other layers only the first and
 * the last.
 */
function nameRows(C: number, roles: ClassRoles | undefined): HTMLElement {
  const list = document.createElement("ol");
  const neurons = roles ? Array.from({ length: C }, (_, n) => n) : [0, C - 1];
  for (const neuron of new Set(neurons)) {
    const item = document.createElement("li");
    item.textContent = roles
      ? nameOf(neuron, roles.classes)
      : `neuron ${neuron}`;
    item.className = roles && roleOf(neuron, roles) || "";
    list.append(item);
  }
  return list;
}

/** Draws the time axis for a duration in ms. */
function drawAxis(duration: number): SVGElement {
  const axis = svgElement("svg", {
    height: 20,
    role: "img",
    "aria-label": `Time, 0 to ${duration} ms`,
  });
  const step = stepOf(duration / STRETCHES);
  for (let time = 0; time <= duration; time += step) {
    const x = `${100 * time / duration}%`;
    const anchor = time === 0 ? "start" : time === duration ? "end" : "middle";
    const words = `${Number(time.toPrecision(6))} ms`;
    axis.append(
      svgElement("line", { x1: x, x2: x, y1: 0, y2: 4, class: "axis" }),
      svgElement("text", { x, y: 17, "text-anchor": anchor }, words),
    );
  }
  return axis;
}

/** Rounds up to the next of 1, 2, 5, 10, 20, … */
function stepOf(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5].find((factor) => factor * power >= least) ?? 10;
  return factor * power;
}

function drawSpikes(
  canvas: HTMLCanvasElement,
  { extent: { C }, neurons, bins }: LayerSpikes,
  { Ts, roles }: StripOptions,
): (time: number) => void {
  const T = bins.length - 1;
  const context = canvas.getContext("2d")!;
  return (time) => {
    const ground = groundNow();
    const [paper, ink, faint] = [ground.paper, ground.ink, ground.faint]
      .map(parseColour);
    const parts: Record<string, Colour> = {
      target: parseColour(ground.accent),
      mistaken: parseColour(ROLES.mistaken),
    };
    const colours = Array.from(
      { length: C },
      (_, neuron) => parts[roles && roleOf(neuron, roles) || ""] ?? ink,
    );
    const image = context.createImageData(T, C);
    for (let pixel = 0; pixel < T * C; pixel++) paint(image, pixel, paper);
    const now = binAt(time, Ts, bins);
    for (let row = 0; row < C; row++) {
      paint(image, row * T + now, mix(paper, faint, 0.7));
    }
    for (let bin = 0; bin < T; bin++) {
      for (let i = bins[bin]; i < bins[bin + 1]; i++) {
        const neuron = neurons[i];
        const colour = bin <= now ? colours[neuron] : faint;
        paint(image, neuron * T + bin, colour);
      }
    }
    context.putImageData(image, 0, 0);
  };
}
