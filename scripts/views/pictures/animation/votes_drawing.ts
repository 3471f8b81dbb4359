/**
 * Draws the panel of outputs at one time, as SVG.
 *
 * @module
 */

import { GROUNDS, ROLES, type Theme } from "../../charts/theme.ts";
import type { NetworkResponse } from "./network_response.ts";
import { probabilitiesAt } from "../../../experiment/readout_scores.ts";
import { chooseTimeUnit, formatNumber } from "../samples/time_unit.ts";
import { type Box, rectangle, words } from "./shapes.ts";

/** Positions and sizes in the panel, in pixels. */
export interface VotesLayout {
  /** Names of the outputs, truncated to their column. */
  readonly names: readonly string[];
  /** Left end of the texts above the rows. */
  readonly margin: number;
  /** Space between a name and the spikes. */
  readonly gap: number;
  /** Area of the spikes. */
  readonly raster: Box;
  /** Height of the row of an output. */
  readonly row: number;
  /** Left end of the bars. */
  readonly bars: number;
  /** Length of a bar per spike, or for probability 1. */
  readonly vote: number;
}

/** Heights of the head above the rows and of the time axis beneath them. */
export const [HEAD, FOOT] = [82, 44];

/** Space above and below the spikes and the bar of a row. */
const INSET = 3;

/** Width of a spike. */
const TICK = 2;

/** Largest number of labels on the time axis, not counting 0. */
const MAX_NUMBERS = 4;

/**
 * Counts the spikes of outputs up to a time.
 *
 * @param times Times of the spikes of each output in ms.
 * @param until The time in ms.
 * @returns The counts, and the output with the most spikes: the first of
 * equals, none before the first spike.
 *
 * @example
 * ```ts
 * import { countVotes } from "./votes_drawing.ts";
 * const { counts, leader } = countVotes([[1, 2, 9], [3], [1, 5]], 6);
 * if (`${counts}` !== "2,1,2" || leader !== 0) throw new Error("miscounted");
 * ```
 */
export function countVotes(
  times: NetworkResponse["times"],
  until: number,
): { readonly counts: readonly number[]; readonly leader?: number } {
  const counts = times.map((spikes) =>
    spikes.filter((time) => time < until).length
  );
  const most = Math.max(...counts);
  return { counts, leader: most > 0 ? counts.indexOf(most) : undefined };
}

/** Votes of the outputs up to a time. */
export interface Votes {
  /** Number of spikes of each output, or its probability. */
  readonly values: readonly number[];
  /** The output with the largest value, if any. */
  readonly leader?: number;
}

/**
 * Counts the votes of outputs up to a time.
 *
 * @param response Output spikes, or logits of a readout without neurons.
 * @param until The time in ms.
 * @returns Spike counts, or probabilities after the last complete bin.
 */
export function votesAt(
  { times, logits, span }: Pick<NetworkResponse, "times" | "logits" | "span">,
  until: number,
): Votes {
  if (!logits) {
    const { counts, leader } = countVotes(times, until);
    return { values: counts, leader };
  }
  const bin = lastBin(logits, until, span);
  if (bin < 0) return { values: logits.map(() => 0) };
  const values = probabilitiesAt(logits, bin);
  return { values, leader: values.indexOf(Math.max(...values)) };
}

/** The last complete bin at a time; -1 if there is none. */
function lastBin(
  [{ length: bins }]: NonNullable<NetworkResponse["logits"]>,
  until: number,
  { lengthUs }: NetworkResponse["span"],
): number {
  return Math.min(Math.floor(1000 * until * bins / lengthUs + 1e-9), bins) - 1;
}

/**
 * Draws the panel: the true class in one colour, another class that leads in a
 * second.
 *
 * @param response Outputs of the network.
 * @param options Layout, theme, and time in ms.
 * @returns SVG.
 */
export function drawVotes(
  response: NetworkResponse,
  { layout, theme, until }: {
    readonly layout: VotesLayout;
    readonly theme: Theme;
    readonly until: number;
  },
): string {
  const { names, raster, row, bars, gap } = layout;
  const { ink, faint } = GROUNDS[theme];
  const { logits, label, span } = response;
  const { values, leader } = votesAt(response, until);
  const perMs = 1000 * raster.width / span.lengthUs;
  const rows = names.map((name, output) => {
    const top = raster.y + row * output;
    const [y, height] = [top + INSET, row - 2 * INSET];
    const line = { y: top + row / 2 + 4.5, ink, bold: output === leader };
    const place = { raster, y, height, until };
    const marks = logits
      ? drawProbability(logits, output, { ...place, span })
      : drawTicks(response.times[output], { ...place, perMs });
    const width = Math.round(values[output] * layout.vote);
    const colour = colourOf(output, { label, leader, ink });
    const value = wordVote(values[output], logits !== undefined);
    return words(name, { x: raster.x - gap, anchor: "end", ...line }) +
      `<path d="${marks}" fill="${colour}"/>` +
      rectangle({ x: bars, y, width, height }, colour) +
      words(value, { x: bars + width + 6, ...line });
  });
  const upright = { y: raster.y, width: 1, height: raster.height };
  const cursor = raster.x + Math.round(until * perMs);
  return [
    drawHead(response, { layout, leader, ink }),
    rectangle(
      { ...raster, x: raster.x + 0.5, y: raster.y + 0.5 },
      "none",
      faint,
    ),
    ...rows,
    rectangle({ x: cursor, ...upright }, ink),
    rectangle({ x: bars, ...upright }, ink),
    drawTime(raster, span.lengthUs, ink),
  ].join("");
}

