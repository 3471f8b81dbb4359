import assert from "node:assert/strict";
import type { OpenOptions } from "../../../../dataset/formats/reading/format.ts";
import { TEXT_TABLE } from "../../../../dataset/formats/tables/text.ts";
import { fc } from "../../../fixtures/properties.ts";
import {
  cameraRows,
  fileOf,
  refused,
  type Row,
  rowsOf,
} from "../recording_files.ts";

/** Reads a text, with what its reader says of its columns. */
async function read(text: string, options?: OpenOptions) {
  const recording = await TEXT_TABLE.open(fileOf(text), options);
  const rows = await rowsOf(recording);
  const { format, sensor, faults } = recording;
  return { format, rows, sensor, faults };
}

const ROWS: Row[] = [[5, 7, 1000, 1], [6, 0, 2500, 0]];

Deno.test("text is read whatever separates its columns, and in any order", async () => {
  for (
    const text of [
      "t,x,y,p\n1000,5,7,1\n2500,6,0,0\n",
      "x;y;t;p\r\n5;7;1000;1\r\n6;0;2500;0\r\n",
      "polarity\ttimestamp\tx\ty\n1\t1000\t5\t7\n0\t2500\t6\t0\n",
      "# t x y p\n1000 5 7 1\n2500   6\t0 0",
      "% recorded\n\nid, X, Row, Time [us], On\n8, 5, 7, 1000, True\n9,6,0,2500,False\n",
      '"x","y","p","t"\n5,7,1,1000\n// a remark\n6,0,-1,2500\n',
      "1000 5 7 1\n2500 6 0 0\n",
      "5,7,1000,1\n6,0,2500,-1\n",
      "1.000000e+03 5e0 +7 1\n2.5e3 6 0 0\n",
    ]
  ) {
    const { rows, faults, sensor } = await read(text);
    assert.deepEqual(rows, ROWS, text);
    assert.deepEqual([faults, sensor], [[], undefined]);
  }
});

Deno.test("text has columns of words among those named, which are skipped", async () => {
  for (
    const text of [
      "t,x,y,p,label\n1000,5,7,1,wave\n2500,6,0,0,wave\n",
      "t,x,y,p,label,no\n1000,5,7,1,2 hands,\n2500,6,0,0,\n",
      "file,t,x,label,y,p\na 1.raw,1000,5,on, 7,1\n,2500,6,,0,0",
      "t_us;x;hand;y;p;who\n1000;5;the left;7;1;a,b;c\n2500;6;-;0;0;?\n",
      "# t x label y p note\n1000 5 wave 7 1 as seen\n2500 6 clap 0 0\n",
    ]
  ) assert.deepEqual((await read(text)).rows, ROWS, text);
  const cut = "t,x,y,p,label\n1000,5,7,1,wave\n2500,6,0,0,wave\n3000,6,0,1";
  const { rows, faults } = await read(cut);
  assert.deepEqual(rows, ROWS);
  assert.deepEqual(faults.map(({ count }) => count), [1]);
  const text = "t,x,y,p,label\n1000,5,7,1,wave\nwave,2500,6,0,0\n";
  await refused(
    TEXT_TABLE,
    fileOf(text),
    'byte 30: "wave,2500,6,0,0" is no line of numbers in the table\'s columns',
  );
});

Deno.test("text has times in any unit, named, given or told by fractions", async () => {
  const cases: [string, OpenOptions | undefined, number][] = [
    ["t_s,x,y,p\n2,0,0,1\n", undefined, 2_000_000],
    ["time (ms),x,y,p\n2.5,0,0,1\n", undefined, 2500],
    [
      "timestamp_ns,x,y,p\n1700000000123456789,0,0,1\n",
      undefined,
      1700000000123457,
    ],
    ["t,x,y,p\n1700000000.123457,0,0,1\n", undefined, 1700000000123457],
    ["0.003811000 0 0 1\n", undefined, 3811],
    ["t,x,y,p\n7,0,0,1\n", undefined, 7],
    ["t,x,y,p\n7,0,0,1\n", { timeUnit: "ms" }, 7000],
    ["t_us,x,y,p\n7,0,0,1\n", { timeUnit: "s" }, 7],
    ["t,x,y,p\n-0.25,0,0,1\n", undefined, -250_000],
  ];
  for (const [text, options, time] of cases) {
    assert.deepEqual((await read(text, options)).rows, [[0, 0, time, 1]], text);
  }
});

