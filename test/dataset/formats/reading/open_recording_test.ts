import assert from "node:assert/strict";
import {
  encodeRecording,
  WRITTEN_ENDINGS,
} from "../../../../dataset/formats/writing/encode_recording.ts";
import { encodeAedat } from "../../../../dataset/formats/aedat2/aedat_encode.ts";
import { openRecording } from "../../../../dataset/formats/open_recording.ts";
import { temporaryFolder } from "../../../fixtures/temporary_folder.ts";
import { concatBytes, records } from "../aedat_files.ts";
import {
  digestsOf,
  realTest,
  type Row,
  rowsOf,
  words,
} from "../recording_files.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);

/** ON events of row 7, columns 5 and 6, 1 µs apart, as AEDAT has them. */
const PAIRS = [5, 6].map((x, i) =>
  [(120 << 8) | ((127 - x) << 1), 2 ** 32 - 1 + i >>> 0] as const
);

const npyHeader = "{'descr': [('x', '|u1'), ('y', '|u1'), ('t', '|u1'), " +
  "('p', '|u1')], 'fortran_order': False, 'shape': (2,), }\n";

/** Files of the same two events, times from 0 or more. */
const FILES: Record<string, (string | Uint8Array)[]> = {
  "a.aedat": ["#!AER-DAT2.0\r\n", records(PAIRS, 8)],
  "b.dat": [records(PAIRS, 6)],
  "c.raw": [
    "% evt 2.0\n",
    words(4, [0x8000_0000n, 0x1000_2807n, 0x1040_3007n]),
  ],
  "d.any": [
    "% evt 3.0\n",
    words(2, [0x8000n, 0x6000n, 7n, 0x2805n, 0x6001n, 0x2806n]),
  ],
  "e.raw": [
    "% evt 2.1\n% format EVT21;endianness=little;height=8;width=8\n% end\n",
    words(8, [
      0x8000_0000n << 32n,
      0x1000_0007n << 32n | 32n,
      0x1040_0007n << 32n | 64n,
    ]),
  ],
  "f.dat": [
    "% Version 2\n",
    Uint8Array.of(12, 8),
    words(4, [0n, 0x1001_c005n, 1n, 0x1001_c006n]),
  ],
  "g.es": [
    "Event Stream",
    Uint8Array.of(2, 0, 0, 1, 8, 0, 8, 0, 1, 5, 0, 0, 0, 3, 6, 0, 0, 0),
  ],
  "h.npy": [
    Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0),
    Uint8Array.of(npyHeader.length, 0),
    npyHeader,
    Uint8Array.of(5, 7, 0, 1, 6, 7, 1, 1),
  ],
  "i.BIN": [Uint8Array.of(5, 7, 0x80, 0, 0, 6, 7, 0x80, 0, 1)],
  "j.bs2": [Uint8Array.of(5, 7, 0x80, 0, 0, 6, 7, 0x80, 0, 1)],
  "k.bs3": [Uint8Array.of(0, 0x50, 7, 1, 0, 0, 0, 0, 0x60, 7, 1, 0, 0, 1)],
  "l.csv": ["x,y,p,t\n5,7,1,0\n6,7,1,1\n"],
  "m.txt": ["% t x y p\n0 5 7 1\n1 6 7 1\n"],
};

Deno.test("a format is told by the content, else by the ending of the name", async () => {
  const formats = new Map<string, string>();
  for (const [name, parts] of Object.entries(FILES)) {
    const bytes = concatBytes(...parts);
    const path = `${folder.path}/${name}`;
    await Deno.writeFile(path, bytes);
    for (const file of [path, new File([bytes], name)]) {
      const recording = await openRecording(file);
      formats.set(name, recording.format);
      const rows = await rowsOf(recording);
      const start = rows[0][2];
      assert.deepEqual(
        rows,
        [[5, 7, start, 1], [6, 7, start + 1, 1]],
        name,
      );
      assert.deepEqual(await rowsOf(recording), rows, "read once more");
      assert.deepEqual(recording.faults, [], name);
    }
  }
  assert.deepEqual(Object.fromEntries(formats), {
    "a.aedat": "AEDAT 2.0",
    "b.dat": "AEDAT 1.0",
    "c.raw": "Prophesee RAW, EVT 2.0",
    "d.any": "Prophesee RAW, EVT 3.0",
    "e.raw": "Prophesee RAW, EVT 2.1",
    "f.dat": "Prophesee DAT",
    "g.es": "Event Stream 2, DVS",
    "h.npy": "NumPy, columns x y t p, time in µs, as guessed",
    "i.BIN": "N-MNIST",
    "j.bs2": "SLAYER spikes of pixels",
    "k.bs3": "SLAYER spikes of pixels, wide",
    "l.csv": "text, columns x y p t, time in µs, as guessed",
    "m.txt": "text, columns t x y p, time in µs, as guessed",
  });
});

