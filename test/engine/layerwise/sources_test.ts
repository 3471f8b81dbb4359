import {
  deepStrictEqual,
  notDeepStrictEqual,
  ok,
  strictEqual,
} from "node:assert/strict";
import {
  drawSources,
  plainSources,
} from "../../../engine/layerwise/sources.ts";
import { SOURCE_WORDS } from "../../../engine/layerwise/unit_buffers.ts";
import type { Augmentation } from "../../../engine/network/augmentation.ts";

const SIZES = {
  extent: { C: 2, H: 8, W: 12 },
  sensor: { C: 2, H: 8, W: 12 },
  T: 10,
  fine: 4,
};

const N = 40;
const LABELS = Uint32Array.from({ length: N }, (_, n) => n % 4);
const BATCH = {
  offsets: Uint32Array.from({ length: 2 * N }, (_, i) => 100 * i),
  labels: LABELS,
};

/** Draws, and takes the words of each source apart. */
function draw(augmentation: Augmentation, seed = 1, sizes = SIZES) {
  const drawn = drawSources(BATCH, augmentation, { seed, sizes });
  const { sources, classes } = drawn;
  const floats = new Float32Array(sources.buffer);
  const shares = new Float32Array(classes.buffer);
  return Array.from({ length: N }, (_, n) => {
    const parts = [0, 1].map((k) => {
      const at = SOURCE_WORDS * (2 * n + k);
      return {
        events: [...sources.subarray(at, at + 2)],
        seed: sources[at + 2],
        dropped: sources[at + 3] / 2 ** 32,
        map: [...floats.subarray(at + 4, at + 10)],
        time: [...floats.subarray(at + 10, at + 12)],
        region: [...floats.subarray(at + 12, at + 16)],
        inside: sources[at + 16],
        erased: [...floats.subarray(at + 17, at + 21)],
        noise: sources[at + 21],
      };
    });
    const [label, mixed] = classes.subarray(3 * n);
    return {
      own: parts[0],
      other: parts[1],
      label,
      mixed,
      share: shares[3 * n + 2],
    };
  });
}

/** Where a map takes the middle of the input. */
function middleOf([xx, xy, x0, yx, yy, y0]: readonly number[]) {
  const { W, H } = SIZES.extent;
  const [x, y] = [(W - 1) / 2, (H - 1) / 2];
  return [xx * x + xy * y + x0 - x, yx * x + yy * y + y0 - y];
}

Deno.test("without augmentation every sample has its own events", () => {
  const plain = plainSources(BATCH, SIZES);
  const { sources, classes } = drawSources(BATCH, {}, {
    seed: 1,
    sizes: SIZES,
  });
  deepStrictEqual(classes, plain.classes);
  for (const { own, other, label, mixed, share } of draw({})) {
    deepStrictEqual(own.map.map((x) => x + 0), [1, 0, 0, 0, 1, 0]);
    deepStrictEqual(own.time, [1, 0]);
    deepStrictEqual(
      [own.dropped, ...own.region, ...own.erased],
      Array(9).fill(0),
    );
    deepStrictEqual(other.events, [0, 0]);
    deepStrictEqual([label, share], [mixed, 1]);
  }
  strictEqual(sources.length, plain.sources.length);
});

Deno.test("a step draws the same again, and others draw others", () => {
  const all: Augmentation = {
    flip: 0.5,
    shift: 2,
    rotate: 10,
    zoom: 0.1,
    shiftTime: 1,
    stretchTime: 0.1,
    erase: 0.3,
    drop: 0.2,
    mix: 0.5,
  };
  deepStrictEqual(draw(all, 7), draw(all, 7));
  notDeepStrictEqual(draw(all, 7), draw(all, 8));
  const events = draw(all, 7).map(({ own }) => own.seed);
  strictEqual(new Set(events).size, N);
});

