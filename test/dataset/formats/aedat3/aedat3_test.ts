import assert from "node:assert/strict";
import { aedat3 } from "../../../../dataset/formats/aedat3/aedat3.ts";
import { fc } from "../../../fixtures/properties.ts";
import { temporaryFolder } from "../../../fixtures/temporary_folder.ts";
import { concatBytes } from "../aedat_files.ts";
import {
  anyRow,
  assertRefused,
  countEvents,
  fileOf,
  readRows,
  type Row,
} from "../recordings.ts";
import { aedat3File, HEADER, packet, polarity } from "./aedat3_files.ts";

Deno.test("an event of AEDAT 3.1 has each field where the specification has it", async () => {
  const bytes = concatBytes(
    "#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 2: DAVIS346B\r\n",
    "#-Source 0: DVS128\r\n#Start-Time: 2016-01-01 00:00:00\r\n",
    "#!END-HEADER\r\n",
    // Type 1 of source 2, 8 bytes an event, time at 4, wrapped 3 times, room
    // for 2 events, 2 there, 1 of them valid.
    Uint8Array.of(1, 0, 2, 0, 8, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0),
    Uint8Array.of(2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0),
    // x 345 at bit 17, y 259 at bit 2, ON at bit 1, valid at bit 0.
    Uint8Array.of(0x0f, 0x04, 0xb2, 0x02, 0x04, 0x03, 0x02, 0x01),
    Uint8Array.of(0x0c, 0x04, 0xb2, 0x02, 0x04, 0x03, 0x02, 0x01),
  );
  assert(aedat3.matches(bytes.subarray(0, 4096)));
  const recording = await aedat3.open(fileOf(bytes));
  assert.equal(recording.format, "AEDAT 3.1");
  assert.deepEqual(recording.sensor, { width: 346, height: 260 });
  assert.deepEqual(await readRows(recording), [
    [345, 259, 3 * 2 ** 31 + 0x01020304, 1],
  ]);
  assert.deepEqual(recording.faults, [
    { problem: "events marked as invalid", count: 1, offset: bytes.length - 8 },
  ]);
});

Deno.test("AEDAT 3.1 reads what was encoded, in packets of any size", async () => {
  const row = anyRow({ width: 128, height: 128, time: 2 ** 31 - 1 });
  const packets = fc.array(
    fc.record({
      overflows: fc.nat(2 ** 20),
      rows: fc.array(row, { maxLength: 40 }),
      other: fc.boolean(),
    }),
    { maxLength: 10 },
  );
  await fc.assert(
    fc.asyncProperty(packets, async (packets) => {
      const bytes = aedat3File(...packets.flatMap(
        ({ overflows, rows, other }) => [
          packet(rows.map(polarity), { overflows }),
          ...(other ? [packet(rows.map(polarity), { type: 3 })] : []),
        ],
      ));
      const recording = await aedat3.open(fileOf(bytes));
      const expected = packets.flatMap(({ overflows, rows }) =>
        rows.map(([x, y, t, p]): Row => [x, y, t + overflows * 2 ** 31, p])
      );
      assert.deepEqual(await readRows(recording), expected);
      assert.deepEqual(await readRows(recording), expected);
      assert.deepEqual(recording.faults, []);
    }),
    { seed: 31 },
  );
});

Deno.test("AEDAT 3.1 leaves out and counts events that no pixel sent", async () => {
  const negative = polarity([1, 2, 3, 0]);
  new DataView(negative.buffer).setInt32(4, -1, true);
  const bytes = aedat3File(
    packet([polarity([128, 0, 1, 1]), polarity([0, 300, 2, 1]), negative]),
    packet([polarity([1, 1, 1, 1])], { source: 7 }),
    packet([polarity([4, 5, 6, 1])], { capacity: 3 }),
  );
  const recording = await aedat3.open(fileOf(bytes));
  assert.deepEqual(await readRows(recording), [[4, 5, 6, 1]]);
  const first = HEADER.length + 28;
  assert.deepEqual(recording.faults, [
    { problem: "events outside the sensor", count: 2, offset: first },
    { problem: "events with a negative time", count: 1, offset: first + 16 },
    { problem: "packets of another source", count: 1, offset: first + 52 },
  ]);
});

