/**
 * Panel beside an animation with the outputs of a network so far.
 *
 * @module
 */

import { FONT, GROUNDS, type Theme } from "../../charts/theme.ts";
import type { NetworkResponse } from "./network_response.ts";
import { measureText, renderPixels } from "../render.ts";
import { drawVotes, FOOT, HEAD, type VotesLayout } from "./votes_drawing.ts";

/** The panel of output spikes. */
export interface VotesPanel {
  readonly width: number;
  readonly height: number;
  /** Positions of its parts. */
  readonly layout: VotesLayout;
  /**
   * Renders the panel at several times, one below the other.
   *
   * @param times The times, in ms.
   * @returns Red, green, blue and opacity of each pixel.
   */
  draw(times: readonly number[]): Promise<Uint8Array>;
}

/** Font size in pixels. */
const LETTERS = 13;

/** Smallest and preferred height of a row, in pixels. */
const [LOWEST_ROW, HIGHEST_ROW] = [20, 30];

/**
 * Widths in pixels of the longest uncut name, and of the count beside a bar.
 */
const [NAME, COUNT] = [140, 60];

/** Widths in pixels of the spike raster and of the longest bar. */
const [RASTER, BAR] = [260, 110];

/** Outer margin and space between columns, in pixels. */
const [MARGIN, GAP] = [16, 10];

/**
 * Lays out a panel with a row for each output: its name, its spikes and a bar
 * for their count; or its probability over time and at present.
 *
 * @param response Outputs of the network.
 * @param theme The theme.
 * @param room Height to fill, in pixels; the panel is higher if its rows need
 * it.
 * @returns The panel.
 */
export async function layOutVotes(
  response: NetworkResponse,
  theme: Theme,
  room: number,
): Promise<VotesPanel> {
  const names = await Promise.all(response.names.map(fitName));
  const widths = await Promise.all(names.map(widthOf));
  const left = MARGIN + Math.ceil(Math.max(...widths)) + GAP;
  const bars = left + RASTER + 2 * GAP;
  const width = bars + BAR + COUNT;
  const rows = names.length;
  const row = Math.max(
    LOWEST_ROW,
    Math.min(Math.floor((room - HEAD - FOOT) / rows), HIGHEST_ROW),
  );
  const height = Math.max(room, HEAD + row * rows + FOOT);
  const most = response.logits
    ? 1
    : Math.max(1, ...response.times.map(({ length }) => length));
  const layout = {
    names,
    margin: MARGIN,
    gap: GAP,
    row,
    bars,
    vote: BAR / most,
    raster: { x: left, y: HEAD, width: RASTER, height: row * rows },
  };
  const { paper } = GROUNDS[theme];
  return {
    width,
    height,
    layout,
    async draw(times) {
      const panels = times.map((until, i) =>
        `<g transform="translate(0 ${i * height})">` +
        `${drawVotes(response, { layout, theme, until })}</g>`
      );
      const size = `width="${width}" height="${height * times.length}"`;
      return await renderPixels(
        `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="${FONT}" ` +
          `font-size="${LETTERS}" shape-rendering="crispEdges">` +
          `<rect ${size} fill="${paper}"/>${panels.join("")}</svg>`,
      );
    },
  };
}

/** Truncates a name that is too long. */
async function fitName(name: string): Promise<string> {
  let shown = name;
  for (let n = [...name].length; await widthOf(shown) > NAME; n--) {
    shown = `${[...name].slice(0, n - 1).join("")}…`;
  }
  return shown;
}

function widthOf(name: string): Promise<number> {
  return measureText(name, { size: LETTERS, bold: true });
}
