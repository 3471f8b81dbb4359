import { ok } from "node:assert/strict";
import {
  countsPack,
  countsScatter,
} from "../../../kernels/input/bin_counts.ts";
import { SOURCE_WORDS } from "../../../engine/layerwise/unit_buffers.ts";
import { noise, same } from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import {
  binCounts,
  type Change,
  type PlainEvent,
} from "../../oracle/units/counts.ts";
import { unpack } from "../kernel_orders.ts";
import { batchOf, run } from "../kernel_runner.ts";

/** Samples of the batch before those of the micro-batch. */
const FIRST = 1;

const NOTHING = { left: 0, top: 0, right: 0, bottom: 0 };

const UNCHANGED: Change = {
  map: [1, 0, 0, 0, 1, 0],
  timeScale: 1,
  timeShift: 0,
  seed: 0,
  dropped: 0,
  region: NOTHING,
  inside: false,
  erased: NOTHING,
  noise: 0,
};

/** A sample's own events and those mixed in, with their changes. */
type Sample = readonly {
  readonly events: readonly PlainEvent[];
  readonly change: Change;
}[];

/** Events that look random, many of them in one place. */
function eventsOf(
  count: number,
  [C, H, W, T]: readonly number[],
  fine: number,
  seed: number,
): PlainEvent[] {
  const draws = noise([4, count], seed).data.map((x) => (x + 1) / 2.001);
  return Array.from({ length: count }, (_, i) => {
    const crowd = i % 3 === 0;
    return {
      x: crowd ? 0 : Math.floor(draws[i] * W),
      y: crowd ? 0 : Math.floor(draws[count + i] * H),
      c: Math.floor(draws[2 * count + i] * C),
      time: crowd ? fine : Math.floor(draws[3 * count + i] * T * fine),
    };
  });
}

/** Parts of a bin, the largest count, and rows and columns of the sensor. */
interface Setting {
  readonly fine: number;
  readonly most?: number;
  /** @default those of the counts */
  readonly sensor?: readonly number[];
}

/** Bins samples on the device. */
async function bin(
  samples: readonly Sample[],
  shape: readonly number[],
  { fine, most = 255, sensor = shape.slice(1, 3) }: Setting,
) {
  const [C, H, W, T] = shape;
  const N = samples.length;
  const [sensorH, sensorW] = sensor;
  const addressBits = Math.ceil(Math.log2(C * sensorH * sensorW));
  const P = Math.ceil(Math.log2(most + 1));
  const words: number[] = [1, 2, 3];
  const sources = new Uint32Array(2 * SOURCE_WORDS * (FIRST + N));
  const floats = new Float32Array(sources.buffer);
  samples.forEach((parts, n) =>
    parts.forEach(({ events, change }, k) => {
      const at = SOURCE_WORDS * (2 * (FIRST + n) + k);
      const { region, erased } = change;
      sources[at] = words.length;
      for (const { x, y, c, time } of events) {
        words.push(time * 2 ** addressBits + (y * sensorW + x) * C + c);
      }
      sources[at + 1] = words.length;
      sources[at + 2] = change.seed;
      sources[at + 3] = change.dropped;
      floats.set([...change.map, change.timeScale, change.timeShift], at + 4);
      floats.set(
        [region.left, region.top, region.right, region.bottom],
        at + 12,
      );
      sources[at + 16] = Number(change.inside);
      floats.set(
        [erased.left, erased.top, erased.right, erased.bottom],
        at + 17,
      );
      sources[at + 21] = change.noise;
    })
  );
  const F = C * H * W;
  const B = Math.ceil(T / 32);
  const size = { T, C, H, W };
  const { counts } = await run(
    countsScatter,
    {
      batch: batchOf([FIRST, N]),
      events: Uint32Array.from(words),
      sources,
      counts: new Uint32Array(N * Math.ceil(T / 2) * F),
    },
    { ...size, sensorW, addressBits, fine },
    [2, 2, N],
  );
  const { spikes, largest } = await run(
    countsPack,
    {
      counted: counts,
      spikes: new Uint32Array(N * P * B * F).fill(~0),
      largest: new Uint32Array(N),
    },
    { ...size, P, most },
    [1, B, N],
  );
  return { counts: unpack(spikes, [N, ...shape], P), largest };
}

