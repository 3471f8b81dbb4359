import assert from "node:assert/strict";
import { planFrames } from "../../../../scripts/views/pictures/animation/frame_plan.ts";
import {
  countDifferences,
  paintDifferences,
  typicalLimit,
} from "../../../../scripts/views/pictures/differences.ts";
import { fileNameOf } from "../../../../scripts/views/pictures/samples/file_name.ts";
import { ratePlot } from "../../../../scripts/views/pictures/rate_plot.ts";
import {
  createSample,
  cropSample,
  type Sample,
} from "../../../../scripts/views/pictures/samples/sample.ts";
import { fc } from "../../../fixtures/properties.ts";

const SENSOR = { width: 9, height: 5 };

/** One event: column, row, µs since the event before, polarity. */
const event = fc.tuple(
  fc.nat(SENSOR.width - 1),
  fc.nat(SENSOR.height - 1),
  fc.integer({ min: -3000, max: 20_000 }),
  fc.nat(1),
);

const recordings = fc.record({
  start: fc.nat(2 ** 32 - 1),
  events: fc.array(event, { minLength: 1, maxLength: 60 }),
  origin: fc.constantFrom<Sample["origin"]>("top", "bottom"),
});

type Recording = typeof recordings extends fc.Arbitrary<infer T> ? T : never;

/** A sample whose times may start anywhere, wrap at 2³², and run backwards. */
function sampleOf({ start, events, origin }: Recording): Sample {
  let time = start;
  return createSample({
    x: Uint16Array.from(events, ([x]) => x),
    y: Uint16Array.from(events, ([, y]) => y),
    t: Uint32Array.from(events, ([, , step]) => time += step),
    p: Uint8Array.from(events, ([, , , p]) => p),
  }, { name: "sample", sensor: SENSOR, origin });
}

const samples = recordings.map(sampleOf);

function sum(values: Iterable<number>): number {
  return [...values].reduce((total, value) => total + value, 0);
}

Deno.test("createSample() counts times from the earliest event, in order", () => {
  fc.assert(fc.property(recordings, (recording) => {
    let time = 0;
    const recorded = recording.events.map(([x, y, step, p]) => {
      time += step;
      return [x, y, time, p];
    });
    const earliest = Math.min(...recorded.map(([, , t]) => t));
    const expected = recorded.map(([x, y, t, p]) => [x, y, t - earliest, p])
      .toSorted((a, b) => a[2] - b[2]);
    const { events: { x, y, t, p }, endUs } = sampleOf(recording);
    assert.deepEqual(
      Array.from(t, (time, i) => [x[i], y[i], time, p[i]]),
      expected,
    );
    assert.equal(endUs, expected.at(-1)![2] + 1);
  }));
});

Deno.test("cropSample() keeps the events inside, and no others", () => {
  const parts = fc.record({
    sample: samples,
    x: fc.nat(4),
    y: fc.nat(2),
    width: fc.integer({ min: 1, max: 5 }),
    height: fc.integer({ min: 1, max: 3 }),
    from: fc.nat(20),
    length: fc.integer({ min: 1, max: 100 }),
  });
  fc.assert(fc.property(parts, ({ sample, from, length, ...pixels }) => {
    const to = Math.min(from + length, Math.ceil(sample.endUs / 1000));
    fc.pre(from < to);
    const { x, y, t, p } = sample.events;
    const inside = [...t.keys()].filter((i) =>
      t[i] >= 1000 * from && t[i] < 1000 * to &&
      x[i] >= pixels.x && x[i] < pixels.x + pixels.width &&
      y[i] >= pixels.y && y[i] < pixels.y + pixels.height
    ).map((i) => [x[i], y[i], t[i], p[i]]);
    if (inside.length === 0) {
      assert.throws(() => cropSample(sample, { from, to, pixels }), {
        name: "RangeError",
        message: 'Cannot draw "sample": it has no events in this part',
      });
      return;
    }
    const { events } = cropSample(sample, { from, to, pixels });
    assert.deepEqual(
      Array.from(events.t, (time, i) => [
        ...[events.x[i], events.y[i], time, events.p[i]],
      ]),
      inside,
    );
  }));
});

