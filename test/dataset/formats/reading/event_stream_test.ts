import assert from "node:assert/strict";
import { EVENT_STREAM } from "../../../../dataset/formats/event_stream.ts";
import { fc } from "../../../fixtures/properties.ts";
import {
  cameraRows,
  digestsOf,
  fileOf,
  readRows,
  realTest,
  refused,
  type Row,
} from "../recording_files.ts";

const SIZE = [0x40, 0x01, 0xf0, 0x00]; // 320×240
const DVS = ["Event Stream", [2, 0, 0, 1, ...SIZE]];
const ATIS = ["Event Stream", [2, 0, 0, 2, ...SIZE]];

Deno.test("Event Stream: every field of a DVS event is where the specification has it", async () => {
  const { rows, faults } = await readRows(
    EVENT_STREAM,
    fileOf(...DVS, [
      ...[0x05, 0x3f, 0x01, 0xef, 0x00], // after 2 µs, ON, x 319, y 239 from below
      ...[0xff, 0xff, 0xfe], // twice 127 µs more, and a reset
      ...[0xfc, 0x01, 0x00, 0x00, 0x00], // after 126 µs, OFF
    ]),
  );
  assert.deepEqual(rows, [[319, 0, 2, 1], [1, 239, 2 + 254 + 126, 0]]);
  assert.deepEqual(faults, []);
});

Deno.test("Event Stream: every field of an ATIS event is where the specification has it", async () => {
  const { rows, faults } = await readRows(
    EVENT_STREAM,
    fileOf(...ATIS, [
      ...[0x0a, 0x07, 0x00, 0xef, 0x00], // after 2 µs, ON
      ...[0xff, 0xfd, 0xfc], // 3 and 1 times 63 µs more, and a reset
      ...[0x05, 0x08, 0x00, 0xef, 0x00], // after 1 µs, start of an exposure
      ...[0x07, 0x08, 0x00, 0xef, 0x00], // after 1 µs, its end
      ...[0xf8, 0x08, 0x00, 0xee, 0x00], // after 62 µs, OFF
    ]),
  );
  assert.deepEqual(rows, [[7, 0, 2, 1], [8, 1, 2 + 252 + 2 + 62, 0]]);
  assert.deepEqual(faults, []);
});

/** Writes events of a DVS from their specification. */
function encode(rows: readonly Row[]): number[] {
  let last = 0;
  return rows.flatMap(([x, y, t, p]) => {
    const step = t - last;
    last = t;
    const row = 239 - y;
    return [
      ...new Array(Math.floor(step / 127)).fill(255),
      2 * (step % 127) + p,
      ...[x % 256, Math.floor(x / 256), row % 256, Math.floor(row / 256)],
    ];
  });
}

Deno.test("Event Stream reads what was encoded", async () => {
  const steps = fc.oneof(fc.nat(200), fc.nat(20_000));
  await fc.assert(
    fc.asyncProperty(
      cameraRows({ width: 320, height: 240, steps }),
      async (rows) => {
        const file = fileOf(...DVS, encode(rows));
        assert.deepEqual((await readRows(EVENT_STREAM, file)).rows, rows);
      },
    ),
    { seed: 63 },
  );
});

Deno.test("Event Stream counts events outside its sensor, and their time goes on", async () => {
  const file = fileOf(...DVS, [2, 64, 1, 0, 0], [2, 0, 0, 0, 0]);
  const { rows, faults } = await readRows(EVENT_STREAM, file);
  assert.deepEqual(rows, [[0, 239, 2, 0]]);
  const problem = "events outside the sensor";
  assert.deepEqual(faults, [{ problem, count: 1, offset: 20 }]);
});

Deno.test("Event Stream refuses other versions and types, and what is cut off", async () => {
  const mark = "Event Stream";
  const cases: [File, string][] = [
    [fileOf(mark), "byte 12: the header has 16 bytes"],
    [fileOf(mark, [2, 0, 0, 1, 0, 0]), "byte 18: the header has 20 bytes"],
    [
      fileOf(mark, [1, 2, 3, 1]),
      "it is Event Stream 1.2.3, only 2 can be read",
    ],
    [
      fileOf(mark, [2, 0, 0, 9]),
      "the type of its events is unknown (9): only those of DVS and ATIS " +
      "have pixels and polarities",
    ],
    [
      fileOf(...DVS, [0, 0, 0]),
      "byte 20 of 23: an event has 5 bytes, 3 are left",
    ],
  ];
  for (const [file, problem] of cases) {
    await refused(EVENT_STREAM, file, problem);
  }
});

realTest(
  "a real Event Stream has the published events",
  "dvs_320x240.es",
  async (path) => {
    const recording = await EVENT_STREAM.open(path);
    assert.deepEqual(recording.sensor, { width: 320, height: 240 });
    assert.deepEqual(await digestsOf(recording), {
      t: "6f3f9af2e99d83707fd74fef3486abdd9f2f81680d3c4fcc306b1965",
      x: "976eab4dc499e350481c3f568f71b2713e3ffa944bc1866f31448460",
      y: "6ccc2ff279b4fb7f87b37d128d84da6771df6b40b624bf3cd4e6622a",
      on: "6f3c58f949e7c11c55707d11f739d98669882d551403c79482ab81f9",
      events: 473_225,
      ons: 270_001,
      first: 0,
      last: 999_000,
    });
    assert.deepEqual(recording.faults, []);
  },
);

realTest(
  "a real Event Stream of generic events is refused",
  "generic.es",
  async (path) => {
    await assert.rejects(EVENT_STREAM.open(path), {
      message: `Cannot read recording "${path}": the type of its events is ` +
        "generic: only those of DVS and ATIS have pixels and polarities",
      offset: 15,
    });
  },
);
