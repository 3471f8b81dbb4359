import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import {
  type PassStatistics,
  runPass,
  startPass,
} from "../../../engine/training/pass.ts";
import { numSpikes } from "../../../engine/losses/num_spikes.ts";
import { Model, type ModelState } from "../../../engine/model.ts";
import type { StepRecord } from "../../../engine/plan/steps/step_results.ts";
import type { EventBatch } from "../../../engine/network/event_batch.ts";
import { trace } from "../../../engine/trace.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { busyInput, eventsOf, excite, NEURON, part } from "../networks.ts";

const T = 20;
const SAMPLES = 7;
const samples = eventsOf(
  busyInput([SAMPLES, 2, 3, 4, T], 1),
  [0, 1, 0, 1, 1, 0, 1],
);

/** The samples in batches of three, three and one. */
async function* batches(): AsyncGenerator<EventBatch> {
  for (let first = 0; first < SAMPLES; first += 3) {
    await Promise.resolve();
    yield part(samples, first, Math.min(first + 3, SAMPLES));
  }
}

async function prepare() {
  const model = await Model.create({
    device: device(),
    input: { C: 2, H: 3, W: 4 },
    layers: [{ pool: 2 }, { dense: 2 }],
    neuron: NEURON,
    Ts: 5,
    random: 2,
  });
  await excite(model);
  const stepper = await model.compile({
    tSample: 5 * T,
    loss: numSpikes({ region: { start: 0, stop: 5 * T }, true: 5, false: 1 }),
    batch: 3,
    train: true,
  });
  return { model, stepper, layers: model.layers };
}

gpuTest("runPass() sums up what its steps did", async () => {
  const { model, stepper, layers } = await prepare();
  const weights = await model.weights();
  const records: StepRecord[] = [];
  let last: PassStatistics | undefined;
  const found = await runPass(stepper, batches(), {
    layers,
    onRecords: (more, statistics) => {
      records.push(...more);
      last = statistics;
    },
  });
  deepStrictEqual(await model.weights(), weights);
  deepStrictEqual(
    records.flatMap(({ labels }) => [...labels]),
    [...samples.labels],
  );
  strictEqual(found.samples, SAMPLES);
  const losses = records.flatMap(({ losses }) => [...losses]);
  strictEqual(found.loss, losses.reduce((a, b) => a + b) / SAMPLES);
  const right = records.flatMap(({ labels, predictions }) =>
    [...labels].filter((label, n) => label === predictions[n])
  );
  strictEqual(found.accuracy, right.length / SAMPLES);
  const neurons = [2 * 2 * 2, 2];
  deepStrictEqual(
    found.rates,
    neurons.map((size, l) =>
      records.reduce((sum, { spikes }) => sum + spikes[l], 0) /
      (SAMPLES * T * size)
    ),
  );
  ok(found.rates.every((rate) => rate > 0 && rate < 1));
  ok(found.seconds > 0);
  ok(stepper.waited > 0 && stepper.waited <= 1000 * found.seconds);
  deepStrictEqual({ ...last, seconds: 0 }, { ...found, seconds: 0 });
  stepper.destroy();
  model.destroy();
});

gpuTest(
  "runPass() counts how often each neuron fires in training",
  async () => {
    const neuron = { ...NEURON, scaleRef: 0.1 };
    using model = await Model.create({
      device: device(),
      input: { C: 2, H: 3, W: 4 },
      layers: [{ conv: { out: 2, kernel: 2 } }, { dense: 3 }],
      ...{ neuron, Ts: 5, random: 2 },
    });
    const weights = await excite(model, 0.3);
    // Its first output is silent, its second fires all the time.
    const { shape, data } = weights["fc1.weight"];
    const third = data.length / 3;
    const split = data.map((w, i) => i < third ? -1 : i < 2 * third ? 100 : w);
    model.setWeights({ ...weights, "fc1.weight": { shape, data: split } });
    const options = {
      tSample: 5 * T,
      loss: numSpikes({ region: { start: 0, stop: 5 * T }, true: 5, false: 1 }),
    };
    const { layers: traces } = await trace(model, samples, options);
    const fired = traces.map(({ spikes: { shape, data } }) => {
      const [N, C, H, W] = shape;
      const counts = new Uint32Array(C * H * W);
      for (let i = 0; i < N * C * H * W; i++) {
        const place = i % (C * H * W);
        const [channel, pixel] = [Math.floor(place / H / W), place % (H * W)];
        counts[pixel * C + channel] += data.subarray(i * T, (i + 1) * T)
          .filter((spike) => spike > 0).length;
      }
      return counts;
    });
    using stepper = await model.compile({ ...options, batch: 3, train: true });
    const { layers } = model;
    for (let epoch = 0; epoch < 2; epoch++) {
      const { sums, silent, saturated } = await runPass(stepper, batches(), {
        ...{ lr: 1e-30, layers },
      });
      deepStrictEqual(sums.fired, fired);
      const share = (counts: Uint32Array, least: number, most: number) =>
        counts.filter((n) => n > least && n <= most).length / counts.length;
      deepStrictEqual(silent, fired.map((counts) => share(counts, -1, 0)));
      deepStrictEqual(
        saturated,
        fired.map((counts) => share(counts, 0.45 * SAMPLES * T, Infinity)),
      );
      ok(
        silent[1] >= 1 / 3 && saturated[1] >= 1 / 3,
        `${silent}, ${saturated}`,
      );
      const evaluated = await runPass(stepper, batches(), { layers });
      deepStrictEqual(Object.keys(evaluated), [
        ...["samples", "loss", "accuracy", "seconds", "rates", "sums"],
      ]);
      strictEqual(evaluated.sums.fired, undefined);
    }
  },
);

