import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { PROPHESEE_RAW } from "../../../../dataset/formats/prophesee/raw.ts";
import { fc } from "../../../fixtures/properties.ts";
import {
  cameraRows,
  digestsOf,
  fileOf,
  readRows,
  realTest,
  refused,
  type Row,
  rowsOf,
  words,
} from "../recording_files.ts";

const EVT2 = "% evt 2.0\n% end\n";
const EVT21 = "% format EVT21;endianness=little;height=320;width=320\n% end\n";
const EVT3 = "% evt 3.0\n% geometry 1280x720\n% end\n";

const read = (...parts: Parameters<typeof fileOf>) =>
  readRows(PROPHESEE_RAW, fileOf(...parts));

Deno.test("EVT 2.0: every field of a word is where the specification has it", async () => {
  const { rows, faults } = await read(EVT2, [
    ...[0x03, 0x00, 0x00, 0x80], // upper time 3: 192 µs
    ...[0xff, 0xff, 0xff, 0x0f], // OFF, time +63, x 2047, y 2047
    ...[0x01, 0x10, 0x40, 0x10], // ON, time +1, x 2, y 1
    ...[0x00, 0x00, 0x00, 0xa0], // trigger
    ...[0x00, 0x00, 0x00, 0xe0], // extension
    ...[0x00, 0x00, 0x00, 0xf0], // extension, continued
    ...[0xff, 0xff, 0xff, 0x8f], // the latest upper time
    ...[0x00, 0x00, 0x00, 0x00],
    ...[0x00, 0x00, 0x00, 0x80], // looped
    ...[0x00, 0x00, 0x00, 0x10],
  ]);
  assert.deepEqual(rows, [
    [2047, 2047, 255, 0],
    [2, 1, 193, 1],
    [0, 0, 2 ** 34 - 64, 0],
    [0, 0, 2 ** 34, 1],
  ]);
  assert.deepEqual(faults, []);
});

Deno.test("EVT 2.1: every field of a word is where the specification has it", async () => {
  const upper = 0x10c1_0002n; // ON, time +3, x 32, y 2
  const file = words(8, [
    0x8000_0001_0000_0000n, // upper time 1: 64 µs
    upper << 32n | 0x8000_0001n, // the first and the last of 32 pixels
    0x0000_0000_0000_0002n, // OFF, x 1, y 0
    0xa000_0000_0000_0000n, // trigger
    0xe000_0000_0000_0000n, // extension
  ]);
  const rows: Row[] = [[32, 2, 67, 1], [63, 2, 67, 1], [1, 0, 64, 0]];
  assert.deepEqual(await read(EVT21, file), { rows, faults: [] });
  const turned = file.slice();
  for (let at = 0; at < file.length; at += 8) {
    turned.set(file.subarray(at + 4, at + 8), at);
    turned.set(file.subarray(at, at + 4), at + 4);
  }
  const legacy = EVT21.replace("little", "legacy");
  assert.deepEqual(await read(legacy, turned), { rows, faults: [] });
});

Deno.test("EVT 3.0: every field of a word is where the specification has it", async () => {
  const { rows, faults } = await read(
    EVT3,
    words(2, [
      ...[0x8001n, 0x6002n], // time 4096 + 2
      ...[0x0807n, 0x2d05n], // row 7 of the second camera, ON at x 1285: outside
      ...[0x2805n, 0x2006n], // ON at x 5, OFF at x 6
      ...[0x3864n, 0x4801n, 0x5081n], // ON from x 100: +0, +11, then +12, +19
      ...[0x5f01n], // four bits of a vector of 8 are not used: +20
      ...[0x7000n, 0xa001n, 0xe000n, 0xf000n], // trigger, extensions
      ...[0x8002n, 0x2001n], // until the lower half comes, it is 0
      ...[0x8fffn, 0x6fffn, 0x2002n], // the latest time
      ...[0x8000n, 0x6000n, 0x2003n], // looped
    ]),
  );
  assert.deepEqual(rows, [
    ...[[5, 7, 4098, 1], [6, 7, 4098, 0]],
    ...[[100, 7, 4098, 1], [111, 7, 4098, 1], [112, 7, 4098, 1]],
    ...[[119, 7, 4098, 1], [120, 7, 4098, 1], [1, 7, 8192, 0]],
    ...[[2, 7, 2 ** 24 - 1, 0], [3, 7, 2 ** 24, 0]],
  ]);
  const offset = EVT3.length + 6;
  const problem = "events outside the sensor";
  assert.deepEqual(faults, [{ problem, count: 1, offset }]);
});

