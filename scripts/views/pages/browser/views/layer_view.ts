/**
 * Shows the spikes of a layer: as a map for each channel, or for dense layers
 * as a strip over time.
 *
 * @module
 */

/// <reference lib="dom" />

import { counted } from "../../../../../dataset/files/counted.ts";
import type { ClassRoles } from "./class_roles.ts";
import { groundNow, mix, paint, parseColour } from "./colours.ts";
import { binAt, type LayerSpikes } from "../data/network_run.ts";
import { viewStrip } from "./strip_view.ts";

/** Time that a spike stays visible in a map, in ms. */
const SEEN = 50;

/** Largest number of maps side by side. */
const ABREAST = 8;

/**
 * Width of a row of maps, and largest width of a map, in pixels of the page.
 */
const MAPS_WIDTH = 640;
const LARGEST_MAP = 128;

/** A layer on the page. */
export interface LayerView {
  readonly element: HTMLElement;
  /** Draws it at a time, in ms since the sample's start. */
  draw(time: number): void;
}

/** Options of the view of a layer. */
export interface LayerViewOptions {
  /** Length of a bin in ms. */
  readonly Ts: number;
  /** Whether maps are turned upright, as jAER shows events. */
  readonly upright: boolean;
  /** Classes of the neurons, for the output layer. */
  readonly roles: ClassRoles | undefined;
}

/**
 * Makes a view of a layer.
 *
 * @param layer Spikes of the layer.
 * @param options Length of a bin, orientation of maps, and the classes.
 * @returns The view.
 */
export function viewLayer(
  layer: LayerSpikes,
  options: LayerViewOptions,
): LayerView {
  const { C, H, W } = layer.extent;
  const element = document.createElement("figure");
  const caption = document.createElement("figcaption");
  const canvas = document.createElement("canvas");
  const isMap = H * W > 1;
  const size = isMap
    ? `${counted(C, "channel")} of ${H}×${W} neurons`
    : counted(C, "neuron");
  const spikes = counted(layer.neurons.length, "spike", {
    format: (count) => count.toLocaleString("en"),
  });
  const shown = isMap ? `; the last ${SEEN} ms are shown` : "";
  caption.textContent = `${layer.name}: ${size}, ${spikes}${shown}`;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `Spikes of ${layer.name}`);
  element.append(caption);
  if (!isMap) {
    return { element, draw: viewStrip(element, canvas, layer, options) };
  }
  element.append(canvas);
  return { element, draw: drawMaps(canvas, layer, options) };
}

function drawMaps(
  canvas: HTMLCanvasElement,
  { extent: { C, H, W }, neurons, bins }: LayerSpikes,
  { Ts, upright }: LayerViewOptions,
): LayerView["draw"] {
  const columns = Math.min(C, ABREAST);
  const rows = Math.ceil(C / columns);
  const [across, down] = upright ? [H, W] : [W, H];
  const [width, height] = [columns * (across + 1) - 1, rows * (down + 1) - 1];
  canvas.width = width;
  canvas.height = height;
  const map = Math.min(LARGEST_MAP, MAPS_WIDTH / columns);
  canvas.style.width = `${Math.round(columns * map)}px`;
  const pixels = Uint32Array.from({ length: C * H * W }, (_, neuron) => {
    const channel = Math.floor(neuron / (H * W));
    const [row, column] = [Math.floor(neuron / W) % H, neuron % W];
    const [x, y] = upright ? [H - 1 - row, W - 1 - column] : [column, row];
    const left = (channel % columns) * (across + 1);
    const top = Math.floor(channel / columns) * (down + 1);
    return (top + y) * width + left + x;
  });
  const context = canvas.getContext("2d")!;
  const seen = Math.max(1, Math.round(SEEN / Ts));
  return (time) => {
    const ground = groundNow();
    const [paper, ink, faint] = [ground.paper, ground.ink, ground.faint]
      .map(parseColour);
    const image = context.createImageData(width, height);
    for (let pixel = 0; pixel < width * height; pixel++) {
      paint(image, pixel, faint);
    }
    for (const pixel of pixels) paint(image, pixel, paper);
    const now = binAt(time, Ts, bins);
    for (let bin = Math.max(0, now - seen + 1); bin <= now; bin++) {
      const colour = mix(paper, ink, 1 - 0.75 * (now - bin) / seen);
      for (let i = bins[bin]; i < bins[bin + 1]; i++) {
        paint(image, pixels[neurons[i]], colour);
      }
    }
    context.putImageData(image, 0, 0);
  };
}
