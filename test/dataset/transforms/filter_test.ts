import assert from "node:assert/strict";
import type { Events } from "../../../dataset/events.ts";
import { DVS128 } from "../../../dataset/events.ts";
import { filterSamples } from "../../../dataset/transforms/filter.ts";
import { dropBackgroundActivity } from "../../../dataset/transforms/background_activity.ts";
import {
  coarserSensor,
  downsampleSpace,
  downsampleTime,
} from "../../../dataset/transforms/downsample.ts";
import {
  dropHotPixels,
  dropLonePixels,
} from "../../../dataset/transforms/hot_pixels.ts";
import type { SampleSource } from "../../../dataset/sample_source.ts";
import { fc } from "../../fixtures/properties.ts";
import {
  anyEvents,
  isSubsequence,
  keys,
  sinceFirst,
} from "../batches/events_cases.ts";
import { columns, type Event } from "../batches/packed_samples.ts";

const RUN = { seed: 31, numRuns: 300 };
const SENSOR = { width: 16, height: 16 };
const anyWindow = fc.constantFrom(0.3, 1, 2, 5, 1000);

/** A data set of one sample. */
function sourceOf(events: Events, sensor = SENSOR): SampleSource {
  const timing = { unitUs: 1000, fromFirstEvent: true };
  return {
    sensor,
    timing,
    classes: ["cat"],
    labels: [0],
    events: () => Promise.resolve(events),
  };
}

Deno.test("dropHotPixels() keeps the events of pixels within the rate, in order", () => {
  const anyRate = fc.constantFrom(1, 10, 100, 1000);
  fc.assert(
    fc.property(anyEvents, anyRate, ({ sensor, events }, rate) => {
      const kept = dropHotPixels(events, { sensor, rate });
      const duration = Math.max(0, ...sinceFirst(events)) / 1e6;
      const pixel = (i: number) => `${events.x[i]} ${events.y[i]}`;
      const all = [...events.t.keys()];
      const wanted = all.filter((i) =>
        all.filter((j) => pixel(j) === pixel(i)).length - 1 <= rate * duration
      );
      assert.deepEqual(keys(kept), wanted.map((i) => keys(events)[i]));
    }),
    { ...RUN, numRuns: 100 },
  );
});

Deno.test("dropHotPixels() finds a hot pixel among noisy ones", () => {
  const hot = Array.from({ length: 1000 }, (_, n) => n * 1000);
  const events = columns(
    [
      ...hot.map((us) => [3, 4, us, us % 2000 / 1000] as const),
      ...hot.map((us, n) => [n % 3, 5, us, 1] as const),
    ].toSorted((a, b) => a[2] - b[2]).map(([...event]) => event),
  );
  const kept = dropHotPixels(events, { sensor: SENSOR, rate: 500 });
  assert.equal(kept.t.length, 1000);
  assert(kept.y.every((row) => row === 5));
});

Deno.test("dropLonePixels() compares each pixel with its second busiest neighbour", () => {
  const anyCounts = fc.array(fc.constantFrom(0, 0, 1, 9, 12, 40), {
    minLength: 20,
    maxLength: 20,
  });
  const sensor = { width: 5, height: 4 };
  fc.assert(
    fc.property(anyCounts, fc.constantFrom(0.5, 1, 3), (counts, ratio) => {
      const events = columns(
        counts.flatMap((count, pixel) =>
          Array.from(
            { length: count },
            (_, n): Event => [pixel % 5, Math.floor(pixel / 5), n * 100, n % 2],
          )
        ).toSorted((a, b) => a[2] - b[2]),
      );
      const kept = dropLonePixels(events, { sensor, ratio });
      const wanted = keys(events).filter((_, i) => {
        const [x, y] = [events.x[i], events.y[i]];
        const [, second = 0] = counts.filter((_, pixel) =>
          Math.max(
            Math.abs(pixel % 5 - x),
            Math.abs(Math.floor(pixel / 5) - y),
          ) === 1
        ).toSorted((a, b) => b - a);
        return counts[5 * y + x] <= 10 + ratio * second;
      });
      assert.deepEqual(keys(kept), wanted);
    }),
    RUN,
  );
});

Deno.test("dropLonePixels() leaves out two hot pixels side by side, and no line", () => {
  const burst = (x: number, y: number) =>
    Array.from({ length: 100 }, (_, n): Event => [x, y, n * 100, 1]);
  const events = columns(
    [burst(2, 2), burst(3, 3), ...[8, 9, 10, 11].map((y) => burst(9, y))]
      .flat().toSorted((a, b) => a[2] - b[2]),
  );
  const kept = dropLonePixels(events, { sensor: SENSOR, ratio: 3 });
  assert.deepEqual(new Set(kept.x), new Set([9]));
  assert.deepEqual([...new Set(kept.y)].toSorted((a, b) => a - b), [9, 10]);
});

Deno.test("dropBackgroundActivity() keeps events after a neighbour's event, in order", () => {
  fc.assert(
    fc.property(anyEvents, anyWindow, ({ sensor, events }, window) => {
      const kept = dropBackgroundActivity(events, { sensor, window });
      const times = sinceFirst(events);
      const { x, y } = events;
      const wanted = times.flatMap((time, i) => {
        const near = times.slice(0, i).some((before, j) =>
          time - before <= window * 1000 &&
          Math.max(Math.abs(x[i] - x[j]), Math.abs(y[i] - y[j])) === 1
        );
        return near ? [keys(events)[i]] : [];
      });
      assert.deepEqual(keys(kept), wanted);
    }),
    { ...RUN, numRuns: 200 },
  );
});

