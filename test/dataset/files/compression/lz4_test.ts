import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import {
  compressLz4,
  Lz4Decoder,
} from "../../../../dataset/files/compression/lz4.ts";
import { fc } from "../../../fixtures/properties.ts";

/** Output of the lz4 program, in base 64. */
const FRAME = "BCJNGGRApxUAAAC/c3Bpa2VzIGFuZCALAANQbW9yZQoAAAAAXwi39g==";

/** More than any frame here holds. */
const MOST = 1 << 24;

/** One decoder for all frames, so that each finds the memory of others. */
const decoder = new Lz4Decoder();
const decode = (frame: Uint8Array, most: number) =>
  decoder.decode(frame, most).slice();

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("Lz4Decoder reads each part of a frame", () => {
  const frame = Uint8Array.of(
    ...[0x04, 0x22, 0x4d, 0x18],
    // Version 1, linked blocks with checksums, content size and checksum.
    ...[0x5c, 0x40, 9, 0, 0, 0, 0, 0, 0, 0, 0],
    // 3 literals, and a match of 4 bytes 3 back.
    ...[6, 0, 0, 0, 0x30, 97, 98, 99, 3, 0, 1, 2, 3, 4],
    // 2 bytes as they are.
    ...[2, 0, 0, 0x80, 100, 101, 1, 2, 3, 4],
    ...[0, 0, 0, 0, 1, 2, 3, 4],
  );
  assert.equal(text(decode(frame, MOST)), "abcabcade");
});

Deno.test("Lz4Decoder reads a frame of the lz4 program", () => {
  // printf 'spikes and spikes and spikes and more\n' | lz4 -9
  const frame = Buffer.from(FRAME, "base64");
  assert.equal(
    text(decode(frame, MOST)),
    "spikes and spikes and spikes and more\n",
  );
});

Deno.test("Lz4Decoder gives what compressLz4() was given", () => {
  const runs = fc.array(
    fc.tuple(fc.uint8Array({ maxLength: 20 }), fc.nat(400)),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(runs, (runs) => {
      const bytes = Buffer.concat(
        runs.flatMap(([part, times]) => Array(times % 40).fill(part)),
      );
      const frame = compressLz4(bytes);
      assert(frame.length <= bytes.length + 15);
      assert.equal(Buffer.compare(decode(frame, MOST), bytes), 0);
    }),
    { seed: 8 },
  );
});

Deno.test("Lz4Decoder and compressLz4() go on over blocks of 4 MiB", () => {
  const bytes = Uint8Array.from({ length: 5 << 20 }, (_, i) => i >> 9 ^ i % 7);
  const frame = compressLz4(bytes);
  assert(frame.length < bytes.length / 10);
  const tooLittle = () => decode(frame, bytes.length - 1);
  assert.throws(tooLittle, RangeError);
  assert.equal(Buffer.compare(decode(frame, MOST), bytes), 0);
});

Deno.test("Lz4Decoder refuses any frame that is damaged, or reads it", () => {
  const frame = compressLz4(
    Uint8Array.from({ length: 500 }, (_, i) => (i * i) >> 6),
  );
  fc.assert(
    fc.property(fc.nat(frame.length - 1), fc.nat(255), (at, byte) => {
      const damaged = frame.slice();
      damaged[at] = byte;
      try {
        assert(decode(damaged, MOST).length <= 255 * frame.length);
      } catch (error) {
        assert(error instanceof RangeError);
      }
    }),
    { seed: 9, numRuns: 2000 },
  );
  for (let end = 0; end < frame.length; end++) {
    assert.throws(
      () => decode(frame.subarray(0, end), MOST),
      RangeError,
    );
  }
});
