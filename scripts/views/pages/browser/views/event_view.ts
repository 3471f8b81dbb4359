/**
 * Draws the latest events before a time.
 *
 * @module
 */

/// <reference lib="dom" />

// @ts-types="npm:@types/d3-array@3.2.2"
import { bisectLeft } from "npm:d3-array@3.2.4";
import type { Sample } from "../../../pictures/samples/sample.ts";
import { groundNow, mix, paint, parseColour } from "./colours.ts";

/** Time that an event stays visible, in ms. */
const SEEN = 50;

/** Strength of the colour of the oldest visible events. */
const WEAKEST = 0.25;

/**
 * Draws the events of the last 50 ms, the latest strongest.
 *
 * @param canvas Canvas to draw on; it gets the size of the sample.
 * @param sample The sample.
 * @param time The time, in ms since the sample's first event.
 */
export function drawEvents(
  canvas: HTMLCanvasElement,
  { events, pixels: { width, height }, origin }: Sample,
  time: number,
): void {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(width, height);
  const ground = groundNow();
  const paper = parseColour(ground.paper);
  const colours = [parseColour(ground.off), parseColour(ground.on)];
  for (let pixel = 0; pixel < width * height; pixel++) {
    paint(image, pixel, paper);
  }
  const { x, y, t, p } = events;
  const end = bisectLeft(t, 1000 * time + 1);
  for (let i = bisectLeft(t, 1000 * (time - SEEN)); i < end; i++) {
    const age = (time - t[i] / 1000) / SEEN;
    const row = origin === "bottom" ? height - 1 - y[i] : y[i];
    const strength = 1 - (1 - WEAKEST) * age;
    paint(image, row * width + x[i], mix(paper, colours[p[i]], strength));
  }
  context.putImageData(image, 0, 0);
}
