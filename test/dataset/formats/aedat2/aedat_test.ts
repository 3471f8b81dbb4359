import assert from "node:assert/strict";
import {
  type EventChunk,
  inspectAedat,
  readAedat,
} from "../../../../dataset/formats/aedat2/aedat.ts";
import { RecordingError } from "../../../../dataset/files/errors.ts";
import { concatBytes, records, withFile } from "../aedat_files.ts";
import { fc } from "../../../fixtures/properties.ts";

const MIB = 1 << 20;
const VERSION_2 = "#!AER-DAT2.0\r\n";
const VERSION_1 = "#!AER-DAT1.0\r\n";

/** Reads a file chunk by chunk. */
async function chunksOf(
  bytes: Uint8Array,
  options?: Parameters<typeof readAedat>[1],
): Promise<EventChunk[]> {
  return await withFile(
    bytes,
    (path) => Array.fromAsync(readAedat(path, options)),
  );
}

/** Joins chunks to one list of rows and one of special events. */
function rowsOf(chunks: EventChunk[]) {
  const rows = chunks.flatMap(({ x, y, t, p }) =>
    Array.from(t, (time, i) => [x[i], y[i], time, p[i]])
  );
  const special = chunks.flatMap(({ special }) => [...special]);
  return { rows, special };
}

/** The oracle: reads byte by byte and without chunks. */
function decodeSlowly(bytes: Uint8Array, start: number, eventBytes: 6 | 8) {
  const rows: number[][] = [];
  const special: number[] = [];
  for (let at = start; at < bytes.length; at += eventBytes) {
    const end = at + eventBytes;
    const address = bytes[end - 6] * 256 + bytes[end - 5];
    const t = bytes.subarray(end - 4, end).reduce((t, b) => t * 256 + b, 0);
    if (address >= 32768) special.push((at - start) / eventBytes);
    else {
      rows.push([address >> 8, (address & 255) >> 1, t, address & 1]);
    }
  }
  return { rows, special };
}

/** Random pairs of address and time. */
function randomRecords(count: number, seed: number): [number, number][] {
  let state = seed;
  const next = () => state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Array.from({ length: count }, () => [next() >>> 16, next()]);
}

Deno.test("readAedat() agrees with a byte by byte reader", async () => {
  for (const [version, size] of [[VERSION_2, 8], [VERSION_1, 6]] as const) {
    const pairs = randomRecords(300_000, 7);
    const bytes = concatBytes(version, records(pairs, size));
    const chunks = await chunksOf(bytes);
    const expected = decodeSlowly(bytes, version.length, size);
    assert.ok(chunks.length > 1);
    assert.deepEqual(rowsOf(chunks), expected);
    let next = 0;
    for (const chunk of chunks) {
      assert.equal(chunk.firstRecord, next);
      assert.equal(chunk.records, chunk.t.length + chunk.special.length);
      next += chunk.records;
    }
    assert.equal(next, pairs.length);
  }
});

Deno.test("readAedat() keeps every event once", async () => {
  const pair = fc.tuple(fc.nat(0xffff), fc.nat(0xffffffff));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<[string, 6 | 8]>([VERSION_1, 6], [VERSION_2, 8]),
      fc.array(fc.string().map((text) => `# ${text}\r\n`)),
      fc.array(pair),
      async ([version, size], lines, pairs) => {
        const bytes = concatBytes(version, ...lines, records(pairs, size));
        const start = bytes.length - size * pairs.length;
        assert.deepEqual(
          rowsOf(await chunksOf(bytes)),
          decodeSlowly(bytes, start, size),
        );
      },
    ),
    { seed: 21 },
  );
});

Deno.test("readAedat() keeps times above 2³¹ unsigned", async () => {
  const pairs: [number, number][] = [[0x050f, 0x80000001], [0, 0xffffffff]];
  const chunks = await chunksOf(concatBytes(VERSION_2, records(pairs, 8)));
  assert.deepEqual(rowsOf(chunks).rows, [
    [5, 7, 2147483649, 1],
    [0, 0, 4294967295, 0],
  ]);
});

Deno.test("readAedat() converts to jAER's axes on request", async () => {
  const bytes = concatBytes(
    VERSION_2,
    records([[5 << 8 | 7 << 1 | 1, 10], [127 << 8 | 127 << 1, 20]], 8),
  );
  assert.deepEqual(rowsOf(await chunksOf(bytes, { axes: "jaer" })).rows, [
    [120, 5, 10, 0],
    [0, 127, 20, 1],
  ]);
  await assert.rejects(
    chunksOf(bytes, { axes: "upside down" as "jaer" }),
    new RangeError(
      'Cannot read with axes "upside down": only "reference" and "jaer" are known',
    ),
  );
});

Deno.test("readAedat() drops special events wherever they are", async () => {
  const inFirstChunk = MIB / 8;
  const pairs = randomRecords(inFirstChunk + 100, 3)
    .map(([address, t]): [number, number] => [address & 0x7fff, t]);
  const special = [0, 5, 6, inFirstChunk - 1, inFirstChunk, pairs.length - 1];
  for (const index of special) pairs[index][0] |= 0x8000;
  const chunks = await chunksOf(concatBytes(VERSION_2, records(pairs, 8)));
  assert.deepEqual(
    chunks.map(({ special }) => [...special]),
    [special.slice(0, 4), special.slice(4)],
  );
  assert.equal(chunks[1].firstRecord, inFirstChunk);
  assert.equal(rowsOf(chunks).rows.length, pairs.length - special.length);
});

