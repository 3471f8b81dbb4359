import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Events } from "../../../dataset/events.ts";
import { packSample } from "../../../dataset/pack.ts";
import { dropBackgroundActivity } from "../../../dataset/transforms/background_activity.ts";
import {
  type WindowBinning,
  WindowBins,
  type WindowChunk,
} from "../../../scripts/follow/window_bins.ts";
import { blockOf, type Row } from "../../dataset/formats/recordings.ts";
import { fc } from "../../fixtures/properties.ts";

const SENSOR = { width: 6, height: 5 };

const BINNING: WindowBinning = {
  method: "SlayerTD",
  lengthUs: 100_000,
  bins: 20,
  fine: 4,
  fineMs: 1.25,
  unitUs: 1000,
  sensor: SENSOR,
};

/** Rows in the order of time, from 0 to 350 ms, in windows that have both. */
const ROWS = fc.array(
  fc.tuple(
    fc.nat(5),
    fc.nat(4),
    fc.integer({ min: 0, max: 350_000 }),
    fc.nat(1),
  ),
  { minLength: 1, maxLength: 200 },
).map((rows): Row[] => rows.toSorted((a, b) => a[2] - b[2]));

/** Adds rows in blocks of some sizes, and ends. */
function chunksOf(
  binning: WindowBinning,
  rows: readonly Row[],
  sizes: readonly number[],
): { chunks: WindowChunk[]; windows: WindowBins } {
  const windows = new WindowBins(binning);
  const chunks: WindowChunk[] = [];
  for (let at = 0, n = 0; at < rows.length; n++) {
    const size = sizes[n % sizes.length];
    chunks.push(...windows.add(blockOf(rows.slice(at, at + size))));
    at += size;
  }
  chunks.push(...windows.end());
  return { chunks, windows };
}

/** Words of a window, with bins counted from its start. */
function wordsOf(chunks: readonly WindowChunk[], window: number, bits: number) {
  let first = 0;
  return chunks.filter((chunk) => chunk.window === window).flatMap((chunk) => {
    const start = first;
    first += chunk.bins;
    return [...chunk.words].map((word) => word + start * 2 ** bits);
  }).sort((a, b) => a - b);
}

/** Rows as the events of a sample. */
function eventsOf(rows: readonly Row[]): Events {
  const { x, y, t, p } = blockOf(rows);
  return { x, y, t: Uint32Array.from(t), p };
}

/** The word of a row at the start of a window. */
function wordOf([x, y, , p]: Row): number {
  return (y * SENSOR.width + x) * 2 + p;
}

for (const method of ["SlayerTD", "frames"] as const) {
  Deno.test(`WindowBins bins events as tests do, with ${method}`, () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 });
    fc.assert(
      fc.property(ROWS, sizes, (rows, sizes) => {
        const binning = { ...BINNING, method };
        const { chunks, windows } = chunksOf(binning, rows, sizes);
        deepStrictEqual([windows.late, windows.outside], [0, 0]);
        const start = Math.floor(rows[0][2] / 1000) * 1000;
        const bits = 6;
        for (const window of new Set(chunks.map(({ window }) => window))) {
          const own = rows.map(([x, y, t, p]): Row => [
            x,
            y,
            Math.floor(t / 1000) * 1000 - start - 100_000 * window,
            p,
          ]).filter(([, , t]) => t >= 0 && t < 100_000);
          // An OFF event keeps polarities as they are; an event of time 100 ms
          // makes the last window of frames a whole one.
          const { x, y, t, p } = blockOf([...own, [0, 0, 0, 0], [
            0,
            0,
            100_000,
            0,
          ]]);
          const { words } = packSample({ x, y, t: Uint32Array.from(t), p }, {
            method,
            Ts: 1.25,
            sensor: SENSOR,
            timing: { unitUs: 1, fromFirstEvent: false },
          });
          const expected = [...words].map((word) =>
            Math.floor((word >> bits) / 4) * 2 ** bits + word % 2 ** bits
          ).filter((word) => word >> bits < 20).sort((a, b) => a - b);
          expected.splice(expected.indexOf(0), 1);
          deepStrictEqual(wordsOf(chunks, window, bits), expected);
        }
      }),
      { numRuns: 60 },
    );
  });
}

