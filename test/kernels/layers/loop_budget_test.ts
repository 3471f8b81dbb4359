import { ok } from "node:assert/strict";
import {
  describeLayers,
  type LayerDescription,
} from "../../../engine/layers/describe_layers.ts";
import { tapLoops } from "../../../engine/losses/num_spikes.ts";
import { probSpikes } from "../../../engine/losses/prob_spikes.ts";
import { describeNeuron } from "../../../engine/neurons/describe_neuron.ts";
import { mostLoops } from "../../../engine/plan/loop_budget.ts";
import { close, counts, noise } from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { convWeightGradient } from "../../oracle/layers/conv.ts";
import { dense, denseWeightGradient } from "../../oracle/layers/dense.ts";
import {
  lossOfVotes,
  probSpikesLoss,
  spikeTimeLoss,
} from "../../oracle/loss.ts";
import { pool } from "../../oracle/layers/pool.ts";
import { type Tensor, tensorOf, zeros } from "../../oracle/tensor.ts";
import { probLoss, timeLoss } from "../output/loss_kernels.ts";
import { loopsOf } from "./loops.ts";
import { forward } from "./synapse_kernels.ts";
import { THETA } from "./synapse_setting.ts";
import { gradient } from "./weight_kernels.ts";

/** Rounds after which llvmpipe ends loops. */
const MOST = 65535;

const ONE = { C: 1, H: 1, W: 1 };

type Shape = { readonly C: number; readonly H: number; readonly W: number };

/** The most bins for which a plan lets the last of some layers run. */
function longest(
  layers: readonly LayerDescription[],
  input: Shape,
  { P = 1, own = () => 0 }: {
    readonly P?: number;
    /** Rounds of the loss. */
    readonly own?: (T: number) => number;
  },
) {
  const described = describeLayers(input, layers);
  const layer = described[described.length - 1];
  const fits = (T: number) => {
    // With one tap of the response, on which loops of a synapse do not depend.
    const { most } = loopsOf(described, { T, P, Ts: 1000 });
    return [...most, own(T)].every((loops) => loops <= MOST);
  };
  let T = 1;
  while (T < 8192 && fits(2 * T)) T *= 2;
  for (let step = T; step >= 1; step /= 2) if (fits(T + step)) T += step;
  return { layer, T };
}

/** A sample with one number in every `every`th bin of each neuron. */
function filled({ C, H, W }: Shape, T: number, value: number, every = 1) {
  const x = zeros([1, C, H, W, T]);
  for (let i = 0; i < x.data.length; i++) {
    if (i % T % every === 0) x.data[i] = value;
  }
  return x;
}

for (const [P, window] of [[1, 16], [8, 9]]) {
  gpuTest(
    `loops reach their end as far as a plan goes, pool, P = ${P}`,
    async () => {
      const input = { C: 1, H: window, W: window };
      const { layer, T } = longest([{ pool: window }], input, { P });
      ok(T > 32 && T < 8192, `${T}`);
      // Of the bins, forward() adds one.
      const x = filled(input, T - 1, 2 ** P - 1);
      const y = await forward(layer, x, zeros([1, 1, 1, 1, 1]), { P });
      close(y, pool(x, window, 1.1 * THETA), 1e-5);
    },
  );
}

for (
  const [description, P] of [
    [{ dense: 1 }, 8],
    [{ conv: { out: 1, kernel: 1 } }, 1],
    [{ conv: { out: 1, kernel: 1 } }, 8],
  ] satisfies [LayerDescription, number][]
) {
  const [kind] = Object.keys(description);
  gpuTest(
    `loops reach their end as far as a plan goes, ${kind}, P = ${P}`,
    async () => {
      const layerOf = (C: number) =>
        describeLayers({ C, H: 1, W: 1 }, [description])[0];
      const fits = (C: number) =>
        loopsOf([layerOf(C)], { T: 1, P, Ts: 1 }).most[0] <= MOST;
      let C = 512;
      while (fits(C + 512)) C += 512;
      ok(P * C > 32768, `${C}`);
      const layer = layerOf(C);
      const x = filled(layer.input, 1, 2 ** P - 1);
      const w: Tensor = zeros([1, C, 1, 1, 1]);
      w.data.fill(0.5);
      close(
        await forward(layer, x, w, { P, software: true }),
        dense(x, w),
        1e-4,
      );
    },
  );
}

