import assert from "node:assert/strict";
import { zstdCompressSync } from "node:zlib";
import {
  aedat4,
  openAedat4,
} from "../../../../dataset/formats/aedat4/aedat4.ts";
import { encodeAedat4 } from "../../../../dataset/formats/aedat4/aedat4_encode.ts";
import { compressLz4 } from "../../../../dataset/files/compression/lz4.ts";
import { fc } from "../../../fixtures/properties.ts";
import { temporaryFolder } from "../../../fixtures/temporary_folder.ts";
import { concatBytes } from "../aedat_files.ts";
import {
  anyRow,
  assertRefused,
  blockOf,
  countEvents,
  fileOf,
  readRows,
  type Row,
} from "../recordings.ts";
import { eventTable, header, packet } from "./aedat4_files.ts";

const ROWS: readonly Row[] = [
  [345, 259, 1_700_000_000_000_001, 1],
  [0, 0, 1_700_000_000_000_002, 0],
];

Deno.test("an event of AEDAT 4 has each field where the specification has it", async () => {
  const body = Uint8Array.of(
    // Size, root at 4 + 16, type.
    ...[60, 0, 0, 0, 16, 0, 0, 0, 69, 86, 84, 83],
    // Offsets have 6 bytes, the table 8, its one field is at 4.
    ...[6, 0, 8, 0, 4, 0, 0, 0],
    // The offsets are 8 back, the vector is 4 ahead and has 2 elements.
    ...[8, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0],
    // t 2⁵⁰ + 3, x 345, y 259, ON.
    ...[3, 0, 0, 0, 0, 0, 4, 0, 0x59, 1, 3, 1, 1, 0, 0, 0],
    // x 346.
    ...[4, 0, 0, 0, 0, 0, 4, 0, 0x5a, 1, 3, 1, 1, 0, 0, 0],
  );
  const bytes = concatBytes(header(), packet(1, body));
  assert(aedat4.matches(bytes.subarray(0, 4096)));
  const recording = await openAedat4(fileOf(bytes));
  assert.equal(recording.format, 'AEDAT 4, stream "events" of 2');
  assert.deepEqual(recording.sensor, { width: 346, height: 260 });
  assert.deepEqual(await readRows(recording), [[345, 259, 2 ** 50 + 3, 1]]);
  assert.deepEqual(recording.faults, [{
    problem: "events outside the sensor",
    count: 1,
    offset: header().length + 8,
  }]);
});

Deno.test("AEDAT 4 is read in each compression that DV writes", async () => {
  const table = eventTable(ROWS);
  const bodies = [
    table,
    ...[compressLz4(table), compressLz4(table)],
    ...[zstdCompressSync(table), zstdCompressSync(table)],
  ];
  for (const [compression, body] of bodies.entries()) {
    const start = header({ compression, table: 0n });
    const packets = concatBytes(packet(0, body), packet(1, body));
    const bytes = concatBytes(
      header({ compression, table: BigInt(start.length + packets.length) }),
      packets,
      "the table of packets is not read",
    );
    const recording = await aedat4.open(fileOf(bytes));
    assert.deepEqual(await readRows(recording), ROWS, String(compression));
    assert.deepEqual(await readRows(recording), ROWS);
    assert.deepEqual(recording.faults, []);
  }
});

Deno.test("AEDAT 4 says which streams there are, and reads the one that is named", async () => {
  const bytes = concatBytes(
    header(),
    packet(1, eventTable(ROWS)),
    packet(2, eventTable([[1000, 700, 5, 1]])),
    packet(2, eventTable([])),
  );
  const recording = await openAedat4(fileOf(bytes), { stream: "a & b" });
  const sensor = { width: 346, height: 260 };
  assert.deepEqual(recording.streams, [
    { id: 0, name: "frames", type: "FRME", sensor },
    { id: 1, name: "events", type: "EVTS", sensor },
    { id: 2, name: "a & b", type: "EVTS", sensor: undefined },
  ]);
  assert.equal(recording.stream, recording.streams[2]);
  assert.equal(recording.format, 'AEDAT 4, stream "a & b" of 2');
  assert.equal(recording.sensor, undefined);
  assert.deepEqual(await readRows(recording), [[1000, 700, 5, 1]]);
  const open = () => openAedat4(fileOf(bytes), { stream: "frames" });
  await assertRefused(open, {
    problem: `byte 14 of ${bytes.length}: it has no stream of events ` +
      '"frames", only "frames" (FRME), "events" (EVTS), "a & b" (EVTS)',
    offset: 14,
  });
});

Deno.test("AEDAT 4 reads what was encoded, in each compression", async () => {
  const row = anyRow({ width: 1280, height: 720, time: 2 ** 53 - 1 });
  const sensor = { width: 1280, height: 720 };
  const cases = fc.record({
    blocks: fc.array(fc.array(row, { maxLength: 50 }), { maxLength: 5 }),
    compression: fc.constantFrom("none", "lz4", "zstd", undefined),
    name: fc.constantFrom("events", `<"&amp;'>`, "Ereignisse ü"),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ blocks, compression, name }) => {
      const pieces = await Array.fromAsync(
        encodeAedat4(blocks.map(blockOf), { sensor, compression, name }),
      );
      const recording = await openAedat4(fileOf(concatBytes(...pieces)), {
        stream: name,
      });
      assert.deepEqual(recording.sensor, sensor);
      assert.equal(recording.streams.length, 1);
      assert.deepEqual(await readRows(recording), blocks.flat());
      assert.deepEqual(recording.faults, []);
    }),
    { seed: 44 },
  );
});

