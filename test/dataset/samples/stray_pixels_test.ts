import assert from "node:assert/strict";
import { RecordingError } from "../../../dataset/files/errors.ts";
import { readColumns } from "../../../dataset/samples/read_columns.ts";

/** Some events of a small camera, and others in between. */
function fileOf(strays: readonly string[]): File {
  const rows = Array.from({ length: 300 }, (_, i) => `${i},5,${i % 8},1`);
  rows.splice(100, 0, ...strays);
  return new File([`t_us,x,y,p\n${rows.join("\n")}\n`], "1.csv");
}

Deno.test("readColumns() leaves out the few events whose pixels no camera has", async () => {
  const strays = ["600000,60000,50000,1", "600001,0,4096,1", "99,4095,0,1"];
  const { sensor, events, lastUs, backwardSteps, faults, ...columns } =
    await readColumns({ path: fileOf(strays) });
  assert.deepEqual(sensor, { width: 4096, height: 8 });
  assert.deepEqual([events, columns.t.length], [301, 301]);
  assert.deepEqual([lastUs, backwardSteps], [299, 0]);
  const problem = "events outside 4096×4096 pixels, up to coordinate 60000";
  assert.deepEqual(faults, [{ problem, count: 2 }]);
});

Deno.test("readColumns() refuses a recording whose pixels no camera has", async () => {
  const strays = Array.from({ length: 4 }, (_, i) => `100,9,${5000 + i},1`);
  await assert.rejects(readColumns({ path: fileOf(strays) }), (error) => {
    assert(error instanceof RecordingError);
    assert.equal(
      error.message,
      'Cannot read recording "1.csv": 4 of 304 events are outside 4096×4096 ' +
        "pixels, their largest coordinate is 5003",
    );
    return true;
  });
});