Deno.test("readAedat() reads a file of special events only", async () => {
  const [chunk] = await chunksOf(
    concatBytes(
      VERSION_2,
      records([[0x8000, 1], [0xffff, 2], [0x80000001, 3]], 8),
    ),
  );
  assert.equal(chunk.t.length, 0);
  assert.equal(chunk.records, 3);
  assert.deepEqual([...chunk.special], [0, 1, 2]);
});

Deno.test("readAedat() does not reuse the arrays of a chunk", async () => {
  const bytes = concatBytes(VERSION_2, records(randomRecords(300_000, 5), 8));
  await withFile(bytes, async (path) => {
    const sums: number[] = [];
    const kept: EventChunk[] = [];
    for await (const chunk of readAedat(path)) {
      kept.push(chunk);
      sums.push(chunk.t.reduce((sum, t) => sum + t, 0));
    }
    assert.deepEqual(
      kept.map(({ t }) => t.reduce((sum, t) => sum + t, 0)),
      sums,
    );
  });
});

Deno.test("readAedat() joins short reads", async () => {
  const pairs = randomRecords(200, 11);
  const bytes = concatBytes(VERSION_2, "# a line\n", records(pairs, 8));
  const read = Deno.FsFile.prototype.read;
  let calls = 0;
  Deno.FsFile.prototype.read = function (into) {
    return read.call(this, into.subarray(0, 1 + calls++ % 11));
  };
  try {
    const { rows, special } = rowsOf(await chunksOf(bytes));
    assert.deepEqual(
      { rows, special },
      decodeSlowly(bytes, bytes.length - 8 * pairs.length, 8),
    );
    assert.ok(calls > bytes.length / 11);
  } finally {
    Deno.FsFile.prototype.read = read;
  }
});

Deno.test({
  name: "readAedat() closes its file if the consumer stops early",
  sanitizeResources: true,
  async fn() {
    const bytes = concatBytes(VERSION_2, records(randomRecords(300_000, 5), 8));
    await withFile(bytes, async (path) => {
      for await (const chunk of readAedat(path)) {
        assert.ok(chunk.records < 300_000);
        break;
      }
    });
  },
});

Deno.test("readAedat() refuses a file cut off inside an event", async () => {
  const whole = concatBytes(VERSION_2, records(randomRecords(200_000, 2), 8));
  for (const left of [1, 5, 7]) {
    const bytes = whole.subarray(0, whole.length - 8 + left);
    const offset = whole.length - 8;
    await withFile(bytes, async (path) => {
      let seen = 0;
      await assert.rejects(
        async () => {
          for await (const { records } of readAedat(path)) seen += records;
        },
        new RecordingError(
          path,
          `byte ${offset} of ${bytes.length}: an event has 8 bytes, ${left} are left`,
          { offset },
        ),
      );
      assert.equal(seen, 199_999);
    });
  }
});

Deno.test("readAedat() refuses addresses of other sensors", async () => {
  const davis = (line: string) =>
    concatBytes(
      VERSION_2,
      line,
      records([[0x1234, 1], [0x8000, 2], [0x802a3c00, 3]], 8),
    );
  const chip = "eu.seebetter.ini.chips.davis.DAVIS240C";
  for (
    const [line, named] of [
      ["", ""],
      [`# AEChip: ${chip}\r\n`, `, the header names "${chip}"`],
    ]
  ) {
    const offset = VERSION_2.length + line.length + 16;
    await withFile(davis(line), async (path) => {
      const refusal = new RecordingError(
        path,
        `byte ${offset}: address 0x802a3c00 is not a DVS128's, which has 16 bits${named}`,
        { offset },
      );
      await assert.rejects(Array.fromAsync(readAedat(path)), refusal);
      await assert.rejects(inspectAedat(path), refusal);
    });
  }
});

Deno.test("readAedat() refuses every address of more than 16 bits", async () => {
  for (const address of [0x10000, 0x18000, 0x80010000, 0xffffffff]) {
    const message = new RegExp(`byte 14: address 0x${address.toString(16)} `);
    await assert.rejects(
      chunksOf(concatBytes(VERSION_2, records([[address, 0]], 8))),
      { name: "RecordingError", message, offset: 14 },
    );
  }
});

Deno.test("readAedat() refuses a missing file and a folder", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const missing = `${folder}/none.aedat`;
    await assert.rejects(
      Array.fromAsync(readAedat(missing)),
      (error: unknown) => {
        assert.ok(error instanceof RecordingError);
        assert.equal(
          error.message,
          `Cannot read recording "${missing}": there is no such file or folder`,
        );
        assert.ok(error.cause instanceof Deno.errors.NotFound);
        return true;
      },
    );
    await assert.rejects(Array.fromAsync(readAedat(folder)), {
      name: "RecordingError",
      message: `Cannot read recording "${folder}": it is a folder`,
    });
  } finally {
    await Deno.remove(folder);
  }
});
