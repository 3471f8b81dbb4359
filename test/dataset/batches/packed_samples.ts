/** Random samples, and a reference that packs them, for the tests of packing. */

import type { Events } from "../../../dataset/events.ts";
import { addressBits, type PackOptions } from "../../../dataset/pack.ts";
import { fc } from "../../fixtures/properties.ts";

/** Column, row, time in µs (which may pass 2³²) and polarity. */
export type Event = [x: number, y: number, us: number, p: number];

/** Bin, pixel and polarity of an event. */
export interface Place {
  readonly bin: number;
  readonly row: number;
  readonly column: number;
  readonly polarity: number;
}

/** Puts events into columns; times wrap like a 32-bit clock. */
export function columns(events: readonly Event[]): Events {
  return {
    x: Uint16Array.from(events, ([x]) => x),
    y: Uint16Array.from(events, ([, y]) => y),
    t: Uint32Array.from(events, ([, , us]) => us),
    p: Uint8Array.from(events, ([, , , p]) => p),
  };
}

/** Unpacks words into bins, pixels and polarities. */
export function unpack(
  words: Uint32Array,
  { sensor, method }: PackOptions,
): Place[] {
  const size = 2 ** addressBits(sensor);
  const columns = method === "frames" ? sensor.height : sensor.width;
  return Array.from(words, (word) => {
    const pixel = Math.floor(word % size / 2);
    return {
      bin: Math.floor(word / size),
      row: Math.floor(pixel / columns),
      column: pixel % columns,
      polarity: word % 2,
    };
  });
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  const up = rest > 0.5 || (rest === 0.5 && below % 2 === 1);
  return up ? below + 1 : below;
}

/** The reference: packs event by event, with times that never wrap. */
export function packByRule(events: readonly Event[], options: PackOptions) {
  const { method, Ts, timing } = options;
  const units = events.map(([, , us]) => Math.floor(us / timing.unitUs));
  const start = timing.fromFirstEvent ? units[0] ?? 0 : 0;
  const ms = units.map((unit) => (unit - start) * timing.unitUs / 1000);
  const end = ms.reduce((latest, time) => Math.max(latest, time), 0);
  const lowest = Math.min(...events.map(([, , , p]) => p));
  let bins = method === "frames" ? Math.floor(end / Ts) : 0;
  const kept: Place[] = [];
  for (const [n, [x, y, , p]] of events.entries()) {
    if (ms[n] < 0) continue;
    if (method === "SlayerTD") {
      const bin = roundHalfToEven(ms[n] / Ts);
      bins = Math.max(bins, bin + 1);
      kept.push({ bin, row: y, column: x, polarity: p - lowest });
    } else if (Math.floor(ms[n] / Ts) < bins) {
      const bin = Math.floor(ms[n] / Ts);
      kept.push({ bin, row: x, column: y, polarity: p });
    }
  }
  return { kept, bins, dropped: events.length - kept.length };
}

/** Any binning, on small sensors. */
const anyOptions: fc.Arbitrary<PackOptions> = fc.record({
  method: fc.constantFrom("SlayerTD" as const, "frames" as const),
  Ts: fc.constantFrom(0.3, 0.5, 1, 2, 5, 7.25),
  sensor: fc.record({
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 40 }),
  }),
  timing: fc.record({
    unitUs: fc.constantFrom(1, 10, 1000),
    fromFirstEvent: fc.boolean(),
  }),
});

/** Samples at any time of the clock, also with times that run backwards. */
function anySample({ sensor, timing }: PackOptions): fc.Arbitrary<Event[]> {
  const begin = timing.fromFirstEvent
    ? fc.oneof(
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.integer({ min: 2 ** 32 - 50_000, max: 2 ** 32 - 1 }),
    )
    : fc.integer({ min: 0, max: 20_000 });
  const steps = fc.array(
    fc.tuple(
      fc.nat(sensor.width - 1),
      fc.nat(sensor.height - 1),
      fc.oneof(
        fc.integer({ min: 0, max: 4000 }),
        fc.integer({ min: -6000, max: 2000 }),
      ),
      fc.nat(1),
    ),
    { maxLength: 60, size: "max" },
  );
  return fc.tuple(begin, steps).map(([begin, steps]) => {
    let us = begin;
    return steps.map(([x, y, step, p], n) => {
      if (n > 0) us += step;
      return [x, y, us, p];
    });
  });
}

/** Any sample with any options. */
export const anyCase = anyOptions.chain((options) =>
  anySample(options).map((events) => ({ options, events }))
);
