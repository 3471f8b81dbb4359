import assert from "node:assert/strict";
import { basename, join } from "node:path";
import {
  inspectAedat,
  readAedat,
} from "../../../dataset/formats/aedat2/aedat.ts";
import { encodeAedat } from "../../../dataset/formats/aedat2/aedat_encode.ts";
import { RecordingError } from "../../../dataset/files/errors.ts";
import { DVS128 } from "../../../dataset/events.ts";
import type { FileSource } from "../../../dataset/files/file_source.ts";
import { readNmnist } from "../../../dataset/formats/nmnist.ts";
import { readNpy } from "../../../dataset/formats/npy.ts";
import { readClasses, readTags } from "../../../dataset/formats/sl_animals.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);

/** More than one buffer of events. */
const COUNT = 300_000;

/** Reads a file by its path and as a browser's `File`. */
async function bothWays<T>(
  name: string,
  parts: BlobPart[],
  read: (file: FileSource) => Promise<T>,
): Promise<[T, T]> {
  const path = join(folder.path, name);
  const file = new File(parts, basename(path));
  await Deno.writeFile(path, file.stream());
  return [await read(path), await read(file)];
}

Deno.test("a file reads the same by its path and from a browser", async () => {
  const recording = encodeAedat({
    x: Uint16Array.from({ length: COUNT }, (_, i) => i % 128),
    y: Uint16Array.from({ length: COUNT }, (_, i) => i % 127),
    t: Uint32Array.from({ length: COUNT }, (_, i) => 3 * i),
    p: Uint8Array.from({ length: COUNT }, (_, i) => i % 2),
  });
  const header = "{'descr': [('x', '<i2'), ('y', '<i2'), ('t', '<i8'), " +
    "('p', '|b1')], 'fortran_order': False, 'shape': (1,), }\n";
  const cases = [
    await bothWays(
      "user00_indoor.aedat",
      [...recording],
      async (file) => [
        await Array.fromAsync(readAedat(file)),
        await inspectAedat(file),
      ],
    ),
    await bothWays("1.bin", [Uint8Array.of(33, 2, 0x80, 1, 0)], readNmnist),
    await bothWays("1.npy", [
      Uint8Array.of(0x93, ...new TextEncoder().encode("NUMPY"), 1, 0),
      Uint8Array.of(header.length, 0),
      header,
      Uint8Array.of(5, 0, 7, 0, 1, 2, 0, 0, 0, 0, 0, 0, 1),
    ], (file) => readNpy(file, DVS128)),
    await bothWays("classes.csv", ["class,class Def\n1,cat\n"], readClasses),
    await bothWays(
      "tags.csv",
      ["class,startTime_ev,endTime_ev\n1,0,9\n"],
      (file) => readTags(file, ["cat"]),
    ),
  ];
  for (const [byPath, handedOver] of cases) {
    assert.deepEqual(handedOver, byPath);
  }
});

Deno.test("an error of a browser's file has the file's name", async () => {
  const read = (file: Blob) => Array.fromAsync(readAedat(file));
  await assert.rejects(read(new File(["cat"], "a.aedat")), {
    name: "RecordingError",
    path: "a.aedat",
  });
  await assert.rejects(read(new Blob([])), (error) => {
    assert(error instanceof RecordingError);
    return error.message === 'Cannot read recording "unnamed": it is empty';
  });
});