Deno.test("EVT 3.0: a bit of an upper byte with the big end first is read as one", async () => {
  const header = "% format EVT3;endianness=big;width=9;height=9\n% end\n";
  const { rows } = await read(header, [0x80, 1, 0x60, 2, 0, 7, 0x28, 5]);
  assert.deepEqual(rows, [[5, 7, 4098, 1]]);
});

Deno.test("what a RAW file leaves out is counted with the byte where it starts", async () => {
  const { rows, faults } = await read(
    EVT3,
    words(2, [
      ...[0x0001n, 0x2001n, 0x3001n, 0x5003n], // no time yet: 3 events
      ...[0x8002n, 0x0001n, 0x22ffn, 0x8001n], // back by 4096 µs
      ...[0x1000n, 0x9000n, 0xb000n, 0xc000n, 0xd000n],
      ...[0x22fen],
    ]),
  );
  assert.deepEqual(rows, [[767, 1, 8192, 0], [766, 1, 4096, 0]]);
  const at = (word: number) => EVT3.length + 2 * word;
  assert.deepEqual(faults, [
    { problem: "events before the first time", count: 3, offset: at(1) },
    { problem: "steps back in time", count: 1, offset: at(7) },
    { problem: "words of a reserved type", count: 5, offset: at(8) },
  ]);
});

Deno.test("a RAW file is refused whose header or last word is not whole", async () => {
  await refused(
    PROPHESEE_RAW,
    fileOf("% evt 4.0\n% end\n"),
    'its encoding is "EVT4", only EVT2, EVT21, EVT3 can be read',
  );
  await refused(
    PROPHESEE_RAW,
    fileOf("% evt 2.0\n% geometry 0x480\n"),
    "its header says 0×480 pixels: sides go from 1 to 65535",
  );
  await refused(
    PROPHESEE_RAW,
    fileOf(EVT2, [0, 0, 0, 0x80, 7, 7]),
    "byte 20 of 22: a word has 4 bytes, 2 are left",
  );
});

Deno.test("a RAW file tells its sensor, by the format or the geometry", async () => {
  for (
    const [header, sensor] of [
      [EVT2, undefined],
      [EVT21, { width: 320, height: 320 }],
      [EVT3, { width: 1280, height: 720 }],
    ] as const
  ) {
    const recording = await PROPHESEE_RAW.open(fileOf(header));
    assert.deepEqual(recording.sensor, sensor);
  }
});

/** Writes EVT 2.0 from its specification. */
function encodeEvt2(rows: readonly Row[]): Uint8Array {
  return words(
    4,
    rows.flatMap(([x, y, t, p]) => {
      const [high, low] = [BigInt(t) >> 6n, BigInt(t) & 63n];
      const event = BigInt(p) << 28n | low << 22n | BigInt(x) << 11n |
        BigInt(y);
      return [8n << 28n | high & 0xfffffffn, event];
    }),
  );
}

/** Writes EVT 2.1 from its specification, an event a word. */
function encodeEvt21(rows: readonly Row[]): Uint8Array {
  return words(
    8,
    rows.flatMap(([x, y, t, p]) => {
      const [high, low] = [BigInt(t) >> 6n, BigInt(t) & 63n];
      const first = BigInt(x - x % 32) << 11n;
      const event = BigInt(p) << 28n | low << 22n | first | BigInt(y);
      return [
        8n << 60n | (high & 0xfffffffn) << 32n,
        event << 32n | 1n << BigInt(x % 32),
      ];
    }),
  );
}

/** Writes EVT 3.0 from its specification, odd events as vectors of 12. */
function encodeEvt3(rows: readonly Row[]): Uint8Array {
  return words(
    2,
    rows.flatMap(([x, y, t, p], i) => {
      const time = BigInt(t);
      const first = Math.max(0, x - 11);
      const event = i % 2 === 0 ? [0x2000n | BigInt(p) << 11n | BigInt(x)] : [
        0x3000n | BigInt(p) << 11n | BigInt(first),
        0x4000n | 1n << BigInt(x - first),
      ];
      const high = 0x8000n | time >> 12n & 0xfffn;
      return [high, 0x6000n | time & 0xfffn, BigInt(y), ...event];
    }),
  );
}

