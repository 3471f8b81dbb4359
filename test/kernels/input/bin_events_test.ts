import { ok, strictEqual } from "node:assert/strict";
import { binPeak, binScatter } from "../../../kernels/input/bin_events.ts";
import { same } from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { pack, turn, unpack } from "../kernel_orders.ts";
import { batchOf, run } from "../kernel_runner.ts";
import { bin } from "../../oracle/bin.ts";
import type { Tensor } from "../../oracle/tensor.ts";
import { fc } from "../../fixtures/properties.ts";

type Shape = [N: number, C: 2, H: number, W: number, T: number];

/** An event: bin, row, column, polarity. */
type Event = readonly [t: number, y: number, x: number, p: number];

function addressBits([, C, H, W]: Shape): number {
  return Math.ceil(Math.log2(C * H * W));
}

function packed(samples: readonly Event[][], shape: Shape): Uint32Array[] {
  const [, , , W] = shape;
  return samples.map((events) =>
    Uint32Array.from(
      events,
      ([t, y, x, p]) => t << addressBits(shape) | (y * W + x) * 2 + p,
    )
  );
}

/** Samples one after another, and where each starts and ends. */
function laidOut(samples: readonly Uint32Array[]) {
  const events = samples.flatMap((words) => [...words]);
  let end = 0;
  const offsets = samples.flatMap(({ length }) => [end, end += length]);
  return {
    // Something has to be bound.
    events: Uint32Array.from(events.length > 0 ? events : [0]),
    offsets: Uint32Array.from(offsets),
  };
}

/** Events that look random, in bins 0 … T. */
function randomEvents(length: number, [, , H, W, T]: Shape, seed: number) {
  const draw = (i: number, most: number) =>
    Math.floor(Math.abs(Math.sin(seed + 1e4 * Math.sin(i))) * most) % most;
  return Array.from({ length }, (_, i): Event => [
    draw(4 * i, T + 1),
    draw(4 * i + 1, H),
    draw(4 * i + 2, W),
    draw(4 * i + 3, 2),
  ]);
}

async function scatter(
  samples: readonly Uint32Array[],
  shape: Shape,
  { P = 1, first = 0, groups = 64 } = {},
) {
  const [N, C, H, W, T] = shape;
  const F = C * H * W;
  const blocks = N * P * Math.ceil(T / 32);
  const before = {
    batch: batchOf([first, N]),
    ...laidOut(samples),
    spikes: new Uint32Array(blocks * F),
    neuronPacked: new Uint32Array(blocks * 32 * Math.ceil(F / 32)),
    overflow: new Uint32Array(1),
  };
  const constants = { T, F, P, addressBits: addressBits(shape) };
  const plain = await run(binScatter, before, constants, [groups, N, 1]);
  same(plain.neuronPacked, before.neuronPacked);
  const { spikes, neuronPacked, overflow } = await run(
    binScatter,
    before,
    { ...constants, packsNeurons: 1 },
    [groups, N, 1],
  );
  same(spikes, plain.spikes);
  same(neuronPacked, turn(spikes, blocks, F));
  return { spikes, overflow: overflow[0] };
}

function total({ data }: Tensor): number {
  return data.reduce((sum, value) => sum + value, 0);
}

for (const T of [1, 31, 32, 33, 300]) {
  gpuTest(
    `bin() sets one spike for all events of a bin, T = ${T}`,
    async () => {
      const shape: Shape = [3, 2, 5, 3, T];
      const samples = [
        randomEvents(200, shape, 1),
        [],
        [...randomEvents(20, shape, 2), ...randomEvents(20, shape, 2)],
      ];
      const batch = packed(samples, shape);
      const { spikes, overflow } = await scatter(batch, shape);
      const expected = bin(batch, shape, "OR", 1);
      ok(total(expected) > 15);
      same(spikes, pack(expected));
      strictEqual(overflow, 0);
    },
  );

  gpuTest(`bin() counts the events of a bin, T = ${T}`, async () => {
    const shape: Shape = [3, 2, 5, 3, T];
    const full = Array.from({ length: 255 }, (): Event => [T - 1, 4, 2, 1]);
    const samples = [randomEvents(900, shape, 3), [], full];
    const batch = packed(samples, shape);
    const { spikes, overflow } = await scatter(batch, shape, { P: 8 });
    const expected = bin(batch, shape, "SUM", 1);
    strictEqual(Math.max(...expected.data), 255);
    same(spikes, pack(expected, 1, 8));
    strictEqual(overflow, 0);
  });
}

gpuTest("bin() has nothing to do without events", async () => {
  const shape: Shape = [1, 2, 1, 1, 1];
  const batch = packed([[]], shape);
  const { spikes, overflow } = await scatter(batch, shape);
  same(spikes, [0, 0]);
  strictEqual(overflow, 0);
});

