import { deepStrictEqual, notDeepStrictEqual, ok } from "node:assert/strict";
import { crossEntropy } from "../../../engine/losses/readout.ts";
import { numSpikes } from "../../../engine/losses/num_spikes.ts";
import { Model, type ModelDescription } from "../../../engine/model.ts";
import type { EventBatch } from "../../../engine/network/event_batch.ts";
import { outputSpikes } from "../../../engine/network/layer_trace.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import { predict } from "../../../engine/trace.ts";
import { evaluate } from "../../../engine/training/evaluate.ts";
import { classifyMoving } from "../../../engine/training/moving_window.ts";
import { runningDecisions } from "../../../engine/training/running_decisions.ts";
import { noise } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { unitEvents } from "../layerwise/unit_events.ts";
import { busyInput, eventsOf, part } from "../networks.ts";

const [N, T] = [5, 25];
const INPUT = { C: 2, H: 6, W: 6 };
const LABELS = [2, 0, 1, 2, 1];
const COUNTS = busyInput([N, INPUT.C, INPUT.H, INPUT.W, T], 3, 2);
// Each sample has pixels of its own, and others in its second half.
COUNTS.data.forEach((_, i) => {
  const pixel = Math.floor(i / T) % 72;
  const n = Math.floor(i / T / 72) + Number(i % T > T / 2);
  if (pixel % 6 !== n) COUNTS.data[i] = 0;
});

const NETWORKS: Record<string, Omit<ModelDescription, "random" | "input">> = {
  "spikes of SLAYER's neurons": {
    layers: [{ conv: { out: 4, kernel: 3 } }, { dense: 3, delay: 8 }],
    neuron: { theta: 1, tauSr: 4, tauRef: 3 },
    Ts: 2,
  },
  "spikes of leaky neurons": {
    layers: [{ dense: 8, bias: true }, { dense: 3, delay: 6 }],
    neuron: leaky({ threshold: 0.1 }),
    Ts: 2,
  },
  "drives of a readout": {
    layers: [{ dense: 8 }, { dense: 3, norm: "batch", neuron: "none" }],
    neuron: leaky({ threshold: 0.1 }),
    Ts: 2,
  },
};

/** Draws weights anew, so large that everything fires now and then. */
async function vary(model: Model): Promise<void> {
  const weights = Object.entries(await model.weights()).map((
    [name, { shape, data }],
    index,
  ) => {
    // Normalisations stay as they are.
    if (name.includes(".norm.")) return [name, { shape, data }];
    const drawn = noise([...shape], index + 1).data;
    return [name, { shape, data: Float32Array.from(drawn, (w) => 2 * w) }];
  });
  model.setWeights(Object.fromEntries(weights));
}

/** Samples in batches of at most so many as are asked for. */
function samplesOf(batch: EventBatch) {
  return {
    size: N,
    async *batches({ batch: most }: { readonly batch: number }) {
      for (let first = 0; first < N; first += most) {
        yield await Promise.resolve(
          part(batch, first, Math.min(first + most, N)),
        );
      }
    },
  };
}

for (const [what, description] of Object.entries(NETWORKS)) {
  gpuTest(`runningDecisions() follows ${what}, bin by bin`, async () => {
    using model = await Model.create({
      device: device(),
      ...description,
      input: INPUT,
      random: 5,
    });
    await vary(model);
    const window = 4;
    const tSample = 2 * T;
    const { bins } = model.eventBinning({ tSample });
    const batch = model.isLayerwise
      ? unitEvents({ fine: bins / T, addressBits: 7 }, COUNTS, LABELS)
      : eventsOf(COUNTS, LABELS);
    const found = await Array.fromAsync(
      runningDecisions(model, samplesOf(batch), { batch: 2, tSample }),
    );
    deepStrictEqual(found.map(({ label }) => label), LABELS);
    const whole = await predict(model, batch, { tSample });
    whole.forEach(({ layers, outputs }, n) => {
      const { data } = outputs ?? outputSpikes(layers);
      const sums = [0, 0, 0];
      const expected = Array.from({ length: T }, (_, t) => {
        sums.forEach((_, o) => sums[o] += data[o * T + t]);
        return sums.indexOf(Math.max(...sums));
      });
      deepStrictEqual([...found[n].decisions], expected);
    });
    const moving = await Array.fromAsync(
      runningDecisions(model, samplesOf(batch), { batch: 2, tSample, window }),
    );
    whole.forEach(({ layers, outputs }, n) => {
      deepStrictEqual(
        moving[n].decisions,
        classifyMoving(outputs ?? outputSpikes(layers), { window }),
      );
    });
    notDeepStrictEqual(moving, found);
    const different = new Set(found.flatMap(({ decisions }) => [...decisions]));
    ok(different.size > 1);
    const { predictions } = await evaluate(model, samplesOf(batch), {
      batch: N,
      tSample,
      loss: model.isLayerwise
        ? crossEntropy()
        : numSpikes({ true: 5, false: 1 }),
    });
    deepStrictEqual(
      found.map(({ decisions }) => decisions[T - 1]),
      predictions,
    );
  });
}