Deno.test("dropBackgroundActivity() does not let a pixel support itself", () => {
  const events = columns([[5, 5, 0, 0], [5, 5, 1, 1], [5, 5, 2, 0]]);
  const kept = dropBackgroundActivity(events, { sensor: SENSOR, window: 1 });
  assert.deepEqual(keys(kept), []);
});

Deno.test("downsampleSpace() keeps every event, on the coarser sensor", () => {
  const anyFactor = fc.integer({ min: 1, max: 30 });
  fc.assert(
    fc.property(anyEvents, anyFactor, ({ sensor, events }, factor) => {
      const coarse = downsampleSpace(events, factor);
      const { width, height } = coarserSensor(sensor, factor);
      assert.equal(coarse.t.length, events.t.length);
      assert.deepEqual([coarse.t, coarse.p], [events.t, events.p]);
      coarse.t.forEach((_, i) => {
        assert(coarse.x[i] < width && coarse.y[i] < height);
        const inside = (place: number, square: number) =>
          place >= square * factor && place < (square + 1) * factor;
        assert(inside(events.x[i], coarse.x[i]));
        assert(inside(events.y[i], coarse.y[i]));
      });
      if (factor === 1) assert.deepEqual(keys(coarse), keys(events));
    }),
    RUN,
  );
});

Deno.test("downsampleTime() keeps the first event of each pixel, polarity and window", () => {
  fc.assert(
    fc.property(anyEvents, anyWindow, ({ sensor, events }, window) => {
      const coarse = downsampleTime(events, { sensor, window });
      const seen = new Set<string>();
      const first = events.t[0];
      const windowUs = Math.round(window * 1000);
      const wanted = sinceFirst(events).flatMap((time, i) => {
        const [x, y, , p] = keys(events)[i].split(" ");
        const begun = Math.floor(time / windowUs);
        const key = `${x} ${y} ${p} ${begun}`;
        if (seen.has(key)) return [];
        seen.add(key);
        const us = (first + begun * windowUs) % 2 ** 32;
        return [`${x} ${y} ${us} ${p}`];
      });
      assert.deepEqual(keys(coarse), wanted);
      const twice = downsampleTime(coarse, { sensor, window });
      assert.deepEqual(keys(twice), keys(coarse));
    }),
    RUN,
  );
});

Deno.test("filters do not change their input", () => {
  fc.assert(
    fc.property(anyEvents, ({ sensor, events }) => {
      const before = structuredClone(events);
      dropHotPixels(events, { sensor, rate: 1 });
      dropLonePixels(events, { sensor, ratio: 0.1 });
      dropBackgroundActivity(events, { sensor, window: 1 });
      downsampleSpace(events, 3);
      downsampleTime(events, { sensor, window: 1 });
      assert.deepEqual(events, before);
    }),
    { ...RUN, numRuns: 50 },
  );
});

Deno.test("filterSamples() without options gives the events of the source", async () => {
  const events = columns([[1, 2, 3, 0], [1, 2, 3, 0], [4, 5, 6000, 1]]);
  const source = sourceOf(events);
  const filtered = filterSamples(source, {});
  assert.equal(await filtered.events(0), events);
  const { sensor, timing, classes, labels } = source;
  assert.deepEqual(
    { ...filtered, events: undefined },
    { sensor, timing, classes, labels, events: undefined },
  );
  const origin = { recording: "user00_indoor", digest: "5eed" };
  const known = { ...source, origin: () => Promise.resolve(origin) };
  assert.equal(await filterSamples(known, {}).origin!(0), origin);
});

Deno.test("filterSamples() applies all filters in order, the same at every read", async () => {
  await fc.assert(
    fc.asyncProperty(anyEvents, async ({ sensor, events }) => {
      const filtered = filterSamples(sourceOf(events, sensor), {
        hotPixels: 100,
        hotRatio: 0.5,
        backgroundActivity: 5,
        downsampleSpace: 2,
        downsampleTime: 1,
      });
      const slow = dropHotPixels(events, { sensor, rate: 100 });
      const sound = dropLonePixels(slow, { sensor, ratio: 0.5 });
      const near = dropBackgroundActivity(sound, { sensor, window: 5 });
      assert(isSubsequence(near, events));
      const coarse = coarserSensor(sensor, 2);
      const wanted = downsampleTime(downsampleSpace(near, 2), {
        sensor: coarse,
        window: 1,
      });
      assert.deepEqual(filtered.sensor, coarse);
      assert.deepEqual(await filtered.events(0), wanted);
      assert.deepEqual(await filtered.events(0), wanted);
    }),
    { ...RUN, numRuns: 100 },
  );
});

Deno.test("filterSamples() refuses options that are not positive", () => {
  const source = sourceOf(columns([]), DVS128);
  assert.throws(() => filterSamples(source, { hotPixels: 0 }), {
    name: "RangeError",
    message: 'Cannot filter with hotPixels "0": a positive number is needed',
  });
  assert.throws(() => filterSamples(source, { downsampleSpace: 1.5 }), {
    name: "RangeError",
    message: 'Cannot filter with downsampleSpace "1.5": ' +
      "a positive whole number is needed",
  });
  for (const value of [-1, NaN, Infinity]) {
    assert.throws(
      () => filterSamples(source, { downsampleTime: value }),
      RangeError,
    );
  }
});
