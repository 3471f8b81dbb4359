import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { Model, type ModelState } from "../../../engine/model.ts";
import { numSpikes } from "../../../engine/losses/num_spikes.ts";
import { crossEntropy } from "../../../engine/losses/readout.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import { Random } from "../../../engine/network/random.ts";
import { evaluate } from "../../../engine/training/evaluate.ts";
import { fit } from "../../../engine/training/fit.ts";
import { runningDecisions } from "../../../engine/training/running_decisions.ts";
import type {
  FitEpoch,
  FitOptions,
  FitPosition,
  SavePoint,
} from "../../../engine/training/fit_options.ts";
import type { Samples } from "../../../engine/training/samples.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { busyInput, eventsOf, excite, NEURON } from "../networks.ts";

const T = 20;
const LABELS = [0, 1, 0, 1, 1, 0, 1];

/** Samples in memory; `order` notes which were asked for. */
function samplesOf(seed: number, order: number[] = []): Samples {
  const { samples } = eventsOf(busyInput([7, 2, 3, 4, T], seed), LABELS);
  return {
    size: LABELS.length,
    async *batches({ batch, bins, random, shuffle, skip = 0 }) {
      strictEqual(bins, T);
      const all = [...LABELS.keys()];
      const indices = random && shuffle ? random.shuffle(all) : all;
      for (let at = skip * batch; at < indices.length; at += batch) {
        await Promise.resolve();
        const some = indices.slice(at, at + batch);
        order.push(...some);
        yield {
          samples: some.map((n) => samples[n]),
          labels: Uint32Array.from(some, (n) => LABELS[n]),
        };
      }
    },
  };
}

async function prepare(): Promise<Model> {
  const model = await Model.create({
    device: device(),
    input: { C: 2, H: 3, W: 4 },
    layers: [{ pool: 2 }, { dense: 2 }],
    neuron: NEURON,
    Ts: 5,
    random: 2,
  });
  await excite(model);
  return model;
}

const OPTIONS: FitOptions = {
  epochs: 3,
  batch: 3,
  lr: 0.05,
  tSample: 5 * T,
  loss: numSpikes({ region: { start: 0, stop: 5 * T }, true: 5, false: 1 }),
  validation: samplesOf(2),
  random: 1,
};

/** Results of an epoch that do not depend on the clock. */
function bitsOf({ number, lr, train, validation, test, best }: FitEpoch) {
  const still = { seconds: 0 };
  return {
    number,
    lr,
    best,
    train: { ...train, ...still },
    validation: validation && { ...validation, ...still },
    test: test && { ...test, ...still },
  };
}

gpuTest("fit() trains, validates and tests epoch by epoch", async () => {
  using model = await prepare();
  const order: number[] = [];
  const test = samplesOf(3);
  const epochs = await Array.fromAsync(
    fit(model, samplesOf(1, order), {
      ...OPTIONS,
      epochs: 15,
      test,
      shuffle: false,
    }),
  );
  deepStrictEqual(epochs.map(({ number }) => number), [...Array(15).keys()]);
  strictEqual(order.length, 15 * 7);
  ok(epochs[14].train.loss < 0.8 * epochs[0].train.loss);
  const losses = epochs.map(({ validation }) => validation!.loss);
  epochs.forEach(({ best }, n) => {
    strictEqual(best, losses.slice(0, n).every((loss) => losses[n] < loss));
  });
  const { loss, predictions } = await evaluate(model, test, OPTIONS);
  strictEqual(loss, epochs[14].test!.loss);
  strictEqual(predictions.length, 7);
});

gpuTest(
  "fit() visits samples in an order of its seed, or in theirs",
  async () => {
    const orders: number[][] = [];
    for (const random of [1, new Random(1), 2]) {
      using model = await prepare();
      const order: number[] = [];
      const options = { ...OPTIONS, epochs: 1, random };
      await Array.fromAsync(fit(model, samplesOf(1, order), options));
      orders.push(order);
    }
    deepStrictEqual(orders[0], orders[1]);
    ok(orders[0].join() !== orders[2].join());
    using model = await prepare();
    const order: number[] = [];
    await Array.fromAsync(fit(model, samplesOf(1, order), {
      ...OPTIONS,
      epochs: 2,
      shuffle: false,
    }));
    deepStrictEqual(order, [...LABELS.keys(), ...LABELS.keys()]);
  },
);