Deno.test("samples of listed classes are never mirrored, alone or mixed in", () => {
  const flipNot = [1, 2];
  for (const mix of [0, 1]) {
    const seen = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      for (
        const { own, other, label, mixed } of draw(
          { flip: 0.5, flipNot, mix },
          seed,
        )
      ) {
        const parts = [[own, label], [other, mixed]] as const;
        for (const [part, label] of parts) {
          if (part.events[1] === 0) continue;
          if (flipNot.includes(label)) ok(part.map[0] > 0);
          else seen.add(`${label} ${part.map[0]}`);
        }
      }
    }
    deepStrictEqual([...seen].sort(), ["0 -1", "0 1", "3 -1", "3 1"]);
  }
  const upsideDown = draw({ flipY: 1 })[0].own.map;
  ok(upsideDown[0] > 0 && upsideDown[4] < 0);
  const mirrored = draw({ flip: 1 })[0].own.map;
  deepStrictEqual(mirrored.map((x) => x + 0), [-1, 0, 11, 0, 1, 0]);
});

Deno.test("shifts, angles, sizes and speeds stay within what is asked for", () => {
  const most = { dx: 0, angle: 0, size: 0, speed: 0, late: 0, dropped: 0 };
  for (
    const { own } of draw({
      shift: 2,
      rotate: 30,
      zoom: 0.25,
      shiftTime: 3,
      stretchTime: 0.5,
      drop: 0.4,
    })
  ) {
    const [xx, , , yx] = own.map;
    const [dx, dy] = middleOf(own.map);
    const angle = Math.atan2(yx, xx) * 180 / Math.PI;
    const size = Math.hypot(xx, yx) - 1;
    const [speed, begin] = own.time;
    // The middle of the sample moves by the shift alone.
    const late = (speed * 20 + begin - 20) / SIZES.fine;
    const limits = [
      [dx, 2],
      [dy, 2],
      [angle, 30],
      [size, 0.25],
      [speed - 1, 0.5],
      [late, 3],
      [own.dropped, 0.4],
    ];
    for (const [value, limit] of limits) ok(Math.abs(value) <= limit + 1e-4);
    most.dx = Math.max(most.dx, Math.abs(dx));
    most.angle = Math.max(most.angle, Math.abs(angle));
    most.size = Math.max(most.size, Math.abs(size));
    most.speed = Math.max(most.speed, Math.abs(speed - 1));
    most.late = Math.max(most.late, Math.abs(late));
    most.dropped = Math.max(most.dropped, own.dropped);
  }
  ok(most.dx > 1.5 && most.angle > 22 && most.size > 0.18);
  ok(most.speed > 0.35 && most.late > 2 && most.dropped > 0.3);
});

Deno.test("a box is erased within the input, of at most the share", () => {
  const { W, H } = SIZES.extent;
  let largest = 0;
  for (
    const { own: { erased: [left, top, right, bottom] } } of draw({
      erase: 0.5,
    })
  ) {
    ok(left >= 0 && top >= 0 && right <= W && bottom <= H);
    const share = (right - left) * (bottom - top) / W / H;
    // Sides are whole pixels.
    ok(share <= 0.5 * 1.15);
    largest = Math.max(largest, share);
  }
  ok(largest > 0.35);
});

