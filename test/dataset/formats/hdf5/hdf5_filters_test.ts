import assert from "node:assert/strict";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import Blosc from "npm:numcodecs@0.3.2/blosc";
import { compressLz4 } from "../../../../dataset/files/compression/lz4.ts";
import { decompressLz4Blocks } from "../../../../dataset/formats/hdf5/filters/lz4_blocks.ts";
import { decompressLzf } from "../../../../dataset/formats/hdf5/filters/lzf.ts";
import { unshuffle } from "../../../../dataset/formats/hdf5/filters/shuffle.ts";
import { hdf5 } from "../../../../dataset/formats/hdf5/hdf5.ts";
import { fc } from "../../../fixtures/properties.ts";
import { concatBytes } from "../aedat_files.ts";
import { fileOf, readRows, type Row } from "../recordings.ts";
import { columnsFile, recompressed } from "./hdf5_files.ts";

const HERE = import.meta.dirname!;
const ROWS = Array.from(
  { length: 350 },
  (_, i): Row => [37 * i % 640, (i >> 4) % 480, 1000 + 5 * i, i >> 6 & 1],
);
const OPTIONS = {
  types: ["<H", "<h", "<q", "<B"],
  chunk: 100,
  oldest: true,
} as const;

/** Encodes numbers of 32 bits, big-endian. */
function words(...values: number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => view.setUint32(4 * i, value));
  return new Uint8Array(view.buffer);
}

/** Compresses by LZF: matches of one byte before, and literals. */
function compressLzf(chunk: Uint8Array): Uint8Array {
  const parts: number[] = [];
  for (let at = 0; at < chunk.length;) {
    let run = 0;
    while (
      run < 264 && at > 0 && at + run < chunk.length &&
      chunk[at + run] === chunk[at - 1]
    ) run++;
    if (run >= 9) parts.push(7 << 5, run - 9, 0);
    else if (run >= 3) parts.push(run - 2 << 5, 0);
    else parts.push(0, chunk[at]);
    at += run >= 3 ? run : 1;
  }
  return Uint8Array.from(parts);
}

/** Compresses by HDF5's filter LZ4 in blocks, which are stored if that helps. */
function compressBlocks(chunk: Uint8Array, blockBytes = 64): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < chunk.length; at += blockBytes) {
    const frame = compressLz4(chunk.subarray(at, at + blockBytes));
    const block = frame.subarray(11, -4);
    blocks.push(words(block.length), block);
  }
  return concatBytes(words(0, chunk.length, blockBytes), ...blocks);
}

/** Filters that the library lacks. */
const FILTERS: readonly (readonly [
  name: string,
  id: number,
  compress: (
    chunk: Uint8Array<ArrayBuffer>,
  ) => Uint8Array | Promise<Uint8Array>,
])[] = [
  ["LZF", 32000, compressLzf],
  ...["zstd", "lz4", "blosclz", "zlib"].flatMap((compressor) =>
    [1, 2].map((shuffle) =>
      [
        `Blosc, ${compressor}, shuffle ${shuffle}`,
        32001,
        (chunk: Uint8Array<ArrayBuffer>) =>
          Blosc.fromConfig({ id: "blosc", cname: compressor, shuffle })
            .encode(chunk),
      ] as const
    )
  ),
  ["LZ4", 32004, compressBlocks],
  ["Zstandard", 32015, (chunk) => zstdCompressSync(chunk)],
];

for (const [name, id, compress] of FILTERS) {
  Deno.test(`HDF5 reads chunks by ${name}, and refuses one that is damaged with its byte`, async () => {
    const gzip = await columnsFile(ROWS, OPTIONS);
    const file = await recompressed(gzip, { id, compress });
    const recording = await hdf5.open(fileOf(file));
    assert.deepEqual(await readRows(recording), ROWS);
    assert.deepEqual(recording.faults, []);
    const cut = file.slice();
    // The new chunks begin where the file ended: the first 8 bytes of one.
    cut.fill(0xff, gzip.length, gzip.length + 8);
    await assert.rejects(
      async () => await readRows(await hdf5.open(fileOf(cut))),
      {
        name: "RecordingError",
        message: new RegExp(
          `: byte ${gzip.length} of ${file.length}: a chunk is damaged: `,
        ),
        offset: gzip.length,
      },
    );
  });
}