gpuTest("fit() continues from every save point in the same bits", async () => {
  using whole = await prepare();
  const points: SavePoint[] = [];
  const saved: { position: FitPosition; state: ModelState }[] = [];
  const expected = await Array.fromAsync(fit(whole, samplesOf(1), {
    ...OPTIONS,
    checkpoints: {
      due: (point) => points.push(point) > 0,
      async save(position) {
        saved.push({
          position: JSON.parse(JSON.stringify(position)),
          state: await whole.state(),
        });
        // The counts of spikes are arrays of their own in a checkpoint.
        const { fired } = position.sums ?? {};
        const last = saved[saved.length - 1].position;
        if (fired) Object.assign(last.sums!, { fired });
      },
    },
  }));
  deepStrictEqual(
    new Set(points),
    new Set(["step", "trained", "tested step", "epoch"]),
  );
  const weights = await whole.weights();
  ok(saved.length > 9);
  for (const { position, state } of saved) {
    using model = await prepare();
    model.setState(state);
    const rest = await Array.fromAsync(
      fit(model, samplesOf(1), { ...OPTIONS, from: position }),
    );
    deepStrictEqual(
      rest.map(bitsOf),
      expected.slice(position.trained ? 3 : position.epoch).map(bitsOf),
    );
    deepStrictEqual(await model.weights(), weights);
  }
});

gpuTest("fit() stops where validation gets no better", async () => {
  using model = await prepare();
  const epochs = await Array.fromAsync(fit(model, samplesOf(1), {
    ...OPTIONS,
    epochs: 50,
    lr: 0,
    stop: { epoch: 3, patience: 2 },
  }));
  strictEqual(epochs.length, 4);
});

gpuTest("fit() follows the schedule of the learning rate", async () => {
  using model = await prepare();
  const epochs = await Array.fromAsync(fit(model, samplesOf(1), {
    ...OPTIONS,
    schedule: { type: "exponential", gamma: 0.5 },
  }));
  deepStrictEqual(epochs.map(({ lr }) => lr), [0.05, 0.025, 0.0125]);
});

gpuTest("fit() ends with what its callbacks throw", async () => {
  using model = await prepare();
  const broken = new Error("no more");
  const fails = (options: Partial<FitOptions>) =>
    rejects(
      Array.fromAsync(fit(model, samplesOf(1), { ...OPTIONS, ...options })),
      broken,
    );
  await fails({ afterTraining: () => Promise.reject(broken) });
  await fails({
    checkpoints: { due: () => true, save: () => Promise.reject(broken) },
  });
  await fails({
    observe: () => {
      throw broken;
    },
  });
});

gpuTest("samples of another sensor are refused, with both shapes", async () => {
  using model = await prepare();
  // As many addresses as the network's input.
  const turned = { ...samplesOf(1), extent: { C: 2, H: 4, W: 3 } };
  const same = { ...samplesOf(1), extent: { C: 2, H: 3, W: 4 } };
  const error = {
    name: "ShapeError",
    message: "Cannot run samples of 2×4×3: the network takes 2×3×4",
  };
  for (
    const [train, validation] of [[turned, same], [same, turned]] as const
  ) {
    const epochs = fit(model, train, { ...OPTIONS, validation });
    await rejects(Array.fromAsync(epochs), error);
  }
  await rejects(evaluate(model, turned, OPTIONS), error);
  const decisions = runningDecisions(model, turned, OPTIONS);
  await rejects(Array.fromAsync(decisions), error);
  strictEqual((await evaluate(model, same, OPTIONS)).predictions.length, 7);
});

gpuTest("samples are of the sensor that is scaled to the input", async () => {
  using model = await Model.create({
    device: device(),
    input: { C: 2, H: 3, W: 4 },
    sensor: { C: 2, H: 6, W: 8 },
    layers: [{ dense: 2, neuron: "none" }],
    neuron: leaky(),
    Ts: 5,
    random: 2,
  });
  const options = { ...OPTIONS, loss: crossEntropy() };
  const small = { ...samplesOf(1), extent: { C: 2, H: 3, W: 4 } };
  await rejects(evaluate(model, small, options), {
    message: "Cannot run samples of 2×3×4: the network takes 2×6×8",
  });
});
