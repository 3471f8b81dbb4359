import assert from "node:assert/strict";
import {
  type CameraSettings,
  EventCamera,
} from "../../../dataset/synth/camera.ts";
import { Random } from "../../../dataset/random.ts";
import { type Bar, Scene } from "../../../dataset/synth/scene.ts";
import { fc } from "../../fixtures/properties.ts";

const IDEAL: CameraSettings = {
  threshold: 0.25,
  mismatch: 0,
  refractoryUs: 0,
  leakHz: 0,
  noiseHz: 0,
};

/** Shows one pixel a sequence of levels and gives the camera's events. */
function film(
  course: { us: number; level: number }[],
  settings: Partial<CameraSettings> = {},
) {
  const camera = new EventCamera(
    { width: 1, height: 1 },
    { ...IDEAL, ...settings },
    { random: new Random(1, 0) },
  );
  for (const { us, level } of course) {
    camera.expose(us, {
      pixels: Uint32Array.of(0),
      levels: Float64Array.of(level),
      count: 1,
    });
  }
  return camera.events();
}

/** A sequence of levels at increasing times. */
const courses = fc.array(
  fc.record({
    wait: fc.integer({ min: 1, max: 5000 }),
    level: fc.double({ min: -2, max: 2, noNaN: true }),
  }),
  { minLength: 1, maxLength: 20 },
).map((steps) => {
  let us = 0;
  return steps.map(({ wait, level }) => ({ us: us += wait, level }));
});

Deno.test("a step edge of contrast C gives floor(ln C / threshold) events", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 30, noNaN: true }),
      fc.constantFrom(0.11, 0.25, 0.4),
      fc.boolean(),
      (contrast, threshold, brighter) => {
        const steps = Math.log(contrast) / threshold;
        fc.pre(Math.abs(steps - Math.round(steps)) > 1e-9 || contrast === 1);
        const level = Math.log(contrast) * (brighter ? 1 : -1);
        const { p } = film([{ us: 1000, level }], { threshold });
        assert.equal(p.length, Math.floor(steps));
        assert(p.every((on) => on === (brighter ? 1 : 0)));
      },
    ),
    { seed: 1 },
  );
});

Deno.test("an event lies where log intensity crosses the threshold", () => {
  const { t, p } = film([{ us: 1000, level: 0.5001 }, { us: 3000, level: 0 }]);
  assert.deepEqual([...t], [500, 1000, 2001, 3000]);
  assert.deepEqual([...p], [1, 1, 0, 0]);
});

Deno.test("a ramp gives the same events however it is cut into exposures", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 400 }),
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.integer({ min: 0, max: 3000 }),
      (pieces, level, refractoryUs) => {
        const us = 400 * 20;
        const ramp = Array.from({ length: pieces }, (_, n) => ({
          us: Math.round((us * (n + 1)) / pieces),
          level: (level * Math.round((us * (n + 1)) / pieces)) / us,
        }));
        const whole = film([{ us, level }], { refractoryUs });
        const cut = film(ramp, { refractoryUs });
        // A crossing at the very end depends on rounding.
        const before = (t: Uint32Array) => t.filter((us) => us < 7999);
        const [a, b] = [before(whole.t), before(cut.t)];
        assert.equal(a.length, b.length);
        a.forEach((t, n) => assert(Math.abs(t - b[n]) <= 1));
      },
    ),
    { seed: 2 },
  );
});

Deno.test("a pixel is silent for its refractory period, under noise too", () => {
  fc.assert(
    fc.property(
      courses,
      fc.integer({ min: 0, max: 2000 }),
      fc.constantFrom(0, 500, 1e5),
      (course, refractoryUs, noiseHz) => {
        const { t } = film(course, { refractoryUs, noiseHz });
        for (let n = 1; n < t.length; n++) {
          assert(t[n] - t[n - 1] >= refractoryUs, `${t[n - 1]} and ${t[n]}`);
        }
      },
    ),
    { seed: 3 },
  );
});

Deno.test("changes within the refractory period make no events", () => {
  const settings = { refractoryUs: 900 };
  assert.equal(film([{ us: 100, level: 2 }]).t.length, 8);
  assert.equal(film([{ us: 100, level: 2 }], settings).t.length, 1);
  const dip = [{ us: 100, level: 2 }, { us: 200, level: 0 }, {
    us: 5000,
    level: 0.24,
  }];
  assert.equal(film(dip, settings).t.length, 1);
});