Deno.test("AEDAT 3.1 of a camera that is not known has no sensor, and every event", async () => {
  const header = HEADER.replace("DVS128", "File");
  const bytes = concatBytes(header, packet([polarity([1279, 719, 1, 0])]));
  const recording = await aedat3.open(fileOf(bytes));
  assert.equal(recording.sensor, undefined);
  assert.deepEqual(await readRows(recording), [[1279, 719, 1, 0]]);
});

Deno.test("AEDAT 3.1 that is damaged is refused with the byte", async () => {
  const good = packet([polarity([1, 2, 3, 0])]);
  const at = HEADER.length;
  const changed = (field: number, value: number) => {
    const bytes = good.slice();
    new DataView(bytes.buffer).setInt32(field, value, true);
    return concatBytes(HEADER, bytes);
  };
  const cases: [Uint8Array<ArrayBuffer>, string, number | undefined][] = [
    [concatBytes(), "it is empty", undefined],
    [
      concatBytes("#!AER-DAT2.0\r\n"),
      'byte 0 of 14: the line "#!AER-DAT3.1" belongs here',
      0,
    ],
    [
      concatBytes("#!AER-DAT3.1\r\n#Source"),
      'byte 14 of 21: the line "#!END-HEADER" belongs here or before',
      14,
    ],
    [
      concatBytes("#!AER-DAT3.1\r\n#Format: Serial-TS\r\n"),
      'byte 14 of 34: its packets are "Serial-TS", only RAW can be read',
      14,
    ],
    [
      concatBytes(HEADER, good.subarray(0, 20)),
      `byte ${at} of ${at + 20}: 28 bytes belong here, 20 are left`,
      at,
    ],
    [
      concatBytes(HEADER, good.subarray(0, 30)),
      `byte ${at} of ${at + 30}: a packet claims 8 bytes, 2 are left`,
      at,
    ],
    [
      changed(16, 2 ** 31 - 1),
      `byte ${at} of ${at + 36}: a packet claims ${8 * (2 ** 31 - 1)} bytes, ` +
      "8 are left",
      at,
    ],
    [
      changed(20, 2),
      `byte ${at} of ${at + 36}: a packet claims 2 of 1 events of 8 bytes, ` +
      "0 times wrapped",
      at,
    ],
    [
      changed(4, 16),
      `byte ${at} of ${at + 36}: a polarity event has 8 bytes and its time ` +
      "at 4, here are 16 and 4",
      at,
    ],
    [
      changed(0, 0x8001),
      `byte ${at} of ${at + 36}: a packet has type -32767: compressed or ` +
      "damaged",
      at,
    ],
  ];
  for (const [bytes, problem, offset] of cases) {
    const read = () => countEvents(aedat3, fileOf(bytes));
    await assertRefused(read, { problem, offset });
  }
});

Deno.test("the events before a damage of AEDAT 3.1 are handed on", async () => {
  const good = packet([polarity([1, 2, 3, 0])]);
  const bytes = aedat3File(good, new Uint8Array(28).fill(255));
  const blocks = (await aedat3.open(fileOf(bytes))).blocks();
  const { value } = await blocks.next();
  assert.deepEqual([...value!.t], [3]);
  await assert.rejects(() => blocks.next());
});

Deno.test("AEDAT 3.1 in a file goes on over blocks and over its window", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/a.aedat`;
  const rows = Array.from(
    { length: 300_000 },
    (_, i): Row => [i % 128, i % 127, i, i % 2],
  );
  const packets = [0, 1, 2].map((third) =>
    packet(rows.slice(third * 1e5, (third + 1) * 1e5).map(polarity))
  );
  await Deno.writeFile(path, aedat3File(...packets));
  assert.deepEqual(await readRows(await aedat3.open(path)), rows);
  await Deno.writeFile(path, new Uint8Array());
  await assert.rejects(() => aedat3.open(path), /it is empty$/);
  await assert.rejects(() => aedat3.open(folder.path), /it is a folder$/);
});