Deno.test("consecutive time windows count every event once", () => {
  fc.assert(
    fc.property(samples, fc.integer({ min: 1, max: 9 }), (sample, n) => {
      const { events, endUs } = sample;
      const whole = countDifferences(sample, 0, endUs);
      const parts = Array.from(
        { length: n },
        (_, i) => countDifferences(sample, endUs * i / n, endUs * (i + 1) / n),
      );
      assert.deepEqual(
        whole,
        whole.map((_, pixel) => sum(parts.map((part) => part[pixel]))),
      );
      assert.equal(sum(whole), sum(events.p.values().map((p) => 2 * p - 1)));
    }),
  );
});

Deno.test("row 0 is painted where the sample has it", () => {
  for (const [origin, row] of [["top", 0], ["bottom", 4]] as const) {
    const sample = createSample({
      x: Uint16Array.of(7),
      y: Uint16Array.of(0),
      t: Uint32Array.of(3),
      p: Uint8Array.of(1),
    }, { name: "corner", sensor: SENSOR, origin });
    const counts = countDifferences(sample, 0, 1);
    assert.equal(counts.indexOf(1), row * SENSOR.width + 7);
  }
});

Deno.test("the grey scale covers most differences, and is symmetric", () => {
  const counts = Int32Array.of(-4, -2, 0, 2, 4, 900);
  assert.equal(typicalLimit([counts]), 900);
  const many = Array.from({ length: 100 }, () => Int32Array.of(-4, 0, 4));
  assert.equal(typicalLimit([...many, counts]), 4);
  assert.equal(typicalLimit([new Int32Array(9)]), 1);
  const { pixels } = paintDifferences(counts, 6, 4);
  assert.deepEqual([...pixels], [0, 50, 100, 150, 200, 200]);
});

Deno.test("the rate plot holds every event", () => {
  fc.assert(fc.property(samples, (sample) => {
    const { data } = ratePlot(sample, "light") as unknown as {
      data: {
        values: { time: number; end: number; rate: number; polarity: string }[];
      };
    };
    const { p, t } = sample.events;
    const toSeconds = t.at(-1)! < 4999 ? 1e-6 : 1e-3;
    for (const [polarity, value] of [["OFF", 0], ["ON", 1]] as const) {
      const counts = data.values.filter((row) => row.polarity === polarity)
        .map(({ rate, end, time }) => rate * (end - time) * toSeconds);
      assert.equal(
        sum(counts).toFixed(6),
        p.filter((it) => it === value).length.toFixed(6),
      );
    }
  }));
});

Deno.test("frames show every event at least once", () => {
  const options = fc.record({
    window: fc.integer({ min: 1, max: 80 }),
    rate: fc.integer({ min: 20, max: 50 }),
  });
  fc.assert(
    fc.property(samples, options, fc.boolean(), (sample, given, fast) => {
      // At this speed consecutive windows overlap.
      const slow = fast ? undefined : 60;
      const { starts, windowUs } = planFrames(sample, { ...given, slow });
      for (const time of sample.events.t) {
        const frames = starts.filter((start) =>
          time >= start && time < start + windowUs
        ).length;
        assert(fast ? frames === 1 : frames >= 1, `${time} is in ${frames}`);
      }
    }),
  );
});

Deno.test("no name of a sample makes a path out of its folder", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (name) => {
    const file = fileNameOf(name);
    assert.doesNotMatch(file, /[/\\\0:]|^[.-]/);
    assert(new TextEncoder().encode(file).length <= 180);
  }));
  assert.equal(fileNameOf("../../up/Ünï 1"), "%2E.__..__up__Ünï 1");
  assert.equal(fileNameOf("--out=.x"), "%2D-out%3D.x");
});

Deno.test("samples of other names have pictures of other names", () => {
  const letter = fc.oneof(
    fc.constantFrom("_", "/", "-", "a"),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
  );
  const name = fc.string({ unit: letter, maxLength: 5 });
  fc.assert(fc.property(name, name, (one, other) => {
    assert.equal(fileNameOf(one) === fileNameOf(other), one === other);
  }));
  const alike = ["a b", "a_b", "a?b", "a  b", "a%3Fb", "a-b", "a\u0308b", "äb"];
  assert.equal(new Set(alike.map(fileNameOf)).size, alike.length);
  const [long, longer] = ["x", "y"].map((start) =>
    fileNameOf(`${start}/${"字".repeat(90)}/1`)
  );
  assert.notEqual(long, longer);
  for (const name of [long, longer]) {
    assert.match(name, /^[0-9a-f]{8}_字{56}__1$/);
  }
});
