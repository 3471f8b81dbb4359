import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  headingOf,
  LiveLine,
  verdictLine,
} from "../../../scripts/follow/verdict_line.ts";
import { fc } from "../../fixtures/properties.ts";

Deno.test("verdictLine() fits a terminal, with all of its numbers", () => {
  const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(fc.property(
    shares,
    fc.string({ unit: "grapheme", maxLength: 30 }),
    fc.nat({ max: 1e8 }),
    fc.integer({ min: 32, max: 100 }),
    fc.boolean(),
    (shares, name, events, columns, spikes) => {
      const label = spikes ? shares.indexOf(Math.max(...shares)) : undefined;
      const line = verdictLine({
        window: events,
        bins: 3,
        ended: false,
        events,
        label,
        scores: shares,
        shares,
        latencyMs: 9,
      }, { classes: shares.map(() => name), windowMs: 500, columns });
      ok([...line].length <= columns && !line.includes("\n"), line);
      ok(line.startsWith(`${(events / 2).toFixed(2).padStart(7)} s  `), line);
      ok(line.endsWith(` ${events}`), line);
      strictEqual(line.includes("no out"), !spikes);
      if (label === undefined) return;
      ok(line.includes(` ${Math.round(100 * shares[label])} %`), line);
    },
  ));
});

Deno.test("verdictLine() has both classes in 60 columns, and one in 40", () => {
  const verdict = {
    window: 3,
    bins: 3,
    ended: true,
    events: 123_456,
    label: 1,
    scores: [1, 3],
    shares: [0.25, 0.75],
    latencyMs: 9,
  };
  const classes = ["left arm clockwise", "right arm clockwise"];
  deepStrictEqual(
    [59, 39].map((columns) => [
      headingOf(columns),
      verdictLine(verdict, { classes, windowMs: 500, columns }),
    ]),
    [
      [
        "    start  class         share  next          share events",
        "   1.50 s  right arm clo  75 %  left arm cloc  25 % 123456",
      ],
      [
        "    start  class          share events",
        "   1.50 s  right arm cloc  75 % 123456",
      ],
    ],
  );
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

Deno.test("headingOf() names the columns of lines below it", () => {
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
  strictEqual(headingOf().length, line.length);
  strictEqual(headingOf().indexOf("class"), line.indexOf("wave"));
  strictEqual(headingOf().indexOf("next"), line.indexOf("clap"));
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
