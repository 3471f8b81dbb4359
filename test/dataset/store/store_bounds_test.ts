import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { DatasetError } from "../../../dataset/files/errors.ts";
import { sliceRecordings } from "../../../dataset/slicing/slice.ts";
import { openStore } from "../../../dataset/store/store.ts";
import { crc32c } from "../../../dataset/files/crc32c.ts";
import { bytesInUse, MEMORY_BOUND, TIME_BOUND } from "../../fuzz/fuzz.ts";
import { randomPairs, withFolder, writeData } from "../slicing/slice_data.ts";

/** Size in bytes, more memory than a test may take. */
const LARGE = 1 << 28;

/** Makes a store, changes a recording and reads all slices. */
function readChanged(change: (group: string) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    const options = await writeData(folder, {
      user00_indoor: { pairs: randomPairs(300), tags: [[0, 100], [100, 300]] },
    });
    await sliceRecordings(options);
    await change(join(options.out, "user00_indoor"));
    using store = await openStore(options.out);
    for (const index of store.labels.keys()) await store.events(index);
  });
}

/** Changes the `zarr.json` of a column. */
async function describe(
  column: string,
  change: (description: Description) => void,
): Promise<void> {
  const path = join(column, "zarr.json");
  const description = JSON.parse(await Deno.readTextFile(path));
  change(description);
  await Deno.writeTextFile(path, JSON.stringify(description));
}

interface Description {
  shape: number[];
  data_type: string;
  chunk_grid: { configuration: { chunk_shape: number[] } };
  codecs: { name: string; configuration?: object }[];
}

/** Writes a chunk with the right checksum. */
async function writeChunk(column: string, content: Uint8Array): Promise<void> {
  const bytes = new Uint8Array(content.length + 4);
  bytes.set(content);
  new DataView(bytes.buffer).setUint32(content.length, crc32c(content), true);
  await Deno.writeFile(join(column, "c", "0"), bytes);
}

const ZSTD_BOMB = zstdCompressSync(new Uint8Array(LARGE));
const GZIP_BOMB = gzipSync(new Uint8Array(LARGE));

const CHANGES: Record<string, [(group: string) => Promise<void>, RegExp]> = {
  "chunks of 2²⁸ events": [async (group) => {
    await describe(join(group, "x"), ({ chunk_grid: { configuration } }) => {
      configuration.chunk_shape = [LARGE];
    });
    await writeChunk(join(group, "x"), ZSTD_BOMB);
  }, /x.zarr.json": it is damaged, its chunk_grid is /],
  "a codec that has no bound": [async (group) => {
    await describe(join(group, "p"), ({ codecs }) => {
      codecs[1] = { name: "gzip", configuration: { level: 1 } };
    });
    await writeChunk(join(group, "p"), GZIP_BOMB);
  }, /p.zarr.json": it is damaged, its codecs is /],
  "another codec before the writer's": [async (group) => {
    await describe(join(group, "t"), ({ codecs }) => {
      codecs.push({ name: "gzip", configuration: { level: 1 } });
    });
    const checked = new Uint8Array(GZIP_BOMB);
    await Deno.writeFile(join(group, "t", "c", "0"), checked);
  }, /t.zarr.json": it is damaged, its codecs is /],
  "numbers wider than the sensor's": [
    (group) =>
      describe(join(group, "x"), (description) => {
        description.data_type = "uint32";
      }),
    /its data_type is "uint32", not "uint8"/,
  ],
  "a chunk of 256 MiB": [
    (group) => writeChunk(join(group, "t"), ZSTD_BOMB),
    /Cannot create a Buffer larger than/,
  ],
  "more ends than slices": [
    (group) => describe(join(group, "end"), ({ shape }) => void shape.fill(3)),
    /end has 3 of 2 slices/,
  ],
  "chunks of more slices than there are": [async (group) => {
    await describe(
      join(group, "start"),
      ({ chunk_grid: { configuration } }) => {
        configuration.chunk_shape = [LARGE >> 2];
      },
    );
    await writeChunk(join(group, "start"), ZSTD_BOMB);
  }, /start.zarr.json": it is damaged, its chunk_grid is /],
  "a description of 256 MiB": [
    (group) => Deno.truncate(join(group, "zarr.json"), LARGE),
    /it has 268435456 bytes, at most 4194304 are read/,
  ],
  "a chunk's file of 256 MiB": [
    (group) => Deno.truncate(join(group, "y", "c", "0"), LARGE),
    /it has 268435456 bytes, at most 4194304 are read/,
  ],
};

for (const [what, [change, problem]] of Object.entries(CHANGES)) {
  Deno.test(`a store with ${what} takes neither memory nor time`, async () => {
    let before = 0;
    let start = 0;
    await assert.rejects(
      readChanged(async (group) => {
        await change(group);
        [before, start] = [bytesInUse(), performance.now()];
      }),
      (error) => {
        assert(bytesInUse() - before < MEMORY_BOUND);
        assert(performance.now() - start < TIME_BOUND);
        assert(error instanceof DatasetError);
        assert.match(error.message, problem);
        return true;
      },
    );
  });
}
