import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createZstdCompress, zstdCompressSync } from "node:zlib";
import { loadZstandard } from "../../../../dataset/files/compression/zstandard.ts";

/** Compresses bytes as they come, into a frame that cannot tell its length. */
async function streamed(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = createZstdCompress();
  stream.write(bytes.subarray(0, bytes.length >> 1));
  stream.end(bytes.subarray(bytes.length >> 1));
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer());
}

/** A frame of one stored block that tells its length in a field of its own. */
function stored(
  bytes: Uint8Array,
  length: { readonly flags: number; readonly field: readonly number[] },
): Uint8Array {
  const { flags, field } = length;
  const block = bytes.length << 3 | 1;
  return Uint8Array.of(
    ...[0x28, 0xb5, 0x2f, 0xfd, flags, ...field],
    ...[block & 0xff, block >> 8 & 0xff, block >> 16],
    ...bytes,
  );
}

Deno.test("frames of Zstandard are decompressed whether they tell their length or not", async () => {
  const { decompress } = await loadZstandard();
  for (const length of [0, 1, 255, 256, 1024, 70_000, 3_000_000]) {
    const bytes = new Uint8Array(length).map((_, i) => (i * i) >> 5);
    for (const frame of [zstdCompressSync(bytes), await streamed(bytes)]) {
      const found = decompress(frame, length + 1);
      assert.equal(Buffer.compare(found, bytes), 0, `${length} bytes`);
    }
  }
  const bytes = new Uint8Array(300).map((_, i) => i);
  for (
    const length of [
      { flags: 0b01100000, field: [44, 0] },
      { flags: 0b10100000, field: [44, 1, 0, 0] },
      { flags: 0b11100000, field: [44, 1, 0, 0, 0, 0, 0, 0] },
      // A window of 1 KiB, and no length.
      { flags: 0, field: [0] },
    ]
  ) {
    const found = decompress(stored(bytes, length), 300);
    assert.equal(Buffer.compare(found, bytes), 0, `flags ${length.flags}`);
  }
});

Deno.test("a frame of Zstandard that holds, or claims, more than allowed is refused", async () => {
  const { decompress } = await loadZstandard();
  const frame = zstdCompressSync(new Uint8Array(5000));
  assert.throws(() => decompress(frame, 4999));
  const claims = { flags: 0b11100000, field: [255, 255, 255, 255, 1, 0, 0, 0] };
  assert.throws(() => decompress(stored(new Uint8Array(9), claims), 5000));
});
