import assert from "node:assert/strict";
import {
  BLOCKS,
  countFeatures,
  FEATURES,
  SLICES,
} from "../../../../scripts/experiment/ridge/features.ts";

/** Place of a count among the features. */
function placeOf(slice: number, p: number, row: number, column: number) {
  return ((slice * 2 + p) * BLOCKS + row) * BLOCKS + column;
}

Deno.test("countFeatures() counts events by slice, polarity and block", () => {
  const sensor = { width: 64, height: 32 };
  const last = 2 ** 32 - 1;
  const counts = countFeatures({
    x: Uint16Array.of(0, 3, 4, 63, 63),
    y: Uint16Array.of(0, 1, 2, 31, 31),
    // The clock wraps after the second event.
    t: Uint32Array.of(last - 499, last, 0, 499, 499),
    p: Uint8Array.of(0, 0, 1, 1, 1),
  }, sensor);
  assert.equal(counts.length, FEATURES);
  assert.equal(counts.reduce((sum, count) => sum + count), 5);
  assert.equal(counts[placeOf(0, 0, 0, 0)], 1);
  assert.equal(counts[placeOf(SLICES / 2 - 1, 0, 0, 0)], 1);
  assert.equal(counts[placeOf(SLICES / 2, 1, 1, 1)], 1);
  assert.equal(counts[placeOf(SLICES - 1, 1, BLOCKS - 1, BLOCKS - 1)], 2);
});

Deno.test("countFeatures() takes a sample without events, and one of one", () => {
  const sensor = { width: 5, height: 3 };
  const none = countFeatures({
    x: new Uint16Array(0),
    y: new Uint16Array(0),
    t: new Uint32Array(0),
    p: new Uint8Array(0),
  }, sensor);
  assert(none.every((count) => count === 0));
  const one = countFeatures({
    x: Uint16Array.of(4),
    y: Uint16Array.of(2),
    t: Uint32Array.of(7),
    p: Uint8Array.of(0),
  }, sensor);
  // Blocks of a sensor with fewer pixels than blocks are pixels, far between.
  assert.equal(one[placeOf(0, 0, 10, 12)], 1);
});
