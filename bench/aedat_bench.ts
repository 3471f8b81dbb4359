/**
 * Speed of reading AEDAT 2.0 recordings from the page cache, in events/s.
 *
 * @module
 */

import { inspectAedat, readAedat } from "../dataset/formats/aedat2/aedat.ts";
import { encodeAedat } from "../dataset/formats/aedat2/aedat_encode.ts";
import { allocateEvents, DVS128, type Events } from "../dataset/events.ts";
import { randomEvents } from "./setup/random_events.ts";

const EVENTS = 20_000_000;

/** Requires that the events read equal those written. */
async function check(path: string, events: Events): Promise<void> {
  let at = 0;
  for await (const { x, y, t, p } of readAedat(path)) {
    for (let i = 0; i < t.length; i++, at++) {
      if (
        x[i] !== events.x[at] || y[i] !== events.y[at] ||
        t[i] !== events.t[at] || p[i] !== events.p[at]
      ) throw new Error(`Event ${at} is read wrongly`);
    }
  }
  if (at !== EVENTS) throw new Error(`${at} of ${EVENTS} events are read`);
}

const path = await Deno.makeTempFile({ suffix: ".aedat" });
const bestMs = new Map<string, number>();
addEventListener("unload", () => {
  Deno.removeSync(path);
  for (const [name, ms] of bestMs) {
    console.log(`${name}: ${(EVENTS / ms / 1000).toFixed(0)} M events/s`);
  }
});
const written = randomEvents(DVS128, 2 ** 31)(allocateEvents(EVENTS));
await Deno.writeFile(path, ReadableStream.from(encodeAedat(written)));
await check(path, written);

const readers: Record<string, () => Promise<unknown>> = {
  "readAedat()": () => countEvents({ axes: "reference" }),
  "readAedat(), jAER axes": () => countEvents({ axes: "jaer" }),
  "inspectAedat()": () => inspectAedat(path),
};

/** Reads the whole file. */
async function countEvents(options: { axes: "reference" | "jaer" }) {
  let count = 0;
  for await (const { t } of readAedat(path, options)) count += t.length;
  return count;
}

for (const [name, read] of Object.entries(readers)) {
  Deno.bench({
    name: `${name}, ${EVENTS / 1e6} M events`,
    group: "aedat",
    n: 5,
    warmup: 1,
  }, async () => {
    const start = performance.now();
    await read();
    const ms = performance.now() - start;
    bestMs.set(name, Math.min(ms, bestMs.get(name) ?? Infinity));
  });
}