Deno.test("AEDAT 4 in a file goes on over packets and blocks", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/a.aedat4`;
  const rows = Array.from(
    { length: 200_000 },
    (_, i): Row => [i % 640, i % 480, 1e15 + 3 * i, i % 2],
  );
  const sensor = { width: 640, height: 480 };
  const pieces = encodeAedat4([blockOf(rows)], { sensor });
  await Deno.writeFile(path, ReadableStream.from(pieces));
  assert((await Deno.stat(path)).size < 16 * rows.length);
  assert.deepEqual(await readRows(await aedat4.open(path)), rows);
  const packets = concatBytes(header(), packet(2, eventTable(rows)));
  const large = await openAedat4(fileOf(packets), { stream: "a & b" });
  assert.deepEqual(await readRows(large), rows);
});

Deno.test("encodeAedat4() refuses an event outside the sensor", async () => {
  const block = blockOf([[1, 2, 3, 0], [4, 5, 6, 1]]);
  const pieces = encodeAedat4([block], { sensor: { width: 9, height: 5 } });
  await assert.rejects(() => Array.fromAsync(pieces), {
    name: "RangeError",
    message: "Cannot encode event at (4, 5): the sensor has 9×5 pixels",
  });
});

Deno.test("AEDAT 4 that was interrupted is read, and says so", async () => {
  const bytes = concatBytes(
    header({ table: 1_000_000n }),
    packet(1, eventTable(ROWS)),
  );
  const recording = await aedat4.open(fileOf(bytes));
  assert.deepEqual(await readRows(recording), ROWS);
  assert.deepEqual(recording.faults, [{
    problem: "the table of packets is missing at the end",
    count: 1,
    offset: bytes.length,
  }]);
});

Deno.test("AEDAT 4 that is damaged is refused with the byte", async () => {
  const good = packet(1, eventTable(ROWS));
  const start = header().length;
  const total = start + good.length;
  const huge = packet(1, new Uint8Array(4));
  new DataView(huge.buffer).setInt32(4, 2 ** 31 - 1, true);
  const negative = packet(1, new Uint8Array(4));
  new DataView(negative.buffer).setInt32(4, -1, true);
  const many = packet(1, eventTable(ROWS));
  new DataView(many.buffer).setUint32(8 + 28, 2 ** 32 - 1, true);
  const cases: [Uint8Array<ArrayBuffer>, string, number | undefined][] = [
    [concatBytes(), "it is empty", undefined],
    [
      concatBytes("#!AER-DAT4.0"),
      'byte 0 of 12: the line "#!AER-DAT4.0" belongs here',
      0,
    ],
    [
      header().subarray(0, 100),
      `byte 14 of 100: ${start - 14} bytes belong here, 86 are left`,
      14,
    ],
    [
      header({ compression: 5 }),
      `byte 14 of ${header({ compression: 5 }).length}: compression ` +
      "5 is not known",
      14,
    ],
    [
      header({ streams: "<dv/>" }),
      `byte 14 of ${header({ streams: "<dv/>" }).length}: it has no stream ` +
      "of events",
      14,
    ],
    [
      concatBytes(header(), good.subarray(0, 5)),
      `byte ${start} of ${start + 5}: 8 bytes belong here, 5 are left`,
      start,
    ],
    [
      concatBytes(header(), huge),
      `byte ${start} of ${start + 12}: a packet claims 2147483647 bytes, 4 ` +
      "are left",
      start,
    ],
    [
      concatBytes(header(), negative),
      `byte ${start} of ${start + 12}: a packet claims -1 bytes, 4 are left`,
      start,
    ],
    [
      concatBytes(header({ compression: 1 }), good),
      `byte ${start + 12} of ${total + 4}: a packet is damaged: no LZ4 frame`,
      start + 12,
    ],
    [
      concatBytes(header(), packet(1, header().subarray(14))),
      `byte ${start + 8} of ${2 * start - 6}: a packet is damaged: no buffer ` +
      'of type "EVTS"',
      start + 8,
    ],
    [
      concatBytes(header(), many),
      `byte ${start + 8} of ${total}: a packet is damaged: 4294967295 ` +
      "elements lie outside the buffer",
      start + 8,
    ],
  ];
  for (const [bytes, problem, offset] of cases) {
    const read = () => countEvents(aedat4, fileOf(bytes));
    await assertRefused(read, { problem, offset });
  }
});

Deno.test("a packet of Zstandard that holds too much is refused", async () => {
  const body = zstdCompressSync(new Uint8Array(2 ** 27));
  const bytes = concatBytes(header({ compression: 3 }), packet(1, body));
  await assert.rejects(
    () => countEvents(aedat4, fileOf(bytes)),
    /: a packet is damaged: /,
  );
});
