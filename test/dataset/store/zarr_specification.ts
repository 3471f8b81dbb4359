/**
 * A reader of Zarr columns written from the Zarr v3 specification alone.
 */

import assert from "node:assert/strict";
import { zstdDecompressSync } from "node:zlib";

const TYPES = {
  uint8: [1, (view: DataView, at: number) => view.getUint8(at)],
  uint16: [2, (view: DataView, at: number) => view.getUint16(at, true)],
  uint32: [4, (view: DataView, at: number) => view.getUint32(at, true)],
} as const;

/** Reads the `zarr.json` of a group or an array. */
export async function readNode(folder: string) {
  return JSON.parse(await Deno.readTextFile(`${folder}/zarr.json`));
}

/** Reads all numbers of a one-dimensional array. */
export async function readColumn(folder: string): Promise<number[]> {
  const node = await readNode(folder);
  assert.equal(node.zarr_format, 3);
  assert.equal(node.node_type, "array");
  assert.equal(node.fill_value, 0);
  assert.equal(node.chunk_grid.name, "regular");
  assert.deepEqual(node.chunk_key_encoding, {
    name: "default",
    configuration: { separator: "/" },
  });
  assert.deepEqual(node.codecs.map((codec: { name: string }) => codec.name), [
    "bytes",
    "zstd",
    "crc32c",
  ]);
  assert.equal(node.codecs[0].configuration.endian, "little");
  const [length] = node.shape as [number];
  const [chunkLength] = node.chunk_grid.configuration.chunk_shape as [number];
  const [size, read] = TYPES[node.data_type as keyof typeof TYPES];
  const numbers: number[] = [];
  for (let chunk = 0; chunk * chunkLength < length; chunk++) {
    const bytes = await Deno.readFile(`${folder}/c/${chunk}`);
    const content = bytes.subarray(0, -4);
    assert.equal(
      new DataView(bytes.buffer).getUint32(content.length, true),
      checksum(content),
    );
    const decoded = zstdDecompressSync(content);
    assert.equal(decoded.length, chunkLength * size);
    const view = new DataView(decoded.buffer, decoded.byteOffset);
    for (let i = 0; i < chunkLength && numbers.length < length; i++) {
      numbers.push(read(view, i * size));
    }
  }
  assert.equal(numbers.length, length);
  return numbers;
}

/** CRC-32C, bit by bit. */
function checksum(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      const odd = remainder & 1;
      remainder >>>= 1;
      if (odd) remainder ^= 0x82f63b78;
    }
  }
  return ~remainder >>> 0;
}
