import { equal } from "node:assert/strict";
import {
  crc32,
  loadCrc32,
} from "../../../../dataset/files/compression/crc32.ts";

Deno.test("crc32() and the runtime's own are one, over any pieces", async () => {
  const native = await loadCrc32();
  const bytes = Uint8Array.from({ length: 999 }, (_, i) => i * i);
  for (const cut of [0, 1, 500, 999]) {
    const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)];
    const [own, theirs] = [crc32, native].map((crc32) =>
      pieces.reduce((sum, piece) => crc32(piece, sum), 0)
    );
    equal(own, theirs);
  }
});