/** Names formats of files without an ending, or says that they are refused. */
function formatOf(...parts: (string | Uint8Array)[]): Promise<string> {
  return openRecording(new File([concatBytes(...parts)], "recording"))
    .then(({ format }) => format, ({ message }) => message.slice(0, 35));
}

const REFUSED = 'Cannot read recording "recording": ';

Deno.test("text and AEDAT 1.0 are told without an ending, and nothing else", async () => {
  const rows = Array.from({ length: 4000 }, (_, i): Row => [
    (7 * i) % 34,
    (5 * i) % 34,
    37 * i,
    i % 2,
  ]);
  const lines = rows.map(([x, y, t, p]) => `${t} ${x} ${y} ${p}\n`).join("");
  const guess = "text, columns t x y p as guessed, time in µs, as guessed";
  assert.equal(await formatOf(lines), guess);
  assert.equal(await formatOf("# a remark\n", lines), guess);
  const pairs = (rows: readonly Row[]) =>
    rows.map(([x, y, t, p]): [number, number] => [x << 8 | y << 1 | p, t]);
  for (const events of [rows, rows.slice(0, 32)]) {
    assert.equal(await formatOf(records(pairs(events), 6)), "AEDAT 1.0");
  }
  // Too few, none later than another, one earlier, one of no DVS128.
  for (
    const events of [
      rows.slice(0, 31),
      rows.map(([x, y, , p]): Row => [x, y, 7, p]),
      rows.toSpliced(600, 1, [1, 1, 0, 1]),
      rows.toSpliced(600, 1, [128, 1, rows[600][2], 1]),
    ]
  ) assert.equal(await formatOf(records(pairs(events), 6)), REFUSED);
  assert.equal(await formatOf(records(pairs(rows), 8)), REFUSED);
  for (const [name, parts] of Object.entries(FILES)) {
    const { format } = await openRecording(
      new File([concatBytes(...parts)], name),
    );
    const isBare = /^b\.dat|bin|bs\d$/i.test(name);
    assert.equal(await formatOf(...parts), isBare ? REFUSED : format, name);
  }
  const recording = await openRecording(new File([lines], "a.txt"));
  for (const ending of WRITTEN_ENDINGS) {
    // SLAYER's neurons are in one row.
    if (ending === ".bs1") continue;
    const name = `a${ending}`;
    const bytes = concatBytes(
      ...await Array.fromAsync(encodeRecording(recording, name)),
    );
    const { format } = await openRecording(new File([bytes], name));
    assert.equal(
      await formatOf(bytes),
      /bin|bs/.test(ending) ? REFUSED : format,
      name,
    );
  }
});

Deno.test("a file of no format is refused", async () => {
  const refusal = (file: File) =>
    openRecording(file).then(() => "", ({ message }) => message);
  assert.match(
    await refusal(new File(["words"], "a.doc")),
    /^Cannot read recording "a.doc": it has no mark of AEDAT .*, and its name does not end in \.aedat/,
  );
  assert.equal(
    await refusal(new File([], "a.csv")),
    'Cannot read recording "a.csv": it is empty',
  );
  assert.equal(
    await refusal(new File(["#!AER-DAT2.1\r\n"], "a.aedat")),
    'Cannot read recording "a.aedat": it is AEDAT "2.1", only 1.0 and 2.0 can be read',
  );
});

Deno.test("AEDAT is read with ON as 1, and a clock that goes on past 2³² µs", async () => {
  const recording = encodeAedat({
    x: Uint16Array.of(0, 127),
    y: Uint16Array.of(1, 0),
    t: Uint32Array.of(2 ** 32 - 1, 1),
    p: Uint8Array.of(0, 1),
  });
  const file = new File([...recording], "a.aedat");
  assert.deepEqual(await rowsOf(await openRecording(file)), [
    [126, 127, 2 ** 32 - 1, 1],
    [127, 0, 2 ** 32 + 1, 0],
  ]);
});

realTest(
  "real digits without an ending are refused",
  "../nmnist_small/1.bs2",
  async (path) => {
    assert.equal(await formatOf(await Deno.readFile(path)), REFUSED);
  },
);

realTest(
  "a real recording opens by its path and as a browser has it",
  "dvs_320x240.es",
  async (path) => {
    const file = new File([await Deno.readFile(path)], "recording");
    assert.deepEqual(
      await digestsOf(await openRecording(file)),
      await digestsOf(await openRecording(path)),
    );
  },
);