Deno.test("a change with a probability is drawn for that share of samples", () => {
  const { W, H } = SIZES.extent;
  const drawn = [1, 2, 3, 4, 5].flatMap((seed) =>
    draw({
      shift: { most: 3, probability: 0.7 },
      rotate: { most: 12, probability: 0.3 },
      erase: { least: 0.2, most: 0.5, probability: 0.25 },
      drop: { least: 0.3, most: 0.6 },
      noise: { least: 0.5, most: 2 },
    }, seed)
  );
  const part = (found: (source: typeof drawn[number]["own"]) => boolean) =>
    drawn.filter(({ own }) => found(own)).length / drawn.length;
  const near = (value: number, wanted: number) =>
    ok(Math.abs(value - wanted) < 0.12, `${value}, not ${wanted}`);
  // Rotations are about the middle, which shifts alone move, on both axes.
  near(part(({ map }) => middleOf(map).every((d) => Math.abs(d) > 1e-4)), 0.7);
  near(part(({ map }) => Math.abs(map[3]) > 1e-6), 0.3);
  near(part(({ erased }) => erased[2] > erased[0]), 0.25);
  for (
    const { own: { erased: [left, top, right, bottom], dropped, noise } }
      of drawn
  ) {
    const share = (right - left) * (bottom - top) / W / H;
    // Sides are whole pixels.
    ok(share === 0 || share > 0.2 * 0.8);
    ok(dropped >= 0.3 && dropped <= 0.6);
    // Samples have 100 events each.
    ok(noise >= 50 && noise <= 200);
  }
});

Deno.test("a mixed batch has labels by the areas of its boxes", () => {
  const { W, H } = SIZES.extent;
  let batches = 0;
  for (let seed = 0; seed < 40; seed++) {
    const drawn = draw({ mix: 0.3 }, seed);
    const mixed = drawn.filter(({ other }) => other.events[1] > 0);
    if (mixed.length === 0) continue;
    batches++;
    ok(mixed.length > N / 2);
    for (const { own, other, share, mixed: label } of mixed) {
      deepStrictEqual(own.region, other.region);
      deepStrictEqual([own.inside, other.inside], [0, 1]);
      const [left, top, right, bottom] = own.region;
      const area = (right - left) * (bottom - top) / W / H;
      ok(Math.abs(1 - area - share) < 1e-6);
      const partner = other.events[0] / 200;
      strictEqual(label, LABELS[partner]);
      notDeepStrictEqual(own.events, other.events);
    }
  }
  ok(batches > 4 && batches < 22, `${batches}`);
});

Deno.test("a sensor is scaled and centred to fit into the input", () => {
  const sensor = { C: 2, H: 32, W: 24 };
  for (const flip of [0, 1]) {
    const [{ own: { map } }] = draw({ flip }, 1, { ...SIZES, sensor });
    const [xx, , x0, , yy, y0] = map;
    strictEqual(Math.abs(xx), 0.25);
    strictEqual(yy, 0.25);
    // The middle of the sensor is that of the input, and rows fill it.
    ok(Math.abs(xx * 11.5 + x0 - 5.5) < 1e-6);
    ok(Math.abs(yy * 15.5 + y0 - 3.5) < 1e-6);
    const rows = [0, 31].map((y) => Math.round(yy * y + y0));
    deepStrictEqual(rows.map((row) => row + 0), [0, 7]);
  }
});

Deno.test("draws of steps that follow one another are as good as independent", () => {
  const steps = 1000;
  // What the first draws decide: whether a batch is mixed, and the first map.
  const draws = Array.from({ length: steps }, (_, step) => {
    const [first] = draw({ mix: 0.3, shift: 1 }, 1_000_003 + 64 * step);
    const mixed = Number(first.label !== first.mixed || first.share < 1);
    return [mixed, middleOf(first.own.map)[0], first.own.seed / 2 ** 32];
  });
  for (const column of [0, 1, 2]) {
    const values = draws.map((row) => row[column]);
    const mean = values.reduce((a, b) => a + b) / steps;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
    for (const lag of [1, 2, 8]) {
      const together = values.slice(lag).reduce(
        (sum, v, i) => sum + (v - mean) * (values[i] - mean),
        0,
      );
      // Four standard deviations of a correlation of nothing.
      ok(Math.abs(together / variance) < 4 / Math.sqrt(steps));
    }
  }
  const mixed = draws.reduce((sum, [mixed]) => sum + mixed, 0) / steps;
  ok(mixed > 0.22 && mixed < 0.35, `${mixed}`);
});
