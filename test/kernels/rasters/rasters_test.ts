import { ok } from "node:assert/strict";
import { addGradients } from "../../../kernels/rasters/add_gradients.ts";
import {
  poolLargest,
  poolRoutes,
  poolSum,
} from "../../../kernels/rasters/pool_raster.ts";
import {
  residualAdd,
  residualGate,
} from "../../../kernels/rasters/residual.ts";
import { close, counts, noise, same } from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import {
  dropout,
  poolCounts,
  poolCountsAdjoint,
  type Pooling,
} from "../../oracle/units/raster.ts";
import { inner, type Tensor, tensorOf } from "../../oracle/tensor.ts";
import { pack, unpack } from "../kernel_orders.ts";
import { run } from "../kernel_runner.ts";

/** Samples of the batch before those of the micro-batch. */
const FIRST = 3;

const SEED = 77;

/** What is pooled: its shape, its largest count, the window. */
interface Case {
  readonly shape: readonly number[];
  readonly most: number;
  readonly window: number;
  /** Windows that were pooled first. @default all of it */
  readonly inner?: number;
  readonly dropped?: number;
  /** Most workgroups along x. */
  readonly groups?: number;
}

const CASES: readonly Case[] = [
  { shape: [1, 1, 1, 1, 1], most: 1, window: 1, dropped: 0.5 },
  { shape: [2, 3, 4, 6, 33], most: 1, window: 2 },
  { shape: [2, 5, 7, 5, 70], most: 6, window: 2, dropped: 0.4, groups: 1 },
  { shape: [1, 2, 7, 8, 5], most: 255, window: 3 },
  { shape: [3, 70, 2, 2, 3], most: 3, window: 2, dropped: 0.9 },
];

/** Pools on the device, and finds the routes of the gradient. */
async function pool(x: Tensor, kind: Pooling["kind"], place: Case) {
  const [N, C, H, W, T] = x.shape;
  const { most, window, inner = window } = place;
  const { dropped = 0, groups = Infinity } = place;
  const planes = (count: number) => Math.ceil(Math.log2(count + 1));
  const P = planes(most);
  const OP = kind === "sum" ? planes(most * window * window) : P;
  const [OH, OW] = [Math.floor(H / window), Math.floor(W / window)];
  const B = Math.ceil(T / 32);
  const batch = Uint32Array.of(FIRST, N, 0, 0, 0, 0, 0, 0, 9, 1, SEED, 0);
  const count = pack(x, 1, P);
  const layer = 2;
  const threshold = Math.floor(dropped * 2 ** 32);
  const shared = { B, P, H, W, C, window, threshold, layer };
  const grid = (size: number) =>
    [Math.min(Math.ceil(size / 64), groups), B, N] as const;
  const arrays = {
    batch,
    count,
    out: new Uint32Array(N * OP * B * OH * OW * C).fill(~0),
  };
  const { out } = kind === "sum"
    ? await run(poolSum, arrays, { ...shared, OP }, grid(OH * OW * C))
    : await run(poolLargest, arrays, shared, grid(OH * OW * C));
  const { route } = await run(
    poolRoutes,
    {
      batch,
      count,
      pooled: kind === "sum" ? new Uint32Array(1) : out,
      route: new Uint32Array(N * B * H * W * C).fill(0x5a5a5a5a),
    },
    { ...shared, inner, picks: Number(kind === "max") },
    grid(H * W * C),
  );
  const silenced = dropout(SEED, layer, dropped);
  const twin: Pooling = {
    kind,
    window,
    silenced: (n, output) => silenced(FIRST + n, output),
  };
  return {
    twin,
    y: unpack(out, [N, C, OH, OW, T], OP),
    routes: unpack(route, x.shape),
  };
}

for (const kind of ["max", "sum"] as const) {
  gpuTest(`the ${kind} of a window's counts is its twin's`, async () => {
    for (const place of CASES) {
      const { shape, most, window } = place;
      const x = counts(shape, window, 0.5, most);
      const { y, routes, twin } = await pool(x, kind, place);
      const expected = poolCounts(x, twin);
      same(y.data, expected.data);
      const ones = tensorOf(y.shape, y.data.map(() => 1));
      same(routes.data, poolCountsAdjoint(ones, x, twin).data);
      // ⟨pool(x), d⟩ = ⟨x, adjoint(d)⟩, the adjoint by the kernel's routes.
      const d = noise(y.shape, 5);
      const everywhere = { kind: "sum", window } as const;
      const dx = poolCountsAdjoint(d, x, everywhere);
      routes.data.forEach((open, i) => dx.data[i] *= open);
      const [left, right] = [inner(y, d), inner(x, dx)];
      ok(
        Math.abs(left - right) < 1e-9 * (1 + Math.abs(left)),
        `${left} ${right}`,
      );
    }
  });
}

