import assert from "node:assert/strict";
import { fc } from "../../fixtures/properties.ts";
import { cutWindows } from "../../../dataset/samples/windows.ts";

const times = fc.array(fc.integer({ min: 0, max: 5000 }), {
  minLength: 1,
  maxLength: 60,
}).map((times) => Float64Array.from(times).sort());

Deno.test("cutWindows() gives each window its events, and no others", () => {
  fc.assert(fc.property(
    times,
    fc.integer({ min: 1, max: 900 }),
    fc.integer({ min: 1, max: 900 }),
    (t, lengthUs, strideUs) => {
      const stretch = { startUs: t[0], endUs: t[t.length - 1] + 1 };
      const { cuts, empty } = cutWindows(t, stretch, { lengthUs, strideUs });
      const whole = stretch.endUs - stretch.startUs;
      const expected = [];
      let silent = 0;
      for (let n = 0; n === 0 || whole > lengthUs; n++) {
        const start = t[0] + n * strideUs;
        if (n > 0 && start + 0.9 * lengthUs > stretch.endUs) break;
        const isIn = (time: number) =>
          time >= start && (whole <= lengthUs || time < start + lengthUs);
        const inside = [...t.keys()].filter((i) => isIn(t[i]));
        if (inside.length === 0) silent++;
        else expected.push([start, inside[0], inside.at(-1)! + 1]);
        if (whole <= lengthUs) break;
      }
      assert.deepEqual(
        cuts.map(({ startUs, from, to }) => [startUs, from, to]),
        expected,
      );
      assert.equal(empty, silent);
    },
  ));
});

Deno.test("cutWindows() passes over hours of silence at once", () => {
  const t = Float64Array.of(0, 1, 1e15, 1e15 + 1);
  const { cuts, empty } = cutWindows(
    t,
    { startUs: 0, endUs: 1e15 + 2 },
    { lengthUs: 1000, strideUs: 1000 },
  );
  assert.deepEqual(cuts.map(({ from, to }) => [from, to]), [[0, 2]]);
  assert.equal(empty, 1e12 - 1);
});

Deno.test("no window reaches beyond its stretch", () => {
  const t = Float64Array.from({ length: 100 }, (_, i) => i);
  const { cuts } = cutWindows(
    t,
    { startUs: 10, endUs: 49 },
    { lengthUs: 20, strideUs: 20 },
  );
  assert.deepEqual(cuts.map(({ from, to }) => [from, to]), [[10, 30], [
    30,
    49,
  ]]);
});
