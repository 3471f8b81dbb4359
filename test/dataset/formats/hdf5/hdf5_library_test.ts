import assert from "node:assert/strict";
import { join } from "node:path";
import h5wasm from "npm:h5wasm@0.10.3";
import { hdf5 } from "../../../../dataset/formats/hdf5/hdf5.ts";
import { readRows } from "../recordings.ts";

const PATH = join(import.meta.dirname!, "cd_events_gzip.h5");

Deno.test("recordings are read after one at which the HDF5 library aborts", async () => {
  const rows = await readRows(await hdf5.open(PATH));
  const { HEAPU8 } = await h5wasm.ready;
  HEAPU8.fill(0xff);
  await assert.rejects(() => hdf5.open(PATH), {
    name: "RecordingError",
    message: `Cannot read recording "${PATH}": it is no sound HDF5 file`,
  });
  assert.deepEqual(await readRows(await hdf5.open(PATH)), rows);
});
