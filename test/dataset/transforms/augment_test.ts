import assert from "node:assert/strict";
import {
  augmentEvents,
  type AugmentOptions,
} from "../../../dataset/transforms/augment.ts";
import { dropEvents } from "../../../dataset/transforms/drop.ts";
import { jitterTime } from "../../../dataset/transforms/jitter_time.ts";
import { flip, shift } from "../../../dataset/transforms/move.ts";
import { allocateEvents, DVS128 } from "../../../dataset/events.ts";
import { fc } from "../../fixtures/properties.ts";
import {
  anyEvents,
  type EventsCase,
  isSubsequence,
  keys,
  seeded,
  sinceFirst,
} from "../batches/events_cases.ts";

const RUN = { seed: 32, numRuns: 300 };
const anySeed = fc.nat(2 ** 32 - 1);

Deno.test("flip() mirrors every event, and back", () => {
  const axis = fc.constantFrom("x" as const, "y" as const);
  fc.assert(
    fc.property(anyEvents, axis, ({ sensor, events }, axis) => {
      const { width, height } = sensor;
      const flipped = flip(events, { sensor, axis });
      const other = axis === "x" ? "y" : "x";
      const last = (axis === "x" ? width : height) - 1;
      assert.deepEqual(
        [...flipped[axis]],
        Array.from(events[axis], (place) => last - place),
      );
      for (const name of [other, "t", "p"] as const) {
        assert.deepEqual(flipped[name], events[name]);
      }
      assert.deepEqual(flip(flipped, { sensor, axis }), events);
    }),
    RUN,
  );
});

Deno.test("shift() moves events that stay on the sensor, and drops the others, in order", () => {
  const step = fc.integer({ min: -25, max: 25 });
  fc.assert(
    fc.property(anyEvents, step, step, ({ sensor, events }, dx, dy) => {
      const shifted = shift(events, { sensor, dx, dy });
      const wanted = keys(events).flatMap((key) => {
        const [x, y, t, p] = key.split(" ").map(Number);
        const there = x + dx >= 0 && x + dx < sensor.width &&
          y + dy >= 0 && y + dy < sensor.height;
        return there ? [`${x + dx} ${y + dy} ${t} ${p}`] : [];
      });
      assert.deepEqual(keys(shifted), wanted);
    }),
    RUN,
  );
});

Deno.test("dropEvents() keeps some events, in order, the same for a seed", () => {
  const probability = fc.constantFrom(0, 0.1, 0.5, 1);
  fc.assert(
    fc.property(
      ...[anyEvents, probability, anySeed],
      ({ events }, probability, seed) => {
        const drop = () =>
          dropEvents(events, { probability, random: seeded(seed) });
        assert(isSubsequence(drop(), events));
        assert.deepEqual(drop(), drop());
        if (probability === 0) assert.deepEqual(drop(), events);
        if (probability === 1) assert.equal(drop().t.length, 0);
      },
    ),
    RUN,
  );
});

Deno.test("dropEvents() drops as many as its probability says", () => {
  const random = seeded(5);
  const kept = dropEvents(allocateEvents(100_000), {
    probability: 0.3,
    random,
  });
  // Four standard deviations of the binomial distribution are 580.
  assert(Math.abs(kept.t.length - 70_000) < 580, `${kept.t.length}`);
});

Deno.test("jitterTime() keeps every event, its place, the first time and the bounds", () => {
  const deviation = fc.constantFrom(0, 0.01, 1, 100);
  fc.assert(
    fc.property(
      ...[anyEvents, deviation, anySeed],
      ({ events }, deviation, seed) => {
        const jitter = () =>
          jitterTime(events, { deviation, random: seeded(seed) });
        const jittered = jitter();
        assert.deepEqual(jittered, jitter());
        for (const name of ["x", "y", "p"] as const) {
          assert.deepEqual(jittered[name], events[name]);
        }
        assert.equal(jittered.t[0], events.t[0]);
        const times = sinceFirst(jittered);
        const latest = Math.max(0, ...sinceFirst(events));
        assert(times.every((time) => time >= 0 && time <= latest));
        if (deviation === 0) assert.deepEqual(jittered, events);
      },
    ),
    RUN,
  );
});

Deno.test("jitterTime() adds numbers of mean 0 and the given deviation", () => {
  const events = allocateEvents(50_000);
  events.t.fill(2 ** 31, 1);
  events.t[0] = 2 ** 31 - 1e9;
  events.t[events.t.length - 1] = 2 ** 31 + 1e9 - 1;
  const { t } = jitterTime(events, { deviation: 2, random: seeded(6) });
  const late = Array.from(t.subarray(1, -1), (time) => time - 2 ** 31);
  const mean = late.reduce((sum, us) => sum + us, 0) / late.length;
  const variance = late.reduce((sum, us) => sum + us ** 2, 0) / late.length;
  // Within four standard errors of the mean and of the deviation.
  assert(Math.abs(mean) < 36, `${mean}`);
  assert(Math.abs(Math.sqrt(variance) - 2000) < 26, `${variance}`);
});

/** All augmentations together. */
const ALL: Omit<AugmentOptions, "sensor" | "random"> = {
  drop: 0.2,
  flipX: 0.5,
  flipY: 0.5,
  shift: 3,
  timeJitter: 2,
};

function augmentAll({ sensor, events }: EventsCase, seed: number) {
  return augmentEvents(events, { ...ALL, sensor, random: seeded(seed) });
}

Deno.test("augmentEvents() stays on the sensor, and repeats itself for a seed", () => {
  fc.assert(
    fc.property(anyEvents, anySeed, (given, seed) => {
      const before = structuredClone(given.events);
      const augmented = augmentAll(given, seed);
      assert.deepEqual(given.events, before);
      assert.deepEqual(augmented, augmentAll(given, seed));
      const { width, height } = given.sensor;
      assert(augmented.x.every((x) => x < width));
      assert(augmented.y.every((y) => y < height));
      assert(augmented.t.length <= given.events.t.length);
    }),
    RUN,
  );
});

Deno.test("augmentEvents() without options draws nothing and changes nothing", () => {
  const random = () => assert.fail("a number was drawn");
  const events = allocateEvents(3);
  const none = { drop: 0, flipX: 0, flipY: 0, shift: 0, timeJitter: 0 };
  for (const options of [{}, none]) {
    const same = augmentEvents(events, { sensor: DVS128, random, ...options });
    assert.equal(same, events);
  }
});

Deno.test("augmentEvents() mirrors and shifts evenly", () => {
  const random = seeded(8);
  const events = allocateEvents(1);
  events.x[0] = events.y[0] = 50;
  const counts = new Map<string, number>();
  for (let n = 0; n < 5000; n++) {
    const { x, y } = augmentEvents(events, {
      sensor: DVS128,
      random,
      flipX: 0.5,
      shift: 2,
    });
    for (const key of [`x ${x[0]}`, `y ${y[0]}`]) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const rows = [48, 49, 50, 51, 52].map((y) => counts.get(`y ${y}`)!);
  const columns = [48, 49, 50, 51, 52, 75, 76, 77, 78, 79]
    .map((x) => counts.get(`x ${x}`)!);
  assert.equal(counts.size, 15);
  // Within four standard deviations.
  assert(rows.every((count) => Math.abs(count - 1000) < 114), `${rows}`);
  assert(columns.every((count) => Math.abs(count - 500) < 85), `${columns}`);
});