gpuTest(
  "startPass() tells passes apart that are under way at once",
  async () => {
    const lr = 0.05;
    const compare = (
      passes: readonly PassStatistics[],
    ) => passes.map((statistics) => ({ ...statistics, seconds: 0 }));
    const one = await prepare();
    const expected = [
      await runPass(one.stepper, batches(), { lr, layers: one.layers }),
      await runPass(one.stepper, batches(), { layers: one.layers }),
    ];
    const other = await prepare();
    const { stepper, layers } = other;
    const trained = startPass(stepper, batches(), { lr, layers });
    await trained.submitted;
    const evaluated = startPass(stepper, batches(), { layers });
    const found = await Promise.all([trained.ended, evaluated.ended]);
    deepStrictEqual(compare(found), compare(expected));
    deepStrictEqual(await other.model.weights(), await one.model.weights());
    for (const { model, stepper } of [one, other]) {
      stepper.destroy();
      model.destroy();
    }
  },
);

gpuTest("runPass() trains with a learning rate", async () => {
  const { model, stepper, layers } = await prepare();
  const losses: number[] = [];
  for (let epoch = 0; epoch < 15; epoch++) {
    const { loss } = await runPass(stepper, batches(), { lr: 0.05, layers });
    losses.push(loss);
  }
  ok(losses[14] < 0.8 * losses[0], `${losses}`);
  stepper.destroy();
  model.destroy();
});

gpuTest("runPass() goes on from a pause in the same bits", async () => {
  const whole = await prepare();
  const { layers } = whole;
  const expected = await runPass(whole.stepper, batches(), {
    ...{ lr: 0.05, layers },
  });
  const weights = await whole.model.weights();
  for (const pauses of [[1], [2], [1, 2, 3]]) {
    const { model, stepper } = await prepare();
    const kept: { statistics: PassStatistics; state: ModelState }[] = [];
    let steps = 0;
    const paused = await runPass(stepper, batches(), {
      ...{ lr: 0.05, layers },
      pause: {
        due: () => pauses.includes(++steps),
        async keep(statistics) {
          kept.push({ statistics, state: await model.state() });
        },
      },
    });
    deepStrictEqual({ ...paused, seconds: 0 }, { ...expected, seconds: 0 });
    deepStrictEqual(
      kept.map(({ statistics }) => statistics.samples),
      pauses.map((steps) => Math.min(3 * steps, SAMPLES)),
    );
    for (const { statistics, state } of kept) {
      const other = await prepare();
      other.model.setState(state);
      const left = (async function* () {
        let skip = state.steps;
        for await (const batch of batches()) if (skip-- <= 0) yield batch;
      })();
      const found = await runPass(other.stepper, left, {
        ...{ lr: 0.05, layers, from: statistics.sums },
      });
      deepStrictEqual({ ...found, seconds: 0 }, { ...expected, seconds: 0 });
      deepStrictEqual(await other.model.weights(), weights);
      other.stepper.destroy();
      other.model.destroy();
    }
    stepper.destroy();
    model.destroy();
  }
  whole.stepper.destroy();
  whole.model.destroy();
});

gpuTest("runPass() refuses to run over nothing", async () => {
  const { model, stepper, layers } = await prepare();
  const none = (async function* (): AsyncGenerator<EventBatch> {})();
  await rejects(runPass(stepper, none, { layers }), { name: "RangeError" });
  stepper.destroy();
  model.destroy();
});

gpuTest("runPass() throws what its batches throw", async () => {
  const { model, stepper, layers } = await prepare();
  const broken = (async function* (): AsyncGenerator<EventBatch> {
    yield* batches();
    throw new RangeError("no more");
  })();
  await rejects(runPass(stepper, broken, { layers }), { message: "no more" });
  await stepper.drain();
  stepper.destroy();
  model.destroy();
});
