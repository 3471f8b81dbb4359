import assert from "node:assert/strict";
import { crc32c } from "../../../dataset/files/crc32c.ts";
import { fc } from "../../fixtures/properties.ts";

/** The checksum bit by bit, as its polynomial defines it. */
function bitByBit(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      remainder = (remainder >>> 1) ^ (remainder & 1 ? 0x82f63b78 : 0);
    }
  }
  return ~remainder >>> 0;
}

Deno.test("crc32c() is that of RFC 3720", () => {
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43);
  assert.equal(
    crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)),
    0x46dd794e,
  );
});

Deno.test("crc32c() takes any number of bytes, from anywhere in memory", () => {
  fc.assert(fc.property(
    fc.uint8Array({ maxLength: 40 }),
    fc.nat(7),
    (bytes, offset) => {
      const part = bytes.subarray(offset);
      assert.equal(crc32c(part), bitByBit(part));
    },
  ));
});