Deno.test("text says which unit of time it guesses", async () => {
  const unitOf = async (time: string) => {
    const { format } = await read(`t,x,y,p\n7,1,2,1\n${time},1,2,1\n`);
    return /time in (.*), as guessed$/.exec(format)?.[1];
  };
  assert.equal(await unitOf("7.25"), "s");
  assert.equal(await unitOf("8"), "µs");
  assert.equal(await unitOf("1700000000000000000"), "ns");
});

Deno.test("text has decimal commas, words for polarities and names in any language", async () => {
  for (
    const text of [
      "Zeit (ms);Spalte;Zeile;Polarität\n1,000;5;7;1\n2,5;6;0;0\n",
      "t_ms\tx\ty\tp\r\n1,0\t5\t7\tON\r\n2,5\t6\t0\tOFF\r\n",
      "p,y,x,temps_ms\n1,7,5,1.0\n-1,0,6,2.5\n",
      "y,x,tiempo [ms],polaridad\n7,5,1.0,1\n0,6,2.5,0\n",
      "\ufeffx,y,t,p\n5,7,1000,1\n6,0,2500,0\n",
      "\ufeff5,7,1000,1\n6,0,2500,0\n",
    ]
  ) assert.deepEqual((await read(text)).rows, ROWS, text);
  assert.deepEqual((await read("1700000000000001000 5 7 1\n")).rows, [
    [5, 7, 1700000000000001, 1],
  ]);
});

Deno.test("text says what it was taken for", async () => {
  const format = async (text: string) => (await read(text)).format;
  assert.equal(
    await format("x,y,label,t,p\n1,2,3,4,1\n"),
    "text, columns x y – t p, time in µs, as guessed",
  );
  assert.equal(
    await format("0.5 3 4 1\n"),
    "text, columns t x y p as guessed, time in s, as guessed",
  );
});

Deno.test("text may start with the sensor's width and height", async () => {
  const { rows, sensor, faults } = await read(
    "240 180\n901 239 179 1\n902 240 179 1\n903 0 180 0\n",
  );
  assert.deepEqual(sensor, { width: 240, height: 180 });
  assert.deepEqual(rows, [[239, 179, 901, 1]]);
  const problem = "events outside the sensor";
  assert.deepEqual(faults, [{ problem, count: 2, offset: 22 }]);
});

Deno.test("text has events between pixels rounded down, and counted", async () => {
  const { rows, faults } = await read(
    "t,x,y,p\n7,1.5,2,1\n8,3.0,-0.5,1\n9,5e0,6.25,0",
  );
  assert.deepEqual(rows, [[1, 2, 7, 1], [5, 6, 9, 0]]);
  assert.deepEqual(faults, [
    {
      problem: "fractions of x or y, which are rounded down",
      count: 2,
      offset: 8,
    },
    { problem: "events outside the sensor", count: 1, offset: 18 },
  ]);
});

Deno.test("text of a sensor in one row has no y, and may have no p", async () => {
  const rows: Row[] = [[699, 0, 1000, 1], [6, 0, 2500, 1]];
  const cases: [string, string][] = [
    ["t,x\n1000,699\n2500,6\n", "t x, time in µs, as guessed"],
    ["x;p;t_ms\n699;1;1,0\n6;1;2,5\n", "x p t, time in ms"],
    ["# time channel\n0.001 699\n0.0025 6", "t x, time in s, as guessed"],
    ["label,units,times [us]\n3,699,1000\n3,6,2500\n", "– x t, time in µs"],
    ["1000 699\n2500 6\n", "t x as guessed, time in µs, as guessed"],
    ["699\t0.001\n6\t0.0025", "x t as guessed, time in s, as guessed"],
  ];
  for (const [text, format] of cases) {
    assert.deepEqual(await read(text), {
      format: `text, columns ${format}`,
      rows,
      sensor: undefined,
      faults: [],
    });
  }
  const both = await read("1000 699 -1\n2500 6 1\n");
  assert.deepEqual(both.rows, [[699, 0, 1000, 0], [6, 0, 2500, 1]]);
  for (const [names, event] of [["t x", "7 3"], ["t channel p", "7 3 1"]]) {
    const { rows, sensor } = await read(`700 1\n${names}\n${event}\n`);
    assert.deepEqual(sensor, { width: 700, height: 1 });
    assert.deepEqual(rows, [[3, 0, 7, 1]]);
  }
});