Deno.test("a still scene without noise gives no events", () => {
  assert.equal(
    film([{ us: 1000, level: 0 }, { us: 2000, level: 0 }]).t.length,
    0,
  );
  const camera = new EventCamera(
    { width: 128, height: 128 },
    { ...IDEAL, mismatch: 0.2 },
    { random: new Random(0, 0) },
  );
  const scene = new Scene(
    { width: 128, height: 128 },
    { levels: new Float64Array(128 * 128), glossy: [5] },
  );
  for (let us = 1000; us <= 1e5; us += 1000) {
    camera.expose(
      us,
      scene.draw({ behind: [], front: [], lamps: 1, gloss: 0 }),
    );
  }
  assert.equal(camera.events().t.length, 0);
});

Deno.test("noise has its rate over all pixels, half ON and half OFF", () => {
  const camera = new EventCamera(
    { width: 64, height: 32 },
    { ...IDEAL, noiseHz: 5 },
    { random: new Random(4, 0) },
  );
  camera.expose(2e6, {
    pixels: new Uint32Array(0),
    levels: new Float64Array(0),
    count: 0,
  });
  const { x, y, t, p } = camera.events();
  const expected = 64 * 32 * 5 * 2;
  const near = (count: number, mean: number) =>
    assert(Math.abs(count - mean) < 5 * Math.sqrt(mean), `${count}, ${mean}`);
  near(t.length, expected);
  near(p.filter((on) => on === 1).length, expected / 2);
  near(x.filter((column) => column < 32).length, expected / 2);
  near(y.filter((row) => row < 16).length, expected / 2);
  near(t.filter((us) => us < 1e6).length, expected / 2);
});

Deno.test("a noise event resets the level that the pixel remembers", () => {
  const course = [{ us: 1, level: 0.2 }, { us: 1e5, level: 0.2 }, {
    us: 1e5 + 1,
    level: 0.4,
  }];
  assert.equal(film(course).t.at(-1), 1e5 + 1);
  const noisy = film(course, { noiseHz: 1000 });
  assert(noisy.t.length > 50);
  assert(noisy.t.every((us) => us <= 1e5));
});

Deno.test("thresholds differ between pixels if there is mismatch", () => {
  const counts = (mismatch: number) => {
    const camera = new EventCamera(
      { width: 100, height: 1 },
      { ...IDEAL, mismatch },
      { random: new Random(0, 0) },
    );
    camera.expose(1000, {
      pixels: Uint32Array.from({ length: 100 }, (_, n) => n),
      levels: new Float64Array(100).fill(2.6),
      count: 100,
    });
    const { x, t } = camera.events();
    assert(t.every((us, n) => n === 0 || us >= t[n - 1]));
    const perPixel = new Uint32Array(100);
    for (const column of x) perPixel[column]++;
    return new Set(perPixel);
  };
  assert.deepEqual(counts(0), new Set([10]));
  assert(counts(0.1).size > 2);
});

Deno.test("noise falls as e to the power of minus the log intensity", () => {
  const sensor = { width: 60, height: 10 };
  const levels = Float64Array.from(
    { length: 600 },
    (_, pixel) => [-2.5, -1.5, 0, 1][Math.floor(pixel / 150)],
  );
  const camera = new EventCamera(
    sensor,
    { ...IDEAL, noiseHz: 2 },
    { random: new Random(3, 0), levels },
  );
  camera.expose(2e6, {
    pixels: new Uint32Array(0),
    levels: new Float64Array(0),
    count: 0,
  });
  const { x, y } = camera.events();
  const counts = new Uint32Array(4);
  for (let n = 0; n < x.length; n++) {
    counts[Math.floor((y[n] * 60 + x[n]) / 150)]++;
  }
  // No pixel has more noise than one of log intensity -1.5.
  [1.5, 1.5, 0, -1].forEach((power, n) => {
    const expected = 150 * 2 * 2 * Math.exp(power);
    assert(
      Math.abs(counts[n] - expected) < 5 * Math.sqrt(expected),
      `${counts[n]} at ${-power}, ${expected} expected`,
    );
  });
});

