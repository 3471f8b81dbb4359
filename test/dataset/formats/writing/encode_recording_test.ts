import assert from "node:assert/strict";
import { join } from "node:path";
import type {
  EventBlock,
  OpenRecording,
} from "../../../../dataset/formats/reading/format.ts";
import { openRecording } from "../../../../dataset/formats/open_recording.ts";
import {
  encodeRecording,
  WRITTEN_ENDINGS,
} from "../../../../dataset/formats/writing/encode_recording.ts";
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
  const [ending, sensor, longest, latest = 2 ** 40] of [
    [".aedat", { width: 128, height: 128 }, 2 ** 31 - 1],
    [".aedat4", { width: 32768, height: 32768 }, 2 ** 40],
    [".raw", { width: 2048, height: 2048 }, 2 ** 32],
    [".bin", { width: 256, height: 240 }, 2 ** 25, 2 ** 28],
    [".bs1", { width: 65536, height: 1 }, 2 ** 19, 2 ** 23],
    [".bs2", { width: 256, height: 256 }, 2 ** 19, 2 ** 23],
    [".bs3", { width: 4096, height: 4096 }, 2 ** 20, 2 ** 24],
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
          fc.pre(last < latest);
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
  for (const ending of WRITTEN_ENDINGS) {
    // These have neurons alone, or columns without names.
    if (ending === ".bs1" || ending === ".npy") continue;
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
      event([0, 1, 0, 1]),
      "a.bs1",
      "Cannot write .bs1: pixel (0, 1) is outside 65536×1",
    ],
    [
      event([256, 0, 0, 1]),
      "a.bs2",
      "Cannot write .bs2: pixel (256, 0) is outside 256×256",
    ],
    [
      event([0, 0, 2 ** 23, 1]),
      "a.bs2",
      "Cannot write .bs2: an event is at 8388608 µs, times go from 0 to below 8388608",
    ],
    [
      event([0, 4096, 0, 1]),
      "a.bs3",
      "Cannot write .bs3: pixel (0, 4096) is outside 4096×4096",
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
      'Cannot write "a.doc": its name does not end in .aedat, .aedat4, .raw, .bin, .bs1, .bs2, .bs3, .csv, .npy, .npz',
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

Deno.test("what is written as .npy has a row an event, and reads the same", async () => {
  const rows = Array.from(
    { length: 300 },
    // Every tenth time is earlier than the one before it.
    (_, i): Row => [i % 346, (7 * i) % 260, 9000 + 7 * i - i % 10, i % 2],
  );
  const line = rows.map(([x, , t, p]): Row => [x, 0, t, p]);
  for (const [events, columns] of [[rows, 4], [line, 3]] as const) {
    const file = await encoded(recordingOf(events), "a.npy");
    assert.equal((await file.bytes()).length % 8, 0);
    assert.match(
      await file.text(),
      new RegExp(`'descr': '<f8', .*'shape': \\(300, ${columns}\\)`),
    );
    const found = await openRecording(file);
    assert.equal(
      found.format,
      `NumPy, columns x ${columns === 4 ? "y " : ""}p t as guessed, time in ` +
        "µs, as guessed",
    );
    assert.deepEqual(await rowsOf(found), events);
  }
  // A sensor of several rows has a y, even if all events are in row 0.
  const plain = recordingOf(line);
  const sensor = { width: 346, height: 260 };
  const wide = await encoded({ ...plain, sensor }, "a.npy");
  assert.match(await wide.text(), /\(300, 4\)/);
});

Deno.test("NumPy reads what is written for it", async () => {
  const rows = Array.from(
    { length: 1000 },
    (_, i): Row => [i % 346, i % 260, 2 ** 40 + 7 * i, i % 2],
  );
  const file = await encoded(recordingOf(rows), "a.npz");
  await Deno.writeFile(join(folder.path, "a.npz"), file.stream());
  const plain = await encoded(recordingOf(rows), "a.npy");
  await Deno.writeFile(join(folder.path, "a.npy"), plain.stream());
  const script =
    "import numpy as np; a = np.load('a.npz'); i = np.arange(1000); " +
    "assert sorted(a) == ['p', 't', 'x', 'y']; " +
    "assert a['t'].dtype == 'i8' and (a['t'] == 2**40 + 7 * i).all(); " +
    "assert (a['x'] == i % 346).all() and (a['y'] == i % 260).all(); " +
    "assert (a['p'] == i % 2).all(); " +
    "b = np.load('a.npy'); assert b.dtype == 'f8' and b.shape == (1000, 4); " +
    "assert (b == np.stack([a[n] for n in 'xypt'], 1)).all()";
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
