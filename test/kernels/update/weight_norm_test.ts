import { ok } from "node:assert/strict";
import { RULES } from "../../../kernels/shared/optimizer_rules.ts";
import { updateNormed } from "../../../kernels/update/weight_norm.ts";
import { close, noise } from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import {
  adam,
  adamW,
  nadam,
  sgd,
  type Update,
  weightNorm,
} from "../../oracle/optimizer.ts";
import { tensorOf } from "../../oracle/tensor.ts";
import { batchOf, run } from "../kernel_runner.ts";
import { updateOf } from "./update_of.ts";

/** Outputs, whose last quad is not full, and inputs. */
const [OUTPUTS, INPUTS, Q] = [6, 90, 2];
const SIZE = 4 * Q * INPUTS;
const [STEPS, LR] = [8, 0.01];

const WAYS = { ADAM: adam, NADAM: nadam, SGD: sgd, ADAMW: adamW };

/** Brings weights `[out, in]` into quads of outputs. */
function inQuads(data: ArrayLike<number>): Float32Array<ArrayBuffer> {
  const all = new Float32Array(SIZE);
  for (let i = 0; i < OUTPUTS * INPUTS; i++) {
    all[4 * Q * (i % INPUTS) + Math.floor(i / INPUTS)] = data[i];
  }
  return all;
}

/** Brings them back. */
function fromQuads(all: Float32Array): Float32Array {
  return Float32Array.from(
    { length: OUTPUTS * INPUTS },
    (_, i) => all[4 * Q * (i % INPUTS) + Math.floor(i / INPUTS)],
  );
}

for (const [rule, name] of RULES.entries()) {
  gpuTest(
    `${name} updates gains and directions as the oracle does`,
    async () => {
      const decay = 0.2;
      const shape = [OUTPUTS, INPUTS];
      const first = Float32Array.from(noise(shape, 1).data, (w) => 0.1 * w);
      const twin = Float64Array.from(first);
      const update: Update = weightNorm(OUTPUTS, () => WAYS[name](LR, decay));
      const stretches = Float32Array.from(
        { length: 4 * Q },
        (_, o) => Number(o < OUTPUTS),
      );
      const moments = () => new Float32Array(SIZE + 4 * Q);
      let arrays = {
        weights: Float32Array.of(...inQuads(first), ...stretches),
        m: moments(),
        v: moments(),
        vMax: moments(),
      };
      for (let step = 0; step < STEPS; step++) {
        const gradient = noise(shape, 2 + step).data;
        arrays = await run(
          updateNormed,
          {
            ...arrays,
            batch: batchOf([], updateOf(name, { step, lr: LR, decay })),
            clip: Float32Array.of(0.5),
            dw: inQuads(gradient),
          },
          { size: SIZE, Q, place: SIZE / 4, rule },
          [step % 2 + 1, 1, 1],
        );
        update(twin, Float64Array.from(gradient, (own) => 0.5 * own));
        const found = tensorOf(shape, fromQuads(arrays.weights));
        close(found, tensorOf(shape, twin), 2e-5);
        // What fills up quads stays 0.
        ok(arrays.weights.every((w, i) => i % (4 * Q) < OUTPUTS || w === 0));
      }
    },
  );
}
