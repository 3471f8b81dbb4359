import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  HEADING,
  LiveLine,
  verdictLine,
} from "../../../scripts/follow/verdict_line.ts";
import { fc } from "../../fixtures/properties.ts";

Deno.test("verdictLine() fits 60 columns, whatever classes are called", () => {
  const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(fc.property(
    shares,
    fc.string({ unit: "grapheme", maxLength: 30 }),
    fc.nat({ max: 1e6 }),
    fc.boolean(),
    (shares, name, events, spikes) => {
      const line = verdictLine({
        window: events,
        bins: 3,
        ended: false,
        events,
        label: spikes ? shares.indexOf(Math.max(...shares)) : undefined,
        scores: shares,
        shares,
        latencyMs: 9,
      }, { classes: shares.map(() => name), windowMs: 500, short: true });
      ok(line.length <= 60 && !line.includes("\n"), line);
      strictEqual(line.includes("no output spike"), !spikes);
    },
  ));
});

Deno.test("verdictLine() is whole where it need not fit a terminal", () => {
  const line = verdictLine({
    window: 1e7,
    bins: 3,
    ended: true,
    events: 123_456_789,
    label: 0,
    scores: [3, 1],
    shares: [0.75, 0.25],
    latencyMs: 9,
  }, { classes: ["left arm clockwise", "right arm clockwise"], windowMs: 500 });
  strictEqual(
    line,
    "5000000.00 s  left arm clockwise  75 %  right arm clockwise  25 % 123456789",
  );
});

Deno.test("HEADING names the columns of lines below it", () => {
  const line = verdictLine({
    window: 3,
    bins: 3,
    ended: true,
    events: 1200,
    label: 1,
    scores: [1, 3],
    shares: [0.25, 0.75],
    latencyMs: 9,
  }, { classes: ["clap", "wave"], windowMs: 500 });
  strictEqual(HEADING.length, line.length);
  strictEqual(HEADING.indexOf("class"), line.indexOf("wave"));
  strictEqual(HEADING.indexOf("next"), line.indexOf("clap"));
});

/** What a stream shows. */
function shown(terminal: boolean): string[] {
  const written: string[] = [];
  const line = new LiveLine({
    terminal,
    columns: () => 10,
    write: (text) => written.push(text),
    now: () => 0,
  });
  line.show("a line that is long", { final: false });
  line.show("the last", { final: true });
  return written;
}

Deno.test("LiveLine changes one line in a terminal, and keeps the last", () => {
  const erase = "\r\x1b[2K";
  deepStrictEqual(shown(true), [`${erase}a line th`, `${erase}the last\n`]);
});

Deno.test("LiveLine writes final lines alone, and whole, into a pipe", () => {
  deepStrictEqual(shown(false), ["the last\n"]);
});