Deno.test("HDF5 reads what h5py compressed by LZF, shuffled and with a checksum", async () => {
  const path = join(HERE, "cd_events_lzf.h5");
  const expected = Array.from(
    { length: 70 },
    (_, i): Row => [37 * i % 1280, 11 * i % 720, 2 ** 40 + 5 * i * i, i % 2],
  );
  assert.deepEqual(await readRows(await hdf5.open(path)), expected);
  const bytes = await Deno.readFile(path);
  // The last chunk is last in the file; its checksum is where it ends.
  const last = bytes.findLastIndex((byte) => byte !== 0);
  bytes[last] ^= 1;
  await assert.rejects(
    async () => await readRows(await hdf5.open(fileOf(bytes))),
    /: byte \d+ of \d+: a chunk is damaged: its checksum is \d+, \d+ was stored$/,
  );
});

Deno.test("events of chunks that were never written are zeros", async () => {
  const gzip = await columnsFile(ROWS, { ...OPTIONS, unwritten: 250 });
  const lzf = await recompressed(gzip, { id: 32000, compress: compressLzf });
  const zeros = Array.from({ length: 250 }, (): Row => [0, 0, 0, 0]);
  for (const file of [gzip, lzf]) {
    const rows = await readRows(await hdf5.open(fileOf(file)));
    assert.deepEqual(rows, [...ROWS, ...zeros]);
  }
});

Deno.test("a filter that cannot be read is named", async () => {
  const gzip = await columnsFile(ROWS, OPTIONS);
  for (const [name, shown] of [["blosc2", " (blosc2)"], ["", ""]]) {
    const filter = { id: 32026, name, compress: (chunk: Uint8Array) => chunk };
    const file = await recompressed(gzip, filter);
    await assert.rejects(
      async () => await readRows(await hdf5.open(fileOf(file))),
      {
        name: "RecordingError",
        message: 'Cannot read recording "a": "events/x" is compressed with ' +
          `filter 32026${shown}, which cannot be read`,
      },
    );
  }
});

Deno.test("decompressLzf() gives matches at any distance, and refuses others", () => {
  const far = concatBytes(
    ...Array.from(
      { length: 32 },
      (_, i) => concatBytes(Uint8Array.of(31), new Uint8Array(32).fill(i)),
    ),
    // 5 bytes from 900 before, 264 from 1 before.
    Uint8Array.of(3 << 5 | 3, 131, 7 << 5, 255, 0),
  );
  const bytes = decompressLzf(far, 2000);
  assert.equal(bytes.length, 1024 + 5 + 264);
  assert.deepEqual([...bytes.subarray(1024, 1030)], [3, 3, 3, 3, 4, 4]);
  for (
    const damaged of [[32, 0], [0, 7, 32, 1], [3, 7, 7], [0, 7, 32], [
      0,
      7,
      224,
    ]]
  ) {
    assert.throws(
      () => decompressLzf(Uint8Array.from(damaged), 100),
      RangeError,
    );
  }
  assert.throws(() => decompressLzf(far, bytes.length - 1), RangeError);
});

Deno.test("filters give what was encoded, and refuse bytes that are damaged", () => {
  const chunks = fc.array(
    fc.tuple(fc.nat(255), fc.oneof(fc.nat(3), fc.nat(300))),
    { maxLength: 20 },
  ).map((runs) =>
    concatBytes(
      ...runs.map(([value, run]) => new Uint8Array(run).fill(value)),
    )
  );
  for (
    const [compress, decompress] of [
      [compressLzf, decompressLzf],
      [compressBlocks, decompressLz4Blocks],
    ] as const
  ) {
    const change = fc.tuple(fc.nat(), fc.nat(255));
    fc.assert(
      fc.property(chunks, change, (chunk, [at, byte]) => {
        const packed = compress(chunk).slice();
        const { length } = chunk;
        assert.deepEqual([...decompress(packed, length)], [...chunk]);
        packed[at % packed.length] = byte;
        try {
          assert(decompress(packed, length).length <= length);
        } catch (error) {
          assert(error instanceof RangeError);
        }
      }),
      { seed: 5 },
    );
  }
});

Deno.test("unshuffle() gives values of any size what was shuffled", () => {
  const cases = fc.tuple(
    fc.uint8Array({ maxLength: 100 }),
    fc.integer({ min: 1, max: 17 }),
  );
  fc.assert(
    fc.property(cases, ([bytes, size]) => {
      const count = Math.floor(bytes.length / size);
      const shuffled = bytes.slice();
      for (let i = 0; i < count; i++) {
        for (let k = 0; k < size; k++) {
          shuffled[k * count + i] = bytes[i * size + k];
        }
      }
      assert.deepEqual([...unshuffle(shuffled, size)], [...bytes]);
    }),
    { seed: 6 },
  );
});
