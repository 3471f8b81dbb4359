import assert from "node:assert/strict";
import type { SampleSource } from "../../../dataset/sample_source.ts";
import { SampleSet } from "../../../dataset/samples/sample_set.ts";
import { columns } from "../batches/packed_samples.ts";

/** A sample of 100 s on a sensor whose words have room for 82 s of 5 ms. */
const LONG: SampleSource = {
  sensor: { width: 320, height: 240 },
  timing: { unitUs: 1, fromFirstEvent: false },
  classes: ["wave"],
  labels: [0],
  events: () => Promise.resolve(columns([[0, 0, 0, 0], [1, 0, 1e8 - 1, 1]])),
};

Deno.test("SampleSet reads samples of any duration through that are cut into slices", async () => {
  const set = new SampleSet(LONG);
  await assert.rejects(set.readThrough({ bins: 20, Ts: 5 }), /bin 20000/);
  const read: number[] = [];
  await set.readThrough({ bins: 20 }, (done) => read.push(done));
  assert.deepEqual(read, [1]);
  const [{ samples }] = await Array.fromAsync(
    set.batches({ batch: 1, bins: 20 }),
  );
  assert.deepEqual([...samples[0]].map((word) => word >>> 18), [0, 19]);
});
