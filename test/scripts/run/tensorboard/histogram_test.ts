import assert from "node:assert/strict";
import { histogramOf } from "../../../../scripts/run/tensorboard/histogram.ts";
import { fc } from "../../../fixtures/properties.ts";

const values = fc.array(fc.float(), { maxLength: 500 })
  .map((values) => Float32Array.from(values));

Deno.test("histogramOf() counts every finite value once", () => {
  fc.assert(fc.property(values, (values) => {
    const finite = [...values].filter(Number.isFinite);
    const histogram = histogramOf(values);
    const { count, counts, limits, min, max, sum } = histogram;
    assert.equal(count, finite.length);
    assert.equal(counts.reduce((sum, n) => sum + n, 0), finite.length);
    assert.equal(sum, finite.reduce((sum, value) => sum + value, 0));
    if (finite.length === 0) return;
    assert.equal(min, Math.min(...finite));
    assert.equal(max, Math.max(...finite));
    assert.equal(limits.at(-1), max);
    assert(limits.every((limit, i) => i === 0 || limit >= limits[i - 1]));
  }));
});

Deno.test("histogramOf() counts each value in the bucket that holds it", () => {
  fc.assert(fc.property(values, (values) => {
    const finite = [...values].filter(Number.isFinite);
    const { counts, limits, min, max } = histogramOf(values);
    // A value at a limit may round to either side of it.
    const slack = (max - min) * 1e-12;
    let counted = 0;
    for (const [index, limit] of limits.entries()) {
      counted += counts[index];
      const below = finite.filter((value) => value < limit - slack).length;
      const upTo = finite.filter((value) => value <= limit + slack).length;
      assert(below <= counted && counted <= upTo, `bucket ${index}`);
    }
  }));
});

Deno.test("histogramOf() has one bucket for equal values, and none for none", () => {
  const { limits, counts } = histogramOf(Float32Array.of(3, 3, 3));
  assert.deepEqual([[...limits], [...counts]], [[3], [3]]);
  const none = histogramOf(Float32Array.of(NaN, Infinity));
  assert.deepEqual([none.count, none.min, none.max], [0, 0, 0]);
  assert.deepEqual([none.limits.length, none.counts.length], [0, 0]);
});
