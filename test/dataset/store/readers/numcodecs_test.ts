import assert from "node:assert/strict";
import { basename } from "node:path";
import * as zlib from "node:zlib";
import { sliceRecordings } from "../../../../dataset/slicing/slice.ts";
import { ZstdCodec } from "../../../../dataset/store/zarr/zarr_zstd.ts";
import {
  randomPairs,
  readTree,
  withFolder,
  writeData,
} from "../../slicing/slice_data.ts";
import { compareColumns, hasReader, type OtherReader } from "./other_reader.ts";

/** Debian's package; if it is missing, the test fails on CI and says so. */
const NUMCODECS: OtherReader = {
  python: "/usr/bin/python3",
  library: "numcodecs",
};

const there = hasReader(NUMCODECS);
if (!there) {
  const problem = `${NUMCODECS.python} has no numcodecs`;
  if (Deno.env.get("SLAYER_REQUIRE_GPU") === "1") {
    throw new Error(`Cannot test the store with another reader: ${problem}`);
  }
  console.warn(`Not tested, ${basename(import.meta.url)}: ${problem}`);
}

Deno.test({
  name: "numcodecs reads every column of a store as it was recorded",
  ignore: !there,
  async fn() {
    assert.equal(await compareColumns(NUMCODECS), 12);
  },
});

/** Parses a Zstandard frame: its end, and the content's size in its header. */
function parseFrame(bytes: Uint8Array): { end: number; size?: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  assert.equal(view.getUint32(0, true), 0xfd2fb528);
  const descriptor = bytes[4];
  const single = (descriptor >> 5 & 1) === 1;
  assert.equal(descriptor & 0b1111, 0, "no checksum, no dictionary");
  const field = descriptor >> 6;
  const at = single ? 5 : 6;
  const size = [
    () => single ? bytes[at] : undefined,
    () => view.getUint16(at, true) + 256,
    () => view.getUint32(at, true),
    () => Number(view.getBigUint64(at, true)),
  ][field]();
  let end = at + [single ? 1 : 0, 2, 4, 8][field];
  for (let last = false; !last;) {
    const block = bytes[end] | bytes[end + 1] << 8 | bytes[end + 2] << 16;
    last = (block & 1) === 1;
    const isRun = (block >> 1 & 3) === 1;
    end += 3 + (isRun ? 1 : block >> 3);
  }
  return { end, size };
}

Deno.test("each chunk of a store is one Zstandard frame with its content's size", async () => {
  await withFolder(async (folder) => {
    const options = await writeData(folder, {
      user00_indoor: { pairs: randomPairs(150_000), tags: [[0, 150_000]] },
    });
    await sliceRecordings(options);
    const sizes: Record<string, number> = { x: 1, y: 1, t: 4, p: 1 };
    let largest = 0;
    for (const [name, text] of Object.entries(await readTree(options.out))) {
      const [, column] = /(\w+)\/c\/\d+$/.exec(name) ?? [];
      if (column === undefined) continue;
      const frame = Uint8Array.fromBase64(text).subarray(0, -4);
      assert.deepEqual(
        parseFrame(frame),
        { end: frame.length, size: column in sizes ? sizes[column] << 16 : 4 },
        name,
      );
      largest = Math.max(largest, frame.length);
    }
    // With buffers of 64 KiB the runtime would write two frames.
    assert(largest > 1 << 16);
  });
});

Deno.test("contents of any size are encoded as one frame and decoded unchanged", () => {
  const codec = new ZstdCodec(zlib, { level: 1, most: 1 << 20 });
  for (const size of [0, 1, 255, 256, 65_535, 65_536, 70_000, 1 << 20]) {
    for (const random of [true, false]) {
      const content = Uint8Array.from(
        { length: size },
        (_, i) => random ? Math.imul(i + 1, 0x9e3779b1) >>> 13 : i >> 12,
      );
      const frame = codec.encode(content);
      assert.deepEqual(parseFrame(frame), { end: frame.length, size });
      assert.deepEqual(new Uint8Array(codec.decode(frame)), content);
    }
  }
});

Deno.test("frames without their content's size can be read, also before an empty frame", () => {
  const codec = new ZstdCodec(zlib, { level: 1, most: 1 << 20 });
  const content = Uint8Array.from(
    { length: 1 << 18 },
    (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 13,
  );
  const bytes = new Uint8Array(zlib.zstdCompressSync(content));
  const { end, size } = parseFrame(bytes);
  assert.equal(size, undefined);
  assert.deepEqual(
    new Uint8Array(codec.decode(bytes.subarray(0, end))),
    content,
  );
  const empty = zlib.zstdCompressSync(new Uint8Array());
  const twice = new Uint8Array([...bytes.subarray(0, end), ...empty]);
  assert.deepEqual(new Uint8Array(codec.decode(twice)), content);
});
