/**
 * The kernels of a unit's neurons, run on tensors of the oracle.
 *
 * @module
 */

import { deepStrictEqual } from "node:assert/strict";
import { learnedSums } from "../../../engine/layerwise/launches/learned.ts";
import { stripsOf } from "../../../engine/layerwise/launches/strips.ts";
import { adaptiveLeaky } from "../../../engine/neurons/adaptive_leaky.ts";
import { cubaLeaky } from "../../../engine/neurons/cuba_leaky.ts";
import { adaptiveResonator } from "../../../engine/neurons/adaptive_resonator.ts";
import {
  fixedAdaptiveResonator,
  fixedResonator,
} from "../../../engine/neurons/fixed_point.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import { parametricLeaky } from "../../../engine/neurons/parametric_leaky.ts";
import { resonator } from "../../../engine/neurons/resonator.ts";
import {
  describeNeuron,
  type NeuronDescription,
} from "../../../engine/neurons/describe_neuron.ts";
import { cellForward } from "../../../kernels/unit/cell.ts";
import { cellAdjoint } from "../../../kernels/unit/cell_adjoint.ts";
import {
  cellQuadsAdjoint,
  cellQuadsForward,
} from "../../../kernels/unit/cell_quads.ts";
import { learnedTotal } from "../../../kernels/unit/learned.ts";
import { close, same } from "../../fixtures/comparison.ts";
import { type Cell, doesLearn } from "../../oracle/units/cell.ts";
import { leakyParameters } from "../../oracle/units/leaky.ts";
import { resonatorParameters } from "../../oracle/units/resonator.ts";
import { type Tensor, tensorOf, zeros } from "../../oracle/tensor.ts";
import { fromKernel, pack, toKernel, unpack } from "../kernel_orders.ts";
import { batchOf, room, run } from "../kernel_runner.ts";

/** Records in which spikes are counted, and where this unit's are. */
const TALLY = { slots: 3, stride: 5, slot: 1, layer: 3 };

/** Samples of the batch before those of the micro-batch, and of all. */
const BATCH = { first: 2, total: 7 };

/** Word of the uniforms that has the number of samples of the batch. */
const TOTAL_WORD = 8;

/** How a drive lies and is mapped. */
export interface CellOptions {
  /** Channels of a run. @default all */
  readonly runSize?: number;
  /** Strips of a sample. @default as the engine has it */
  readonly strips?: number;
  /** What the engine calls the neuron. @default what its twin is */
  readonly described?: NeuronDescription;
  /** Factor a, summand b, mean and inverse of each channel. */
  readonly coefficients: readonly (readonly number[])[];
}

/** Describes a neuron for the engine. */
function describedOf(neuron: Cell): NeuronDescription {
  if ("sinDecay" in neuron) {
    const { adapts, ...own } = neuron;
    return adapts
      ? fixedAdaptiveResonator({ ...own, ...adapts })
      : fixedResonator(own);
  }
  if ("period" in neuron) {
    const own = { ...neuron, ...decaysOf(neuron) };
    return neuron.adapts
      ? adaptiveResonator({ ...own, ...neuron.adapts })
      : resonator(own);
  }
  const own = { ...neuron, ...decaysOf(neuron) };
  if (neuron.tauSyn) return cubaLeaky(own);
  if (neuron.adaptation) return adaptiveLeaky(own);
  return neuron.learns ? parametricLeaky(neuron) : leaky(neuron);
}

function decaysOf({ learns }: { readonly learns?: boolean }) {
  return learns ? { decays: "learned" } as const : {};
}

/** Learned parameters of a layer of such neurons, padded to a quad. */
function learnedOf(neuron: Cell): Float32Array {
  const w = "sinDecay" in neuron
    ? []
    : "period" in neuron
    ? resonatorParameters(neuron)
    : leakyParameters(neuron);
  return Float32Array.of(...w, 0, 0, 0).subarray(0, 4);
}

/** Makes text and constants of a neuron as the engine does. */
function describe(neuron: Cell, described = describedOf(neuron)) {
  const { kind, parameters } = describeNeuron(described);
  const { gain: _, ...constants } = kind.constants(parameters, {
    Ts: 1,
    tSample: 1,
  });
  return {
    text: kind.stepped!,
    learned: learnedOf(neuron),
    constants: { ...constants, theta: parameters.theta },
  };
}