Deno.test("WindowBins bins slices as frames, but upright", () => {
  fc.assert(
    fc.property(ROWS, (rows) => {
      const slices = { ...BINNING, method: "slices" as const };
      const frames = {
        ...BINNING,
        method: "frames" as const,
        sensor: { width: SENSOR.height, height: SENSOR.width },
      };
      const turned = rows.map(([x, y, t, p]): Row => [y, x, t, p]);
      deepStrictEqual(
        chunksOf(slices, rows, [20]).chunks,
        chunksOf(frames, turned, [20]).chunks,
      );
    }),
    { numRuns: 30 },
  );
});

Deno.test("WindowBins filters background activity window by window", () => {
  const backgroundActivity = 12;
  fc.assert(
    fc.property(ROWS, fc.integer({ min: 1, max: 50 }), (rows, size) => {
      const binning = { ...BINNING, filter: { backgroundActivity } };
      const { chunks, windows } = chunksOf(binning, rows, [size]);
      const start = Math.floor(rows[0][2] / 1000) * 1000;
      const kept = [0, 1, 2, 3].flatMap((window): Row[] => {
        const own = rows.filter(([, , t]) =>
          Math.floor((Math.floor(t / 1000) * 1000 - start) / 100_000) === window
        );
        const { x, y, t, p } = dropBackgroundActivity(eventsOf(own), {
          sensor: SENSOR,
          window: backgroundActivity,
        });
        return [...x.keys()].map((i) => [x[i], y[i], t[i], p[i]]);
      });
      strictEqual(windows.noise, rows.length - kept.length);
      const first = [rows[0][0], rows[0][1], rows[0][2], rows[0][3]] as Row;
      const plain = chunksOf(BINNING, [first, ...kept], [20]).chunks;
      for (const window of [0, 1, 2, 3]) {
        const words = wordsOf(plain, window, 6);
        if (window === 0) words.splice(words.indexOf(wordOf(first)), 1);
        deepStrictEqual(wordsOf(chunks, window, 6), words);
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("WindowBins leaves out pixels that were hot in the window or the one before", () => {
  const lone = (startMs: number) =>
    Array.from({ length: 50 }, (_, n): Row => [1, 1, 1000 * (startMs + n), 1]);
  const square = Array.from({ length: 9 * 30 }, (_, n): Row => {
    const pixel = n % 9;
    return [3 + pixel % 3, 2 + Math.floor(pixel / 3), 200_000 + 300 * n, 1];
  });
  const rows = [...lone(0), ...lone(100), ...square, ...lone(300)];
  const binning = { ...BINNING, filter: { hotRatio: 3 } };
  const { chunks, windows } = chunksOf(binning, rows, [7]);
  const events = [0, 1, 2, 3].map((n) => wordsOf(chunks, n, 6).length);
  deepStrictEqual(events, [10, 0, 270, 10]);
  strictEqual(windows.hot, 40 + 50 + 40);
});

Deno.test("WindowBins gives each window all its bins, and skips empty ones", () => {
  const rows: Row[] = [[1, 1, 5000, 1], [1, 1, 60_000, 0], [2, 2, 920_000, 1]];
  const { chunks } = chunksOf(BINNING, rows, [1]);
  deepStrictEqual(
    chunks.map(({ window, bins, ends }) => [window, bins, ends]),
    [[0, 11, false], [0, 9, true], [9, 3, false], [9, 17, true]],
  );
  strictEqual([...new WindowBins(BINNING).end()].length, 0);
});

Deno.test("WindowBins counts events that round to beyond their window", () => {
  const rows: Row[] = [0, 99_300, 99_400, 99_999, 100_000, 199_300]
    .map((t) => [1, 1, t, 1]);
  const { chunks, windows } = chunksOf({ ...BINNING, unitUs: 1 }, rows, [6]);
  strictEqual(windows.beyond, 2);
  strictEqual(chunks.reduce((sum, { words }) => sum + words.length, 0), 4);
});

Deno.test("WindowBins counts events that come too late or lie outside", () => {
  const windows = new WindowBins(BINNING);
  const add = (rows: readonly Row[]) => [...windows.add(blockOf(rows))];
  add([[1, 1, 0, 1], [1, 1, 50_000, 1]]);
  add([[1, 1, 20_000, 1], [6, 1, 60_000, 1], [1, 5, 60_000, 1]]);
  add([[1, 1, 150_000, 1]]);
  add([[1, 1, 80_000, 1]]);
  deepStrictEqual([windows.late, windows.outside], [2, 2]);
});
