import assert from "node:assert/strict";
import { readAedat } from "../../../../dataset/formats/aedat2/aedat.ts";
import { readAedatHeader } from "../../../../dataset/formats/aedat2/aedat_header.ts";
import { RecordingError } from "../../../../dataset/files/errors.ts";
import { RecordingFile } from "../../../../dataset/files/buffered_file.ts";
import { concatBytes, records, withFile } from "../aedat_files.ts";
import { fc } from "../../../fixtures/properties.ts";

const EVENTS: [number, number][] = [[0x050f, 100], [0x230f, 200], [0, 300]];

/** Times of the events of a file. */
async function timesOf(bytes: Uint8Array): Promise<number[]> {
  const chunks = await withFile(
    bytes,
    (path) => Array.fromAsync(readAedat(path)),
  );
  return chunks.flatMap(({ t }) => [...t]);
}

/** Reads the header of a file, and the offset at which it ends. */
async function headerOf(bytes: Uint8Array) {
  return await withFile(bytes, async (path) => {
    using file = await RecordingFile.open(path);
    const header = await readAedatHeader(file);
    return { ...header, end: file.offset };
  });
}

/** Asserts that a file is refused with this message. */
async function assertRefused(
  bytes: Uint8Array,
  problem: string,
  offset?: number,
): Promise<void> {
  await withFile(bytes, async (path) => {
    await assert.rejects(
      Array.fromAsync(readAedat(path)),
      new RecordingError(path, problem, { offset }),
    );
  });
}

Deno.test("readAedatHeader() takes lines that end in LF, CRLF or both", async () => {
  for (
    const lines of [
      "#!AER-DAT2.0\r\n",
      "#!AER-DAT2.0\n",
      "#!AER-DAT2.0\r\n# one\n#\n#\r\n#\ttab é\r\n",
      "#!AER-DAT2.0\r\n# one\r\n#End Of ASCII Header\r\n",
      "#!AER-DAT2.0\n# one\n#End Of ASCII Header\n",
    ]
  ) {
    const header = concatBytes(lines);
    const bytes = concatBytes(lines, records(EVENTS, 8));
    assert.equal((await headerOf(bytes)).end, header.length);
    assert.deepEqual(await timesOf(bytes), [100, 200, 300]);
  }
});

Deno.test("readAedatHeader() reads version, event size and chip", async () => {
  const chip = "ch.unizh.ini.jaer.chip.retina.DVS128";
  for (
    const [lines, expected] of [
      ["#!AER-DAT2.0\r\n", { version: "2.0", eventBytes: 8 }],
      ["#!AER-DAT1.0\r\n", { version: "1.0", eventBytes: 6 }],
      ["# no version\r\n", { version: "1.0", eventBytes: 6 }],
      [
        `# first\n#!AER-DAT2.0\n# AEChip: ${chip}\r\n`,
        { version: "2.0", eventBytes: 8, chip },
      ],
    ] as const
  ) {
    assert.deepEqual(await headerOf(concatBytes(lines)), {
      chip: undefined,
      ...expected,
      end: lines.length,
    });
  }
});

Deno.test("readAedatHeader() stops after the line that ends the header", async () => {
  const lines = "#!AER-DAT1.0\r\n#End Of ASCII Header\r\n";
  // The bytes of both events look like a line of text.
  const events: [number, number][] = [[0x2341, 0x41424344], [
    0x4142,
    0x4344450a,
  ]];
  const bytes = concatBytes(lines, records(events, 6));
  assert.deepEqual(await timesOf(bytes), [0x41424344, 0x4344450a]);
});

Deno.test("readAedatHeader() tells an event that starts with # from a line", async () => {
  const events: [number, number][] = [[0x230f, 5], [0x0a0a, 6], [0x2320, 7]];
  for (const lines of ["", "# a line\r\n", "#!AER-DAT1.0\r\n"]) {
    assert.deepEqual(
      await timesOf(concatBytes(lines, records(events, 6))),
      [5, 6, 7],
    );
  }
});

Deno.test("readAedatHeader() reads headers of almost 1 MiB", async () => {
  const line = "# " + "preferences ".repeat(83) + "\r\n";
  const start = "#!AER-DAT2.0\r\n" + line.repeat(1000);
  for (const missing of [1, 2, 500]) {
    const last = "#".repeat((1 << 20) - start.length - missing - 1) + "\n";
    const bytes = concatBytes(start + last, records(EVENTS, 8));
    assert.deepEqual(await timesOf(bytes), [100, 200, 300]);
  }
});

