import assert from "node:assert/strict";
import { zstdCompressSync } from "node:zlib";
import { compressLz4 } from "../../../../dataset/files/compression/lz4.ts";
import { concatBytes } from "../aedat_files.ts";
import { aedat3File, packet, polarity } from "../aedat3/aedat3_files.ts";
import {
  eventTable,
  header,
  packet as packet4,
} from "../aedat4/aedat4_files.ts";
import { readCut, ROWS } from "./cut_recordings.ts";

const ZEROS = "zero bytes at the end, which are left out";
const CUT_PACKET = "the last packet, which is cut off";

/** A stream of events with the number 0. */
const STREAM_0 = `<dv version="2.0">
    <node name="outInfo" path="/mainloop/Recorder/outInfo/">
        <node name="0" path="/mainloop/Recorder/outInfo/0/">
            <attr key="originalOutputName" type="string">events</attr>
            <attr key="typeIdentifier" type="string">EVTS</attr>
        </node>
    </node>
</dv>`;

/** The events of two packets. */
const HALVES = [ROWS.slice(0, 4), ROWS.slice(4)];

/** Reads a file that ends in zeros from a byte on. */
function readZeroed(
  name: string,
  file: Uint8Array<ArrayBuffer>,
  { from, more }: { readonly from: number; readonly more: number },
) {
  const bytes = concatBytes(file.slice().fill(0, from), new Uint8Array(more));
  return readCut(name, bytes, bytes.length);
}

/** Files in two packets of four events each. */
const FILES: readonly {
  readonly name: string;
  readonly parts: readonly Uint8Array<ArrayBuffer>[];
}[] = [
  {
    name: "AEDAT 3.1",
    parts: [
      aedat3File(),
      ...HALVES.map((rows) => packet(rows.map(polarity), { capacity: 6 })),
    ],
  },
  ...([
    ["plain", 0, (bytes) => bytes],
    ["LZ4", 1, compressLz4],
    ["Zstandard", 3, zstdCompressSync],
  ] as [string, number, (bytes: Uint8Array) => Uint8Array][]).flatMap(
    ([name, compression, compress]) =>
      // A packet of stream 0 begins like zeros.
      [1, 0].map((stream) => ({
        name: `AEDAT 4, ${name}, stream ${stream}`,
        parts: [
          header(
            stream === 1 ? { compression } : { compression, streams: STREAM_0 },
          ),
          ...HALVES.map((rows) => packet4(stream, compress(eventTable(rows)))),
        ],
      })),
  ),
];

for (const { name, parts } of FILES) {
  const file = concatBytes(...parts);
  const second = file.length - parts[2].length;

  Deno.test(`${name}: zeros after the last packet are left out and counted`, async () => {
    for (const more of [28, 512, 4096, 2 ** 20 + 3]) {
      const at = { from: file.length, more };
      const { rows, faults } = await readZeroed("a.aedat", file, at);
      assert.deepEqual(rows, ROWS);
      assert.deepEqual(faults, [
        { problem: ZEROS, count: more, offset: file.length },
      ]);
    }
  });

  Deno.test(`${name}: zeros over the last packet leave the events before them`, async () => {
    for (let from = second; from < file.length - 16; from++) {
      for (const more of [40, 4096]) {
        const at = { from, more };
        const { rows, faults } = await readZeroed("a.aedat", file, at);
        assert(rows.length >= 4, `${from}`);
        assert.deepEqual(rows.slice(0, 4), ROWS.slice(0, 4));
        // The zeros may begin inside the last event.
        assert.deepEqual(rows.slice(0, -1), ROWS.slice(0, rows.length - 1));
        const [{ problem, offset }, ...others] = faults;
        assert.deepEqual(others, [], `${from}`);
        assert(problem === ZEROS || problem === CUT_PACKET, problem);
        assert(offset! >= second && offset! <= file.length);
      }
    }
    const { rows, faults } = await readZeroed("a.aedat", file, {
      from: second,
      more: 100,
    });
    assert.deepEqual(rows, ROWS.slice(0, 4));
    const count = file.length - second + 100;
    assert.deepEqual(faults, [{ problem: ZEROS, count, offset: second }]);
  });

  Deno.test(`${name}: zeros that data follow are no end`, async () => {
    const bytes = concatBytes(file, new Uint8Array(840), parts[2]);
    const { faults } = await readCut("a.aedat", bytes, bytes.length)
      .catch(() => ({ faults: [] }));
    assert(faults.every(({ problem }) => problem !== ZEROS));
  });

  Deno.test(`${name} of nothing but zeros is refused`, async () => {
    const { length } = parts[0];
    await assert.rejects(
      () => readZeroed("a.aedat", parts[0], { from: length, more: 512 }),
      {
        name: "RecordingError",
        message: `Cannot read recording "a.aedat": byte ${length} of ` +
          `${length + 512}: only zeros follow`,
      },
    );
  });
}
