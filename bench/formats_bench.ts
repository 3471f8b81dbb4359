/**
 * Speed of reading recordings of every format from the page cache, in events/s.
 *
 * @module
 */

import type {
  EventBlock,
  OpenRecording,
} from "../dataset/formats/reading/format.ts";
import { openRecording } from "../dataset/formats/open_recording.ts";
import { allocateBlock } from "../dataset/formats/reading/event_block.ts";
import { DVS128 } from "../dataset/events.ts";
import { encodeRecording } from "../dataset/formats/writing/encode_recording.ts";
import { randomEvents } from "./setup/random_events.ts";

/** Blocks in a recording, of 131,072 events each. */
const BLOCKS = 40;

const fill = randomEvents(DVS128);
const blocks = Array.from({ length: BLOCKS }, () => fill(allocateBlock()));
const events = blocks.reduce((sum, { t }) => sum + t.length, 0);

/** The events as an open recording, for the writers of formats. */
const recording: OpenRecording = {
  format: "made",
  sensor: DVS128,
  faults: [],
  async *blocks() {
    for (const block of blocks) yield await Promise.resolve(block);
  },
};

/** Encodes the events of each block as 32-bit words. */
function wordsIn(
  wordsOf: (block: EventBlock, i: number) => number[],
): Uint8Array[] {
  return blocks.map((block) =>
    new Uint8Array(
      Uint32Array.from(
        Array.from(block.t, (_, i) => wordsOf(block, i)).flat(),
      ).buffer,
    )
  );
}

/** Encodes an event as an EVT 2.0 word. */
const word = ({ x, y, t, p }: EventBlock, i: number) =>
  (p[i] << 28 | (t[i] & 63) << 22 | x[i] << 11 | y[i]) >>> 0;

let high = -1;

/**
 * Encodes an event in EVT 2.0, preceded by a TIME_HIGH word if time bits 6 and
 * up have changed.
 */
function timed(block: EventBlock, i: number): number[] {
  const upper = Math.floor(block.t[i] / 64);
  const event = word(block, i);
  if (upper === high) return [event];
  high = upper;
  return [(0x80000000 | upper) >>> 0, event];
}

const encoder = new TextEncoder();
const header = (text: string) => encoder.encode(text);

/**
 * Contents of the files by file name; the suffix gives the format unless the
 * content does.
 */
const FILES: Record<string, () => Promise<Uint8Array[]>> = {
  "evt2.raw": () =>
    Promise.resolve([header("% evt 2.0\n% end\n"), ...wordsIn(timed)]),
  "vectors.raw": () =>
    Promise.resolve([
      header("% format EVT21;endianness=little\n% end\n"),
      Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0x80),
      // A vector of 32 pixels in which 8 have an event.
      ...wordsIn((block, i) => i % 8 === 0 ? [0x11111111, word(block, i)] : []),
    ]),
  "dat.dat": () =>
    Promise.resolve([
      header("% Version 2\n"),
      Uint8Array.of(12, 8),
      ...wordsIn(({ x, y, t, p }, i) => [
        t[i],
        (p[i] << 28 | y[i] << 14 | x[i]) >>> 0,
      ]),
    ]),
  "spikes.bs2": () => encoded("a.bin"),
  "evt3.raw": () => encoded("a.raw"),
  "aedat.aedat": () => encoded("a.aedat"),
  "text.csv": () => encoded("a.csv"),
  "columns.npz": () => encoded("a.npz"),
  "rows.npy": () => encoded("a.npy"),
};

async function encoded(name: string): Promise<Uint8Array[]> {
  return await Array.fromAsync(encodeRecording(recording, name));
}

const folder = await Deno.makeTempDir();
const best = new Map<string, number>();
addEventListener("unload", () => {
  Deno.removeSync(folder, { recursive: true });
  for (const [name, rate] of best) {
    console.log(`${name}: ${(rate / 1e6).toFixed(0)} M events/s`);
  }
});

/** Reads a whole recording. */
async function count(path: string): Promise<number> {
  let count = 0;
  for await (const { t } of (await openRecording(path)).blocks()) {
    count += t.length;
  }
  return count;
}

for (const [name, make] of Object.entries(FILES)) {
  const path = `${folder}/${name}`;
  Deno.bench({ name, group: "formats", n: 5, warmup: 1 }, async (bench) => {
    if (!best.has(name)) {
      await Deno.writeFile(path, ReadableStream.from(await make()));
      const found = await count(path);
      if (found < 0.95 * events) throw new Error(`${found} events are read`);
    }
    bench.start();
    const start = performance.now();
    const found = await count(path);
    const rate = found / (performance.now() - start) * 1000;
    bench.end();
    best.set(name, Math.max(rate, best.get(name) ?? 0));
  });
}