Deno.test("text that is no table of events is refused with the byte", async () => {
  const needed = "x, y, t and p, or x and t (and p) of a sensor in one row";
  const nameless = "its columns cannot be told apart: name them in the first " +
    `line: ${needed}`;
  const cases: [string, string][] = [
    ["", "it has no line of numbers"],
    ["240 180\n901 239", "it has no line of numbers"],
    ["# remark\n", "it has no line of numbers"],
    [
      "# remark\nsome words\n1 2 3 1\n",
      `byte 9: "some words" is no line of numbers in the table's columns`,
    ],
    [
      "1 2 3 1\n2 3\n",
      'byte 8: "2 3" has 2 columns, the lines above have 4',
    ],
    ["9 8 7 6\n5 4 3 2\n", nameless],
    // Time goes back in both columns, or all events might be in row 1.
    ["9 8\n5 4\n7 6\n", nameless],
    ["5 1 1000\n6 1 2500\n", nameless],
    [
      "t,x,y,p\n1,2,3,1\n1,2,,1\n",
      `byte 16: "1,2,,1" is no line of numbers in the table's columns`,
    ],
    [
      "t,x,y,p\n1e999,2,3,1\n",
      `byte 8: "1e999,2,3,1" is no line of numbers in the table's columns`,
    ],
    [
      "t,x,y,p\n1,2,3\n",
      `byte 8: "1,2,3" is no line of numbers in the table's columns`,
    ],
  ];
  cases.push(
    [
      "x,y,t\n1,2,3\n",
      `byte 0: it has no column p, but x, y, t: it needs ${needed}`,
    ],
    [
      "t,x,Zeile\n1,2,3\n",
      `byte 0: it has no column y or p, but t, x, Zeile: it needs ${needed}`,
    ],
    [
      "5,7,1000,1\n-3,7,1010,0\n6,8,1020,1\n",
      "x is negative: pixels are counted from 0",
    ],
    [
      "a,b,c,d,e\n1,2,3,4,1\n",
      'its columns cannot be told apart: "a, b, c, d, e" in its first line ' +
      `are not all of ${needed}`,
    ],
    [
      "x,y,t,on,p\n1,2,3,1,1\n",
      'its columns cannot be told apart: "x, y, t, on, p" in its first line ' +
      `are not all of ${needed}`,
    ],
  );
  const wide = Uint8Array.of(0xff, 0xfe, 0x74, 0);
  await refused(
    TEXT_TABLE,
    fileOf(wide),
    "it is text in UTF-16: save it as UTF-8",
  );
  for (const [text, problem] of cases) {
    await refused(TEXT_TABLE, fileOf(text), problem);
  }
});

Deno.test("text refuses a line longer than its buffer in a moment", async () => {
  const file = fileOf("t,x,y,p\n1,2,3,1\n", new Uint8Array(3 << 20).fill(0x31));
  await assert.rejects(
    async () => await rowsOf(await TEXT_TABLE.open(file)),
    /byte 16: "1{80}" is no line of numbers/,
  );
});

Deno.test("text reads what was written, over more than one buffer", async () => {
  const rows = Array.from(
    { length: 200_000 },
    (_, i): Row => [i % 346, i % 260, 7 * i, i % 2],
  );
  const lines = rows.map(([x, y, t, p]) => `${t / 1e6} ${x} ${y} ${p}\n`);
  const { rows: found } = await read(`# t_s x y p\n${lines.join("")}`);
  assert.equal(found.length, rows.length);
  assert(found.every((row, i) => `${row}` === `${rows[i]}`));
});

Deno.test("text gives back any events, with a separator of any kind", async () => {
  const steps = fc.nat(1_000_000);
  await fc.assert(
    fc.asyncProperty(
      cameraRows({ width: 1280, height: 720, steps }),
      fc.constantFrom(",", ";", "\t", " ", ", "),
      fc.constantFrom("\n", "\r\n"),
      async (rows, separator, end) => {
        const lines = [["x", "y", "t", "p"], ...rows]
          .map((row) => row.join(separator));
        assert.deepEqual((await read(lines.join(end))).rows, rows);
      },
    ),
    { seed: 64 },
  );
});