gpuTest("two poolings of the largest have the gradient of one", async () => {
  const sizes = [[2, 2, 9, 8], [3, 2, 7, 12], [2, 3, 6, 6]];
  for (const [inner, outer, H, W] of sizes) {
    const place = {
      shape: [2, 3, H, W, 33],
      most: 2,
      window: inner * outer,
      inner,
    };
    const x = counts(place.shape, inner, 0.4, 2);
    const { y, routes } = await pool(x, "max", place);
    const [first, second] = [inner, outer].map((window) => ({
      kind: "max" as const,
      window,
    }));
    const between = poolCounts(x, first);
    same(y.data, poolCounts(between, second).data);
    const ones = tensorOf(y.shape, y.data.map(() => 1));
    const back = poolCountsAdjoint(ones, between, second);
    same(routes.data, poolCountsAdjoint(back, x, first).data);
  }
});

gpuTest(
  "dropout silences an output in all bins of a sample",
  async () => {
    const place = { shape: [4, 8, 3, 3, 40], most: 1, window: 1, dropped: 0.3 };
    const all = tensorOf(place.shape, new Float64Array(4 * 72 * 40).fill(1));
    const { y, routes } = await pool(all, "max", place);
    same(y.data, routes.data);
    const rows = Array.from(
      { length: 4 * 72 },
      (_, row) => y.data.subarray(row * 40, row * 40 + 40),
    );
    for (const row of rows) ok(row.every((spike) => spike === row[0]));
    const silent = rows.filter(([first]) => first === 0).length / rows.length;
    ok(silent > 0.2 && silent < 0.4, `${silent}`);
    // Samples do not share a mask.
    ok(rows.slice(0, 72).some(([first], f) => first !== rows[72 + f][0]));
  },
);

gpuTest("a residual layer adds spikes to counts, or gates them", async () => {
  for (
    const [shape, most] of [
      [[1, 1, 1, 1, 1], 1],
      [[2, 5, 3, 1, 33], 1],
      [[3, 2, 4, 9, 70], 3],
      [[1, 3, 1, 1, 5], 254],
    ] as const
  ) {
    const [N, C, H, W, T] = shape;
    const own = counts(shape, 1, 0.5);
    const other = counts(shape, 2, 0.5, most);
    const B = Math.ceil(T / 32);
    const F = C * H * W;
    const planes = (count: number) => Math.ceil(Math.log2(count + 1));
    const [P, PS] = [planes(most + 1), planes(most)];
    const { count } = await run(
      residualAdd,
      {
        arrived: pack(own),
        shortcut: pack(other, 1, PS),
        count: new Uint32Array(N * P * B * F).fill(~0),
      },
      { B, F, P, PS },
      [1, 1, N],
    );
    const sum = other.data.map((value, i) => value + own.data[i]);
    same(unpack(count, shape, P).data, sum);
    if (most > 1) continue;
    const gated = await run(
      residualGate,
      {
        arrived: pack(own),
        shortcut: pack(other),
        count: new Uint32Array(N * B * F).fill(~0),
      },
      { B, F },
      [1, 1, N],
    );
    same(
      unpack(gated.count, shape).data,
      other.data.map((value, i) => value * (1 - own.data[i])),
    );
  }
});

gpuTest("gradients of a raster with two readers are added", async () => {
  const [a, b] = [noise([2, 1, 1, 1, 150], 1), noise([2, 1, 1, 1, 150], 2)];
  const { total } = await run(
    addGradients,
    { other: Float32Array.from(a.data), total: Float32Array.from(b.data) },
    { size: 150 },
    [1, 1, 2],
  );
  const sum = b.data.map((value, i) => value + a.data[i]);
  close(tensorOf(a.shape, total), tensorOf(a.shape, sum));
});
