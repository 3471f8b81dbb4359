import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { RandomAccessFile } from "../../../dataset/files/random_access_file.ts";
import { fc } from "../../fixtures/properties.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";

const CONTENT = Uint8Array.from({ length: 3 << 20 }, (_, i) => (i * 31) >> 8);

Deno.test("a file read at any place gives the bytes that are there", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/a`;
  await Deno.writeFile(path, CONTENT);
  for (const source of [path, new File([CONTENT], "a")]) {
    using file = await RandomAccessFile.open(source);
    assert.equal(file.size, CONTENT.length);
    const place = fc.tuple(fc.nat(CONTENT.length), fc.nat(1 << 21));
    await fc.assert(
      fc.asyncProperty(place, async ([offset, most]) => {
        const length = Math.min(most, CONTENT.length - offset);
        const bytes = await file.read(offset, length);
        const expected = CONTENT.subarray(offset, offset + length);
        assert.equal(Buffer.compare(bytes, expected), 0);
      }),
      { seed: 5, numRuns: 40 },
    );
    await assert.rejects(() => file.read(CONTENT.length - 2, 3), {
      message: `Cannot read recording "${file.path}": byte 3145726 of ` +
        `3145728: 3 bytes belong here, 2 are left`,
      offset: 3145726,
    });
    await assert.rejects(
      () => file.read(2 ** 40, 2 ** 40),
      /1099511627776 bytes belong here, 0 are left$/,
    );
  }
});
