import assert from "node:assert/strict";
import { join } from "node:path";
import { inspectAedat, readAedat } from "../../dataset/formats/aedat2/aedat.ts";
import { DatasetError, RecordingError } from "../../dataset/files/errors.ts";
import { DVS128 } from "../../dataset/events.ts";
import { readNmnist } from "../../dataset/formats/nmnist.ts";
import { readNpy } from "../../dataset/formats/npy.ts";
import { concatBytes, records } from "../dataset/formats/aedat_files.ts";
import { randomPairs } from "../dataset/slicing/slice_data.ts";
import { temporaryFolder } from "../fixtures/temporary_folder.ts";
import { fuzzTest } from "./fuzz.ts";
import { mutated } from "./mutations.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);

/** Writes a file, one over the other. */
async function write(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder.path, name);
  await Deno.writeFile(path, bytes);
  return path;
}

const pairs = randomPairs(200, 20);
const HEADER = "#!AER-DAT2.0\r\n# AEChip: DVS128\r\n#End Of ASCII Header\r\n";
fuzzTest("AEDAT", {
  share: 0.25,
  inputs: mutated([
    concatBytes(HEADER, records(pairs, 8)),
    concatBytes("#!AER-DAT1.0\r\n", records(pairs, 6)),
    concatBytes(records(pairs, 6)),
    concatBytes("#!AER-DAT2.0\n"),
  ], ["#", "#!AER-DAT3.1\r\n", "\r\n", "#!AER-DAT2.0", "\n", "\u0000\u0001"]),
  refusal: RecordingError,
  async read(bytes) {
    const path = await write("a.aedat", bytes);
    const summary = await inspectAedat(path);
    let events = 0;
    for await (const { x, y, p, t, records } of readAedat(path)) {
      assert(x.every((column) => column < DVS128.width));
      assert(y.every((row) => row < DVS128.height));
      assert(p.every((polarity) => polarity < 2));
      assert(t.length <= records && 6 * records <= bytes.length);
      events += t.length;
    }
    assert.equal(summary.events, events);
    return summary.faults;
  },
});

const DIGIT = Uint8Array.from(
  Array.from({ length: 60 }, (_, i) => [i % 34, (7 * i) % 34, 128, i, 9])
    .flat(),
);
fuzzTest("N-MNIST", {
  share: 0.05,
  inputs: mutated([DIGIT], ["\u0022", "\u0021\u0021"]),
  refusal: RecordingError,
  async read(bytes) {
    const { x, t } = await readNmnist(await write("1.bs2", bytes));
    assert.equal(5 * t.length, bytes.length);
    assert(x.every((column) => column < 34));
  },
});

const NPY = "{'descr': [('x', '<i2'), ('y', '<i2'), ('t', '<i8'), " +
  "('p', '|b1')], 'fortran_order': False, 'shape': (20,), }\n";
fuzzTest("NumPy", {
  share: 0.1,
  inputs: mutated([
    concatBytes(
      Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, NPY.length, 0),
      ...[NPY, new Uint8Array(20 * 13)],
    ),
  ], ["(1000000000000,)", "()", "|V0", "|V99999999999", "<u8", "|b1", "'t'"]),
  refusal: DatasetError,
  async read(bytes) {
    const { x, t } = await readNpy(await write("a.npy", bytes), DVS128);
    assert(t.length <= bytes.length);
    assert(x.every((column) => column < DVS128.width));
  },
});