function placeOf(shape: readonly number[], options: CellOptions) {
  const [N, C, H, W, T] = shape;
  const { runSize = C, strips, coefficients } = options;
  const own = stripsOf({ extent: { C, H, W }, runSize }, { T });
  const floats = C / runSize * 4 * Math.ceil(runSize / 4);
  const S = strips ?? own.S;
  return {
    floats,
    S,
    constants: { ...own, S },
    // Whether cell_quads.wgsl computes it too.
    byQuads: T <= 32 && runSize % 4 === 0,
    quadGrid: [Math.ceil(S * floats / 4 / 64), 1, N] as const,
    coefficients: coefficientsOf(coefficients, runSize),
    batch: batchOf([BATCH.first, N, TALLY.slot, 0, 0, 0, 0, 0, BATCH.total, 1]),
    grid: [S, Math.ceil(floats / own.channelLanes), N] as const,
  };
}

/**
 * Lays coefficients out by quads.
 *
 * @param rows Four numbers a channel.
 * @param runSize Channels of a run.
 * @returns The numbers, runs filled up with 0.
 */
export function coefficientsOf(
  rows: readonly (readonly number[])[],
  runSize: number,
): Float32Array {
  const run = 4 * Math.ceil(runSize / 4);
  const result = new Float32Array(4 * rows.length / runSize * run);
  rows.forEach((row, c) => {
    result.set(row, 4 * (Math.floor(c / runSize) * run + c % runSize));
  });
  return result;
}

/**
 * Runs the forward kernel.
 *
 * @param x The drive, [N, C, H, W, T].
 * @param neuron The neuron.
 * @param options How the drive lies and is mapped.
 * @returns Spikes, and potentials before the reset.
 * @throws {AssertionError} If the kernel does not count its spikes, or leaves
 * some in bins from T on.
 */
export async function fireCells(
  x: Tensor,
  neuron: Cell,
  options: CellOptions,
): Promise<{ spikes: Tensor; u: Tensor }> {
  const { shape } = x;
  const [N, C, H, W, T] = shape;
  const { runSize = C } = options;
  const place = placeOf(shape, options);
  const { constants, coefficients, batch, grid } = place;
  const own = describe(neuron, options.described);
  const drive = toKernel(x, { run: runSize });
  const { slots, stride, slot, layer } = TALLY;
  const before = Uint32Array.from({ length: slots * stride }, (_, i) => i);
  const often = Uint32Array.from({ length: C * H * W }, (_, f) => 3 * f);
  const found = await run(
    cellForward(own.text),
    {
      batch,
      learned: own.learned,
      x: drive,
      coefficients,
      spikes: new Uint32Array(N * Math.ceil(T / 32) * C * H * W).fill(~0),
      tally: before,
      fired: often,
      potentials: new Float32Array(drive.length),
    },
    { ...constants, ...own.constants, keep: 1, stride, layer },
    grid,
  );
  const spikes = unpack(found.spikes, shape);
  same(found.spikes, pack(spikes));
  const counted = spikes.data.reduce((sum, spike) => sum + spike, 0);
  const at = slot * stride + layer;
  deepStrictEqual(found.tally, before.with(at, before[at] + counted));
  const sums = often.slice();
  spikes.data.forEach((spike, i) => {
    const place = Math.floor(i / T) % (C * H * W);
    sums[place % (H * W) * C + Math.floor(place / H / W)] += spike;
  });
  deepStrictEqual(found.fired, sums);
  if (place.byQuads) {
    const byQuads = await run(
      cellQuadsForward(own.text),
      {
        batch,
        learned: own.learned,
        coefficients,
        xQuads: drive,
        spikeQuads: new Uint32Array(found.spikes.length).fill(~0),
        tally: before,
        fired: often,
      },
      { ...constants, ...own.constants, stride, layer },
      place.quadGrid,
    );
    same(byQuads.spikeQuads, found.spikes);
    deepStrictEqual(byQuads.tally, found.tally);
    deepStrictEqual(byQuads.fired, sums);
  }
  return { spikes, u: fromKernel(found.potentials, shape, { run: runSize }) };
}

/** What lies between the neurons and the gradient that comes back. */
export interface BackOptions extends CellOptions {
  /** 1 where a spike gets a gradient, [N, C, H, W, T]. @default all do */
  readonly routes?: Tensor;
  /** What each spike costs. @default nothing */
  readonly pressure?: number;
  /** Side of the window that is pooled. @default 1 */
  readonly window?: number;
  /** The spikes that are joined, how, and channels of a run of these. */
  readonly shortcut?: {
    readonly spikes: Tensor;
    readonly join: "add" | "gate";
    readonly runSize: number;
  };
}

