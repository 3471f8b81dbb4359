import { ok } from "node:assert/strict";
import {
  convGradientDense,
  convGradientSparse,
} from "../../../kernels/layers/conv_gradient.ts";
import { normApply } from "../../../kernels/norm/norm.ts";
import {
  convGradientNormedDense,
  convGradientNormedSparse,
} from "../../../kernels/norm/norm_gradient.ts";
import { Random } from "../../../engine/network/random.ts";
import { close, noise } from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { tensorOf } from "../../oracle/tensor.ts";
import { toKernel } from "../kernel_orders.ts";
import { room, run } from "../kernel_runner.ts";

/** Samples, bins, planes, strips, and the sizes of a convolution. */
const [N, T, P, S] = [2, 21, 2, 3];
const INPUT = { C: 2, H: 5, W: 6 };
const OUTPUT = { OC: 6, OH: 5, OW: 6 };
const KERNEL = { KH: 3, KW: 3, G: 1 };

const pixels = OUTPUT.OH * OUTPUT.OW;
const shape = [N, OUTPUT.OC, OUTPUT.OH, OUTPUT.OW, T];

/** A value of every channel, and a quad filled up with zeros. */
const factors = [[0.5, -1, 2, 1, 3, -2], [1, 0.2, 0, -1, 2, 1], [
  3,
  ...[0, -0.5, 1, 0, 2],
]].flatMap((row) => [...row, 0, 0]);

gpuTest(
  "a gradient through a norm is that of the drive's gradient",
  async () => {
    const random = new Random(1);
    const inputs = Uint32Array.from(
      { length: N * P * INPUT.H * INPUT.W * INPUT.C },
      () => random.uniform() < 0.5 ? 0 : random.uniform() * 2 ** T,
    );
    const order = { run: OUTPUT.OC };
    const dy = toKernel(noise(shape, 1), order);
    const xQuads = toKernel(noise(shape, 2), order);
    const { quads } = await run(
      normApply,
      { factors: Float32Array.from(factors), xQuads, quads: dy },
      { T, pixels, C: OUTPUT.OC, runSize: OUTPUT.OC },
      [2, 1, N],
    );
    const sums = room(N * S * 9 * INPUT.C * 8);
    const constants = {
      T,
      sampleRows: T,
      P,
      S,
      height: 1.5,
      ...INPUT,
      ...OUTPUT,
      ...KERNEL,
      strideY: 1,
      strideX: 1,
      padY: 1,
      padX: 1,
      dilationY: 1,
      dilationX: 1,
    };
    for (
      const [plain, normed] of [
        [convGradientSparse, convGradientNormedSparse],
        [convGradientDense, convGradientNormedDense],
      ] as const
    ) {
      const expected = await run<typeof plain, {
        inputs: Uint32Array;
        dy: Float32Array;
        stripSum: Float32Array;
      }>(plain, { inputs, dy: quads, stripSum: sums }, constants, [2, 1, N]);
      const found = await run<typeof normed, {
        inputs: Uint32Array;
        dy: Float32Array;
        xQuads: Float32Array;
        factors: Float32Array;
        stripSum: Float32Array;
      }>(
        normed,
        {
          inputs,
          dy,
          xQuads,
          stripSum: sums,
          factors: Float32Array.from(factors),
        },
        constants,
        [2, 1, N],
      );
      const tensor = (values: Float32Array) =>
        tensorOf([values.length], values);
      ok(expected.stripSum.some((sum) => Math.abs(sum) > 1));
      close(tensor(found.stripSum), tensor(expected.stripSum));
    }
  },
);