for (
  const [name, header, encode, loop] of [
    ["EVT 2.0", "% evt 2.0\n% geometry 320x320\n", encodeEvt2, 2 ** 33],
    ["EVT 2.1", EVT21, encodeEvt21, 2 ** 33],
    ["EVT 3.0", EVT3, encodeEvt3, 2 ** 23],
  ] as const
) {
  Deno.test(`${name} reads what was encoded, also where its clock loops`, async () => {
    const steps = fc.oneof(fc.nat(100), fc.nat(loop - 8192));
    await fc.assert(
      fc.asyncProperty(
        cameraRows({ width: 320, height: 320, steps }),
        async (rows) => {
          const { rows: found, faults } = await read(header, encode(rows));
          // The upper bits at the start are taken as they are.
          const range = 2 * loop;
          const start = rows[0][2] - rows[0][2] % range;
          assert.deepEqual(
            found,
            rows.map(([x, y, t, p]) => [x, y, t - start, p]),
          );
          assert.deepEqual(faults, []);
        },
      ),
      { seed: 61 },
    );
  });
}

Deno.test("events beyond one block and one buffer keep their order and state", async () => {
  const rows = Array.from(
    { length: 140_000 },
    (_, i): Row => [i % 320, i % 319, 3 * i, i % 2],
  );
  for (
    const [header, encode] of [
      [EVT2, encodeEvt2],
      [EVT3, encodeEvt3],
    ] as const
  ) {
    const recording = await PROPHESEE_RAW.open(fileOf(header, encode(rows)));
    const found = await rowsOf(recording);
    assert.equal(found.length, rows.length);
    assert(found.every((row, i) => `${row}` === `${rows[i]}`));
  }
});

realTest(
  "a real EVT 2.0 recording has the published events",
  "evt2_640x480.raw",
  async (path) => {
    const recording = await PROPHESEE_RAW.open(path);
    assert.deepEqual(await digestsOf(recording), {
      t: "9855ba39c1baea316ae623b72466e420df60a7510248391856eb4eaf",
      x: "93fc6cff19b483fd48ca53345c6c1cf05123681d7b7272a1717e9303",
      y: "07cfaef58e5fa71ce9910ed5b88fb7e9fcf71e4a8654cc2c4666f1ae",
      on: "d2b5e9c4047f4c431937b24cd46c8b504e055372b0ded1df77f0ffa1",
      events: 521_252,
      ons: 185_861,
      first: 913_716_224,
      last: 913_812_095,
    });
    assert.deepEqual(recording.faults, []);
  },
);

/** Takes the words out of a bag of event_camera_msgs/EventPacket. */
function wordsInBag(path: string): Uint8Array[] {
  using bag = new DatabaseSync(path, { readOnly: true });
  return bag.prepare("SELECT data FROM messages ORDER BY timestamp").all()
    .map(({ data }) => {
      const bytes = data as Uint8Array;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      // CDR: 4 bytes, then a time, and fields aligned to their size.
      let at = 4 + 8;
      const aligned = (size: number) => 4 + Math.ceil((at - 4) / size) * size;
      const skipLength = () => {
        at = aligned(4) + 4;
        return view.getUint32(at - 4, true);
      };
      const frame = skipLength();
      at += frame;
      at = aligned(4) + 8;
      at = aligned(8) + 16;
      const encoding = skipLength();
      at += encoding + 1;
      const size = skipLength();
      return bytes.slice(at, at + size);
    });
}

realTest(
  "a real EVT 3.0 stream has the published events",
  "evt3_640x480_ros2.db3",
  async (path) => {
    const header = "% evt 3.0\n% geometry 640x480\n% end\n";
    const recording = await PROPHESEE_RAW.open(
      fileOf(header, ...wordsInBag(path)),
    );
    let [on, off, sum, first, last] = [0, 0, 0n, NaN, NaN];
    for await (const { t, p } of recording.blocks()) {
      if (on + off === 0) first = t[0];
      last = t[t.length - 1];
      for (let i = 0; i < t.length; i++) {
        if (p[i] === 1) on++;
        else off++;
        sum += BigInt(t[i]);
      }
    }
    assert.deepEqual([on, off], [125_183, 218_291]);
    assert.equal(sum, 2_851_601_611_994n);
    assert.deepEqual([first, last], [7_139_845, 9_218_023]);
    assert.deepEqual(recording.faults, []);
  },
);