gpuTest("bin() tells how many counts went past 255", async () => {
  const shape: Shape = [2, 2, 3, 3, 40];
  const samples = [
    Array.from({ length: 300 }, (): Event => [35, 1, 1, 0]),
    Array.from({ length: 256 }, (): Event => [0, 2, 2, 1]),
  ];
  const batch = packed(samples, shape);
  strictEqual((await scatter(batch, shape, { P: 8 })).overflow, 2);
  strictEqual((await scatter(batch, shape, { P: 1 })).overflow, 0);
});

gpuTest("bin() takes its part of a batch", async () => {
  const shape: Shape = [4, 2, 5, 3, 33];
  const samples = [10, 0, 70, 30].map((length, n) =>
    randomEvents(length, shape, n)
  );
  const batch = packed(samples, shape);
  const whole = (await scatter(batch, shape)).spikes;
  const part: Shape = [2, 2, 5, 3, 33];
  for (const first of [0, 1, 2]) {
    const { spikes } = await scatter(batch, part, { first });
    same(spikes, whole.slice(first * 60, (first + 2) * 60));
  }
});

gpuTest("bin() finds samples anywhere, one of them twice", async () => {
  const shape: Shape = [3, 2, 5, 3, 33];
  const [first, second] = [20, 30].map((length, n) =>
    randomEvents(length, shape, n)
  );
  const { spikes } = await run(
    binScatter,
    {
      batch: batchOf([0, 3]),
      events: Uint32Array.of(
        ...[7, 7, ...packed([first], shape)[0], 7],
        ...packed([second], shape)[0],
      ),
      offsets: Uint32Array.of(23, 53, 2, 22, 23, 53),
      spikes: new Uint32Array(3 * 2 * 30),
      neuronPacked: new Uint32Array(1),
      overflow: new Uint32Array(1),
    },
    { T: 33, F: 30, addressBits: addressBits(shape) },
    [2, 3, 1],
  );
  same(
    spikes,
    (await scatter(packed([second, first, second], shape), shape)).spikes,
  );
});

gpuTest("bin() strides over events where workgroups are few", async () => {
  const shape: Shape = [2, 2, 5, 3, 33];
  const samples = [randomEvents(500, shape, 1), randomEvents(3, shape, 2)];
  const batch = packed(samples, shape);
  for (const P of [1, 8]) {
    const { spikes } = await scatter(batch, shape, { P });
    same((await scatter(batch, shape, { P, groups: 1 })).spikes, spikes);
  }
});

gpuTest("bin() passes over addresses that no input has", async () => {
  const shape: Shape = [1, 2, 5, 3, 8];
  const [events] = packed([[[1, 0, 0, 0], [7, 4, 2, 1]]], shape);
  const strangers = Uint32Array.of(1 << 5 | 30, 7 << 5 | 31);
  const { spikes } = await scatter(
    [Uint32Array.of(...events, ...strangers)],
    shape,
    { P: 8 },
  );
  same(spikes, pack(bin([events], shape, "SUM", 1), 1, 8));
});

gpuTest("bin() keeps every event once", async () => {
  const shape: Shape = [2, 2, 2, 3, 35];
  const event = fc.tuple(fc.nat(34), fc.nat(1), fc.nat(2), fc.nat(1));
  const sample = fc.array(event, { maxLength: 250, size: "max" });
  await fc.assert(
    fc.asyncProperty(fc.tuple(sample, sample), async (samples) => {
      const batch = packed(samples, shape);
      const { spikes } = await scatter(batch, shape, { P: 8 });
      const events = batch.reduce((sum, { length }) => sum + length, 0);
      strictEqual(total(unpack(spikes, shape, 8)), events);
    }),
    { seed: 7, numRuns: 20 },
  );
});

gpuTest("bin() finds a sample's largest count", async () => {
  const shape: Shape = [4, 2, 5, 3, 40];
  const samples = [
    randomEvents(900, shape, 1),
    [],
    Array.from({ length: 255 }, (): Event => [39, 4, 2, 1]),
    [[0, 0, 0, 0] as Event],
  ];
  const [N, C, H, W, T] = shape;
  const counts = bin(packed(samples, shape), shape, "SUM", 1);
  const found = await run(
    binPeak,
    { counted: pack(counts, 1, 8), largest: new Uint32Array(N) },
    { T, F: C * H * W, P: 8 },
    [2, N, 1],
  );
  const size = C * H * W * T;
  const largest = samples.map((_, n) =>
    Math.max(...counts.data.subarray(n * size, (n + 1) * size))
  );
  ok(largest[0] > 1);
  same(found.largest, Uint32Array.from(largest));
});

gpuTest("bin() finds the largest count of a whole sensor", async () => {
  const [F, B, P] = [2 * 128 * 128, 10, 8];
  const counted = new Uint32Array(P * B * F);
  for (let p = 0; p < P; p++) counted[(p + 1) * B * F - 1] = 1 << 11;
  const { largest } = await run(
    binPeak,
    { counted, largest: new Uint32Array(1) },
    { T: 300, F, P },
    [64, 1, 1],
  );
  same(largest, Uint32Array.of(255));
});