Deno.test("a still pixel leaks ON events, evenly spaced", () => {
  const still = [{ us: 1e6, level: 0 }, { us: 1e7, level: 0 }];
  const { t, p } = film(still, { leakHz: 2 });
  assert.equal(t.length, 20);
  assert(p.every((on) => on === 1));
  for (let n = 1; n < t.length; n++) {
    assert(Math.abs(t[n] - t[n - 1] - 5e5) <= 1);
  }
  // A slow fall of light that the leak outweighs still makes ON events.
  const fall = [{ us: 1e7, level: -0.25 * 5 }];
  const falling = film(fall, { leakHz: 2 });
  assert.equal(falling.t.length, 15);
  assert(falling.p.every((on) => on === 1));
  assert.deepEqual(
    film([{ us: 1e7, level: -0.25 * 25 }], { leakHz: 2 }).p.includes(1),
    false,
  );
});

Deno.test("a leaking pixel makes the same events however often it is visited", () => {
  const rise = (pieces: number) =>
    film(
      Array.from({ length: pieces }, (_, n) => ({
        us: 3e6 * (n + 1) / pieces,
        level: 1.3 * (n + 1) / pieces,
      })),
      { leakHz: 1, refractoryUs: 1000 },
    );
  const [whole, cut] = [rise(1), rise(300)];
  // 0.75 of leak and 1.3 of light, from where the pixel happens to start.
  assert([8, 9].includes(whole.t.length));
  assert.deepEqual(whole.p, cut.p);
  whole.t.forEach((us, n) => assert(Math.abs(us - cut.t[n]) <= 2));
});

/** Least change of a pixel that is listed, as documented. */
const LEAST_CHANGE = 0.01;

Deno.test("draw() lists each changed pixel once, and its lists add up to the picture", () => {
  const sensor = { width: 24, height: 17 };
  const glossy = [0, 30, 31, 200];
  const levels = Float64Array.from({ length: 24 * 17 }, (_, n) => (n % 5) / 9);
  const coordinate = fc.integer({ min: -32, max: 120 }).map((n) => n / 4);
  const bar = fc.record({
    ax: coordinate,
    ay: coordinate,
    bx: coordinate,
    by: coordinate,
    radius: fc.integer({ min: 1, max: 60 }).map((n) => n / 10),
    level: fc.integer({ min: -9, max: 9 }).map((n) => n / 8),
    shade: fc.constantFrom(undefined, 0, 0.3),
  });
  const bars = fc.array(bar, { maxLength: 2 });
  const moments = fc.array(
    fc.record({ behind: fc.option(bars, { nil: undefined }), front: bars }),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(moments, (moments) => {
      const scene = new Scene(sensor, { levels, glossy });
      const picture = levels.slice();
      let behind: Bar[] = [];
      moments.forEach((moment, n) => {
        // The bars behind often stay as they are.
        behind = moment.behind ?? behind;
        const { front } = moment;
        const light = { lamps: 0.1 * n, gloss: 0.2 * n };
        const changes = scene.draw({ behind, front, ...light });
        const changed = changes.pixels.subarray(0, changes.count);
        assert.equal(new Set(changed).size, changes.count);
        changed.forEach((pixel, k) => picture[pixel] = changes.levels[k]);
        picture.forEach((level, pixel) => {
          const still = behind.reduce(
            (ground, bar) => inFront(bar, pixel, ground, 0),
            levels[pixel],
          );
          const glossed = glossy.includes(pixel) && still === levels[pixel];
          const expected = front.reduce(
            (ground, bar) => inFront(bar, pixel, ground, light.lamps),
            still + (glossed ? light.gloss : 0),
          );
          assert(Math.abs(level - expected) < LEAST_CHANGE, `pixel ${pixel}`);
        });
      });
    }),
    { seed: 5, numRuns: 300 },
  );

  /** Log intensity of a pixel with a bar, whose edges are 1.5 pixels wide. */
  function inFront(bar: Bar, pixel: number, behind: number, lamps: number) {
    const { ax, ay, bx, by, radius, shade = 0 } = bar;
    const x = pixel % sensor.width;
    const y = Math.floor(pixel / sensor.width);
    const length = Math.hypot(bx - ax, by - ay);
    const along = length === 0
      ? 0
      : ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length ** 2;
    const near = Math.min(1, Math.max(0, along));
    const far = Math.hypot(
      x - ax - near * (bx - ax),
      y - ay - near * (by - ay),
    );
    const cover = Math.min(1, Math.max(0, 0.5 - (far - radius) / 1.5));
    const seen = bar.level + lamps - shade * (far / (radius + 0.75)) ** 2;
    return behind + cover * (seen - behind);
  }
});
