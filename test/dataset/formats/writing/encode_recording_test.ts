import assert from "node:assert/strict";
import { join } from "node:path";
import type {
  EventBlock,
  OpenRecording,
} from "../../../../dataset/formats/reading/format.ts";
import { openRecording } from "../../../../dataset/formats/open_recording.ts";
import { encodeRecording } from "../../../../dataset/formats/writing/encode_recording.ts";
import { fc } from "../../../fixtures/properties.ts";
import { temporaryFolder } from "../../../fixtures/temporary_folder.ts";
import {
  cameraRows,
  digestsOf,
  realTest,
  type Row,
  rowsOf,
} from "../recording_files.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);

/** A recording of some events, a block each number of them. */
function recordingOf(rows: readonly Row[], blockEvents = 7): OpenRecording {
  return {
    format: "rows",
    sensor: undefined,
    faults: [],
    async *blocks() {
      for (let first = 0; first < rows.length; first += blockEvents) {
        const part = rows.slice(first, first + blockEvents);
        const block: EventBlock = await Promise.resolve({
          x: Uint16Array.from(part, ([x]) => x),
          y: Uint16Array.from(part, ([, y]) => y),
          t: Float64Array.from(part, ([, , t]) => t),
          p: Uint8Array.from(part, ([, , , p]) => p),
        });
        yield block;
      }
    },
  };
}

async function encoded(recording: OpenRecording, name: string): Promise<File> {
  return new File(
    await Array.fromAsync(encodeRecording(recording, name)),
    name,
  );
}

for (
  const [ending, sensor, longest] of [
    [".aedat", { width: 128, height: 128 }, 2 ** 31 - 1],
    [".aedat4", { width: 32768, height: 32768 }, 2 ** 40],
    [".raw", { width: 2048, height: 2048 }, 2 ** 32],
    [".bin", { width: 256, height: 240 }, 2 ** 25],
    [".csv", { width: 65536, height: 65536 }, 2 ** 40],
    [".npz", { width: 65536, height: 65536 }, 2 ** 40],
  ] as const
) {
  Deno.test(`what is written as ${ending} reads the same`, async () => {
    const steps = fc.oneof(fc.nat(20), fc.nat(10_000), fc.nat(longest));
    await fc.assert(
      fc.asyncProperty(
        cameraRows({ ...sensor, steps }),
        async (rows) => {
          const last = rows[rows.length - 1][2];
          fc.pre(last < (ending === ".bin" ? 2 ** 28 : 2 ** 40));
          const file = await encoded(recordingOf(rows), `a${ending}`);
          const found = await openRecording(file);
          assert.deepEqual(await rowsOf(found), rows);
          assert.deepEqual(found.faults, []);
        },
      ),
      { seed: 65, numRuns: 60 },
    );
  });
}

Deno.test("small steps back in time are kept by every format", async () => {
  const rows: Row[] = [[1, 2, 20_000, 1], [3, 4, 9_000, 0], [5, 6, 20_001, 1]];
  for (const ending of [".aedat", ".aedat4", ".raw", ".bin", ".csv", ".npz"]) {
    const file = await encoded(recordingOf(rows, 2), `a${ending}`);
    assert.deepEqual(await rowsOf(await openRecording(file)), rows, ending);
  }
});

Deno.test("what a format has no room for is refused", async () => {
  const event = (row: Row) => recordingOf([row]);
  const two = (first: number, second: number) =>
    recordingOf([[0, 0, first, 1], [0, 0, second, 1]]);
  const cases: [OpenRecording, string, string][] = [
    [
      event([128, 0, 0, 1]),
      "a.aedat",
      "Cannot write AEDAT 2.0 of a DVS128: pixel (128, 0) is outside 128×128",
    ],
    [
      event([0, 2048, 0, 1]),
      "a.raw",
      "Cannot write EVT 3.0: pixel (0, 2048) is outside 2048×2048",
    ],
    [
      event([32768, 0, 0, 1]),
      "a.aedat4",
      "Cannot write AEDAT 4: pixel (32768, 0) is outside 32768×32768",
    ],
    [
      event([0, 240, 0, 1]),
      "a.bin",
      "Cannot write .bin: pixel (0, 240) is outside 256×240",
    ],
    [
      event([0, 0, -1, 1]),
      "a.raw",
      "Cannot write EVT 3.0: an event is at -1 µs, times go from 0 to below 1099511627776",
    ],
    [
      two(0, 2 ** 31),
      "a.aedat",
      "Cannot write AEDAT 2.0: an event at 2147483648 µs follows one at 0 µs, its clock of 32 bits has looped",
    ],
    [
      two(2 ** 24, 2 ** 24 - 1),
      "a.raw",
      "Cannot write EVT 3.0: an event is at 16777215 µs, the clock has looped and reached 16777216",
    ],
    [
      two(2 ** 24, 0),
      "a.bin",
      "Cannot write .bin: an event is at 0 µs, the file has reached 8396800",
    ],
    [
      event([0, 0, 0, 1]),
      "a.doc",
      'Cannot write "a.doc": its name does not end in .aedat, .aedat4, .raw, .bin, .csv, .npz',
    ],
  ];
  for (const [recording, name, message] of cases) {
    await assert.rejects(encoded(recording, name), {
      name: "RangeError",
      message,
    });
  }
});

Deno.test("a recording without events is written, too", async () => {
  for (const ending of [".aedat", ".aedat4", ".raw", ".npz", ".csv"]) {
    const file = await encoded(recordingOf([]), `a${ending}`);
    assert.deepEqual(await rowsOf(await openRecording(file)), [], ending);
  }
});

Deno.test("NumPy reads what is written for it", async () => {
  const rows = Array.from(
    { length: 1000 },
    (_, i): Row => [i % 346, i % 260, 2 ** 40 + 7 * i, i % 2],
  );
  const file = await encoded(recordingOf(rows), "a.npz");
  await Deno.writeFile(join(folder.path, "a.npz"), file.stream());
  const script =
    "import numpy as np; a = np.load('a.npz'); i = np.arange(1000); " +
    "assert sorted(a) == ['p', 't', 'x', 'y']; " +
    "assert a['t'].dtype == 'i8' and (a['t'] == 2**40 + 7 * i).all(); " +
    "assert (a['x'] == i % 346).all() and (a['y'] == i % 260).all(); " +
    "assert (a['p'] == i % 2).all()";
  const { success, stderr } = await new Deno.Command("/usr/bin/python3", {
    args: ["-c", script],
    cwd: folder.path,
  }).output();
  assert(success, new TextDecoder().decode(stderr));
});

realTest(
  "a real recording is the same in every format that has room for it",
  "dvs_320x240.es",
  async (path) => {
    const wanted = await digestsOf(await openRecording(path));
    for (const ending of [".aedat4", ".raw", ".csv", ".npz"]) {
      const file = await encoded(await openRecording(path), `a${ending}`);
      assert.deepEqual(
        await digestsOf(await openRecording(file)),
        wanted,
        ending,
      );
    }
  },
);