/** A row of the panel, and the time up to which it is drawn. */
interface Row {
  readonly raster: Box;
  readonly y: number;
  readonly height: number;
  readonly until: number;
}

/** Draws a tick at each spike. */
function drawTicks(
  times: readonly number[],
  { raster, y, height, until, perMs }: Row & { readonly perMs: number },
): string {
  return times.filter((time) => time < until).map((time) =>
    `M${raster.x + Math.floor(time * perMs)} ${y}h${TICK}v${height}h-${TICK}z`
  ).join("");
}

/** Draws a column per bin, with the output's probability as height. */
function drawProbability(
  logits: NonNullable<NetworkResponse["logits"]>,
  output: number,
  { raster, y, height, until, span }:
    & Row
    & { readonly span: NetworkResponse["span"] },
): string {
  const bins = logits[0].length;
  const edge = (bin: number) =>
    raster.x + Math.round(raster.width * bin / bins);
  const drawn = lastBin(logits, until, span) + 1;
  return Array.from({ length: drawn }, (_, bin) => {
    const high = Math.round(height * probabilitiesAt(logits, bin)[output]);
    const wide = edge(bin + 1) - edge(bin);
    return `M${edge(bin)} ${y + height}v-${high}h${wide}v${high}z`;
  }).join("");
}

/** Formats a vote for the label of its bar. */
function wordVote(value: number, isProbability: boolean): string {
  if (value === 0) return "";
  return isProbability ? `${Math.round(100 * value)} %` : String(value);
}

/**
 * Colours an output as in charts; if the true class is unknown, the leader has
 * a neutral colour.
 */
function colourOf(
  output: number,
  { label, leader, ink }: {
    readonly label?: number;
    readonly leader?: number;
    readonly ink: string;
  },
): string {
  if (output === label) return ROLES.target;
  if (output !== leader) return ROLES.other;
  return label === undefined ? ink : ROLES.mistaken;
}

/** Draws the texts above the rows: true class, leader and column titles. */
function drawHead(
  { fold, label, logits }: NetworkResponse,
  { layout: { names, margin, raster, bars }, leader, ink }: {
    readonly layout: VotesLayout;
    readonly leader?: number;
    readonly ink: string;
  },
): string {
  const known = label === undefined ? "unknown" : names[label];
  const leading = leader === undefined ? "none yet" : names[leader];
  const key = (y: number, output?: number) =>
    output === undefined ? "" : rectangle(
      { x: margin, y: y - 10, width: 10, height: 10 },
      colourOf(output, { label, leader, ink }),
    );
  const x = margin + 18;
  const y = raster.y - 8;
  return [
    key(24, label),
    words(`True class: ${known}`, { x, y: 24, ink, size: 15, bold: true }),
    key(46, leader),
    words(
      `${logits ? "Most probable" : "Most spikes"} so far: ${leading}`,
      { x, y: 46, ink },
    ),
    words(
      `${logits ? "probability" : "output spikes"}, fold ${fold}`,
      { x: raster.x, y, ink },
    ),
    words(
      logits ? "probability so far" : "spikes so far (count)",
      { x: bars, y, ink },
    ),
  ].join("");
}

function drawTime(raster: Box, lengthUs: number, ink: string): string {
  const { us, name } = chooseTimeUnit(lengthUs);
  const length = lengthUs / us;
  const step = roundStep(length);
  const bottom = raster.y + raster.height;
  const numbers = Array.from(
    { length: Math.floor(length / step) + 1 },
    (_, n) => {
      const x = raster.x + Math.round(raster.width * n * step / length);
      const number = formatNumber(n * step);
      return rectangle({ x, y: bottom, width: 1, height: 5 }, ink) +
        words(number, { x, y: bottom + 18, ink, anchor: "middle" });
    },
  );
  const x = raster.x + raster.width / 2;
  const title = { x, y: bottom + 36, ink, anchor: "middle" } as const;
  return numbers.join("") + words(`time (${name})`, title);
}

/** Finds the smallest round step with few enough labels. */
function roundStep(length: number): number {
  const power = 10 ** Math.floor(Math.log10(length / MAX_NUMBERS));
  return [1, 2, 5].map((factor) => factor * power)
    .find((step) => length / step <= MAX_NUMBERS) ?? 10 * power;
}