for (const voters of [1, 3]) {
  gpuTest(
    `loops reach their end as far as a plan goes, spikeTime of ${voters}`,
    async () => {
      const epsilon = Float64Array.from({ length: 200 }, (_, k) => Math.sin(k));
      const { T } = longest([{ dense: 1 }], ONE, {
        own: (T) => tapLoops({ T, voters }, epsilon.length),
      });
      ok(T > 8192 / voters && T < 65535 / voters, `${T}`);
      const out = filled({ C: voters, H: 1, W: 1 }, T, 1, 2);
      const desired = filled(ONE, T, 1, 3);
      const found = await timeLoss(out, [0], desired, epsilon, 1, { voters });
      const expected = lossOfVotes(
        out,
        voters,
        (votes) => spikeTimeLoss(votes, desired, epsilon, 1),
      );
      close(found.loss, tensorOf([1], [expected.loss]), 1e-5);
      close(found.gradient, expected.gradient, 1e-5);
    },
  );
}

for (const window of [1, 100, 1000]) {
  gpuTest(
    `loops reach their end as far as a plan goes, probSpikes, ${window}`,
    async () => {
      const O = 67;
      const { T } = longest([{ dense: O }], ONE, {
        own: (T) => {
          const { forward, backward } = probSpikes({
            window: Math.min(window, T),
          }).settle({
            Ts: 1,
            tSample: T,
            T,
            O,
            voters: 1,
            neuron: describeNeuron({}),
            software: true,
          });
          return mostLoops([...forward, ...backward]);
        },
      });
      ok(T > 1024 && T < 16384, `${T}`);
      const out = filled({ C: O, H: 1, W: 1 }, T, 1, 2);
      const target = {
        tgtSpikeRegion: { start: 0, stop: T },
        probSlidingWin: window,
      };
      const found = await probLoss(out, [66], target, 1);
      const expected = probSpikesLoss(out, [66], target, 1);
      close(found.loss, tensorOf([1], [expected.loss]), 1e-5);
      close(found.gradient, expected.gradient, 2e-5);
    },
  );
}

for (const [T, P] of [[300, 1], [33, 8], [1, 1]]) {
  gpuTest(
    `loops reach their end in the largest batch, dense, T = ${T}, P = ${P}`,
    async () => {
      const [layer] = describeLayers(ONE, [{ dense: 1 }]);
      const N = Math.floor(MOST / loopsOf([layer], { T, P, Ts: 1 }).perSample);
      const x = { ...filled(ONE, N * T, 2 ** P - 1), shape: [N, 1, 1, 1, T] };
      const d = noise([N, 1, 1, 1, T], 3);
      const w = noise([1, 1, 1, 1, 1], 2);
      const dw = await gradient(layer, x, d, w, { P, software: true });
      close(dw, denseWeightGradient(x, d, w.shape), 1e-4);
    },
  );
}

gpuTest("loops reach their end in the largest batch, conv", async () => {
  const [layer] = describeLayers({ C: 1, H: 2, W: 2 }, [
    { conv: { out: 1, kernel: 1 } },
  ]);
  const N = Math.floor(
    MOST / loopsOf([layer], { T: 1, P: 1, Ts: 1 }).perSample,
  );
  const x = counts([N, 1, 2, 2, 1], 1, 0.6);
  const d = noise(x.shape, 3);
  const w = noise([1, 1, 1, 1, 1], 2);
  const dw = await gradient(layer, x, d, w);
  close(dw, convWeightGradient(x, d, {}, w.shape), 1e-5);
});