/**
 * Runs the adjoint kernel.
 *
 * @param above Gradient of the unit's output, [N, C, OH, OW, T].
 * @param x The drive, [N, C, H, W, T].
 * @param neuron The neuron.
 * @param options How the drive lies and is mapped, and what follows it.
 * @returns Gradients of the normalised drive, of the shortcut and of w, and,
 * over samples and strips, Σ dy and Σ dy · xhat of each channel.
 */
export async function fireCellsBack(
  above: Tensor,
  x: Tensor,
  neuron: Cell,
  options: BackOptions,
) {
  const { shape } = x;
  const [N, C, , W] = shape;
  const [, , outH, outW] = above.shape;
  const { runSize = C, routes, window = 1, shortcut } = options;
  const place = placeOf(shape, options);
  const { constants, floats, S, coefficients, batch, grid } = place;
  const own = describe(neuron, options.described);
  const otherRun = shortcut?.runSize ?? C;
  const { first, each } = learnedSums(constants, BATCH.total);
  const shared = {
    batch,
    learned: own.learned,
    coefficients: Float32Array.of(
      ...coefficients,
      options.pressure ?? NaN,
      ...[0, 0, 0],
    ),
    routes: routes ? pack(routes) : new Uint32Array(1),
  };
  const drive = toKernel(x, { run: runSize });
  const gradient = toKernel(above, { run: runSize, over: NaN });
  const sizes = {
    ...constants,
    ...own.constants,
    W,
    window,
    outW,
    outPixels: outH * outW,
    routed: Number(routes !== undefined),
    sparse: Number(options.pressure !== undefined),
  };
  const found = await run(
    cellAdjoint(own.text),
    {
      ...shared,
      x: drive,
      shortcut: shortcut ? pack(shortcut.spikes) : new Uint32Array(1),
      above: gradient,
      dy: room(drive.length),
      sums: room(2 * (first + BATCH.total * each)),
      dshortcut: toKernel(zeros(shape), { run: otherRun }),
    },
    {
      ...sizes,
      residual: shortcut ? shortcut.join === "add" ? 1 : 2 : 0,
      shortcutRun: otherRun,
      learnedFirst: first,
    },
    grid,
  );
  if (place.byQuads && !shortcut) {
    const byQuads = await run(
      cellQuadsAdjoint(own.text),
      {
        ...shared,
        xQuads: drive,
        aboveQuads: gradient,
        dyQuads: room(drive.length),
        sums: room(found.sums.length),
      },
      sizes,
      place.quadGrid,
    );
    const [from, to] = [BATCH.first, BATCH.first + N].map((n) =>
      2 * n * S * floats
    );
    for (
      const [a, b] of [
        [byQuads.dyQuads, found.dy],
        [byQuads.sums.subarray(from, to), found.sums.subarray(from, to)],
      ]
    ) {
      close(tensorOf([a.length], a), tensorOf([b.length], b), 5e-6);
    }
  }
  const { dlearned } = !doesLearn(neuron)
    ? { dlearned: [0, 0, 0, 0] }
    : await run(
      learnedTotal,
      {
        batch: batch.with(TOTAL_WORD, N),
        // From the first sample of the micro-batch on.
        sums: found.sums.subarray(2 * BATCH.first * each),
        dlearned: room(4),
      },
      { first: first / 2, each: each / 2 },
      [1, 1, 1],
    );
  const rows = Array.from({ length: C }, () => [0, 0]);
  const run4 = 4 * Math.ceil(runSize / 4);
  for (let n = 0; n < N; n++) {
    for (let strip = 0; strip < S; strip++) {
      rows.forEach((row, c) => {
        const at = ((BATCH.first + n) * S + strip) * floats +
          Math.floor(c / runSize) * run4 + c % runSize;
        row[0] += found.sums[2 * at];
        row[1] += found.sums[2 * at + 1];
      });
    }
  }
  return {
    dy: fromKernel(found.dy, shape, { run: runSize }),
    dshortcut: fromKernel(found.dshortcut, shape, { run: otherRun }),
    sums: rows,
    dw: Array.from(dlearned),
  };
}