/** Requires the device to bin as the twin does. */
async function requireTwin(
  samples: readonly Sample[],
  shape: readonly number[],
  setting: Setting,
): Promise<void> {
  const { fine, most = 255 } = setting;
  const found = await bin(samples, shape, setting);
  const twin = binCounts(samples, shape, fine);
  const capped = twin.data.map((count) => Math.min(count, most));
  same(found.counts.data, capped);
  const size = capped.length / samples.length;
  same(
    found.largest,
    samples.map((_, n) =>
      capped.subarray(n * size, (n + 1) * size).reduce((a, b) => Math.max(a, b))
    ),
  );
  ok(capped.some((count) => count > 0));
}

gpuTest(
  "events are counted by pixel and bin, up to the largest count",
  async () => {
    for (
      const [shape, fine, most] of [
        [[1, 1, 1, 1], 1, 255],
        [[2, 5, 7, 1], 16, 255],
        [[2, 3, 5, 33], 4, 5],
        [[1, 9, 4, 70], 2, 1],
      ] as const
    ) {
      const samples = [60, 0, 400].map((count, n): Sample => [
        { events: eventsOf(count, shape, fine, n + 1), change: UNCHANGED },
      ]);
      await requireTwin(samples, shape, { fine, most });
    }
  },
);

gpuTest(
  "events are moved, erased, dropped and added as they are counted",
  async () => {
    const shape = [2, 11, 9, 20];
    const fine = 4;
    const [cos, sin] = [Math.cos(0.3), Math.sin(0.3)];
    const changes: readonly Partial<Change>[] = [
      // Mirrored left and right.
      { map: [-1, 0, 8, 0, 1, 0] },
      // Rotated and larger; some events leave.
      { map: [1.2 * cos, -1.2 * sin, 0.31, 1.2 * sin, 1.2 * cos, -1.77] },
      // Shifted by parts of pixels, faster and earlier.
      { map: [1, 0, -2.3, 0, 1, 3.6], timeScale: 1.13, timeShift: -9.4 },
      { timeScale: 0.8, timeShift: 21.7 },
      { erased: { left: 0, top: 2, right: 4, bottom: 9 } },
      { dropped: 2 ** 31, seed: 0x9e3779b9 },
      { dropped: 2 ** 32 - 1, seed: 5, timeShift: 1 },
      { dropped: 2 ** 31, seed: 0x9e3779b9, noise: 700 },
    ];
    const samples = changes.map((change, n): Sample => [{
      events: eventsOf(300, shape, fine, n + 4),
      change: { ...UNCHANGED, ...change },
    }]);
    await requireTwin(samples, shape, { fine });
  },
);

gpuTest("a box of another sample replaces that of a sample", async () => {
  const shape = [1, 8, 8, 6];
  const region = { left: 2, top: 0, right: 6, bottom: 5 };
  const samples = [1, 2].map((seed): Sample => [
    {
      events: eventsOf(200, shape, 1, seed),
      change: { ...UNCHANGED, region },
    },
    {
      events: eventsOf(200, shape, 1, seed + 5),
      change: {
        ...UNCHANGED,
        region,
        inside: true,
        map: [-1, 0, 7, 0, 1, 0],
        dropped: 2 ** 30,
        seed,
      },
    },
  ]);
  await requireTwin(samples, shape, { fine: 1 });
});

gpuTest("a sensor of another size is scaled to the input", async () => {
  const [shape, sensor] = [[2, 5, 4, 3], [13, 9]];
  const events = eventsOf(400, [2, ...sensor, 3], 2, 3);
  const change = { ...UNCHANGED, map: [0.4, 0, 0.07, 0, 0.4, -0.23] };
  await requireTwin([[{ events, change }]], shape, { fine: 2, sensor });
});