Deno.test("readAedat() refuses a header of 1 MiB or more", async () => {
  // One line, lines that exactly fill the buffer, and other lines.
  for (
    const line of ["#\n", "#".repeat(63) + "\n", "#".repeat(1 << 20) + "\n"]
  ) {
    const lines = line.repeat((3 << 20) / line.length + 1);
    await withFile(concatBytes(lines, records(EVENTS, 8)), async (path) => {
      await assert.rejects(Array.fromAsync(readAedat(path)), {
        name: "RecordingError",
        message: /: byte \d+: the header does not end within 1048576 bytes$/,
      });
    });
  }
});

Deno.test("readAedat() finds no events after a header alone", async () => {
  assert.deepEqual(await timesOf(concatBytes("#!AER-DAT2.0\r\n")), []);
  assert.deepEqual(await timesOf(concatBytes("#!AER-DAT1.0\r\n")), []);
});

Deno.test("readAedat() refuses an empty file", async () => {
  await assertRefused(new Uint8Array(), "it is empty");
});

Deno.test("readAedat() names the version that it refuses", async () => {
  for (const version of ["3.0", "3.1", "4.0", "2", "2.01", ""]) {
    await assertRefused(
      concatBytes(`#!AER-DAT${version}\r\n`, records(EVENTS, 8)),
      `it is AEDAT "${version}", only 1.0 and 2.0 can be read`,
      0,
    );
  }
});

Deno.test("readAedat() refuses a header that is cut off", async () => {
  await assertRefused(
    concatBytes("#!AER-DAT2.0\r\n# Data form"),
    "byte 14 of 25: the header ends inside this line",
    14,
  );
});

Deno.test("readAedat() refuses a header line without end", async () => {
  await assertRefused(
    concatBytes("#!AER-DAT2.0\r\n", "#".repeat(2 << 20)),
    "byte 14: the header does not end within 1048576 bytes",
    14,
  );
});

Deno.test("readAedat() refuses text", async () => {
  const problem = 'it has no line "#!AER-DAT2.0" and is text';
  await assertRefused(concatBytes("x,y,t,p\n1,2,3,4\n"), problem, 0);
  await assertRefused(concatBytes("# class\n1,2,3\n"), problem, 8);
});

Deno.test("readAedat() refuses bytes that are no events", async () => {
  let state = 1;
  const noise = concatBytes(
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10),
    Uint8Array.from({ length: 9000 }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    }),
  );
  const eightByteRecords = records(
    Array.from({ length: 2000 }, (_, i) => [0x050f, 0x80000000 + 10 * i]),
    8,
  );
  for (const bytes of [noise, eightByteRecords]) {
    await withFile(bytes, async (path) => {
      await assert.rejects(Array.fromAsync(readAedat(path)), {
        name: "RecordingError",
        message:
          /: it has no line "#!AER-DAT2\.0" and read as AEDAT 1\.0 its time runs backwards \d+ times in 1000 events$/,
        offset: 0,
      });
    });
  }
});

Deno.test("readAedat() reads events without any header as AEDAT 1.0", async () => {
  const pairs = Array.from(
    { length: 3000 },
    (_, i): [number, number] => [i & 0x7fff, i % 10 === 7 ? 9 * i - 20 : 9 * i],
  );
  assert.deepEqual(
    await timesOf(records(pairs, 6)),
    pairs.map(([, time]) => time),
  );
});

Deno.test("readAedat() refuses AEDAT 1.0 cut off inside an event", async () => {
  await assertRefused(
    records(EVENTS, 6).subarray(0, 16),
    "byte 12 of 16: an event has 6 bytes, 4 are left",
    12,
  );
});

Deno.test("readAedat() reads random bytes or refuses them with a RecordingError", async () => {
  const start = fc.constantFrom("", "#", "#\n", "#!AER-DAT2.0\n", "#!AER-DAT");
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(start, fc.uint8Array(), async (start, rest) => {
      await timesOf(concatBytes(start, rest)).catch((error) => {
        assert.ok(error instanceof RecordingError);
        refused++;
      });
    }),
    { seed: 24, numRuns: 300 },
  );
  assert.ok(refused > 50 && refused < 300);
});
