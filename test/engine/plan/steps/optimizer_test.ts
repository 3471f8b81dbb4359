import {
  deepStrictEqual,
  notDeepStrictEqual,
  ok,
  rejects,
  strictEqual,
  throws,
} from "node:assert/strict";
import type { Device } from "../../../../engine/device/device.ts";
import { numSpikes } from "../../../../engine/losses/num_spikes.ts";
import {
  type PassStatistics,
  runPass,
} from "../../../../engine/training/pass.ts";
import { Model, type ModelDescription } from "../../../../engine/model.ts";
import type {
  OptimizerName,
  UpdateRule,
} from "../../../../engine/plan/steps/optimizer.ts";
import type { EventBatch } from "../../../../engine/network/event_batch.ts";
import { trace } from "../../../../engine/trace.ts";
import { device, gpuTest } from "../../../fixtures/gpu.ts";
import { clip } from "../../../oracle/optimizer.ts";
import { busyInput, eventsOf, excite, NEURON, part } from "../../networks.ts";
import { smallDevice } from "../../device/small_device.ts";

const T = 33;

/**
 * Bytes of the largest buffer that one sample needs: 6 maps are 2 quads, drives
 * lie 16 rows after potentials.
 */
const SAMPLE = 4 * (T + 16) * 8 * 9 * 7;

const LR = 0.02;
const OPTIMIZERS: OptimizerName[] = ["ADAM", "NADAM", "SGD"];
const OPTIONS = {
  tSample: 5 * T,
  loss: numSpikes({ region: { start: 0, stop: 5 * T }, true: 9, false: 2 }),
  train: true,
};

function describe(rule: UpdateRule): ModelDescription {
  return {
    input: { C: 2, H: 9, W: 7 },
    layers: [
      { conv: { out: 6, kernel: 3, padding: 1 } },
      { pool: 2 },
      { dense: 5 },
    ],
    neuron: NEURON,
    Ts: 5,
    random: 4,
    ...rule,
  };
}

const samples = eventsOf(
  busyInput([7, 2, 9, 7, T], 1),
  [0, 1, 2, 3, 4, 0, 1],
);

/** The samples in batches of some sizes. */
async function* cut(...sizes: number[]): AsyncGenerator<EventBatch> {
  let first = 0;
  for (const size of sizes) {
    await Promise.resolve();
    yield part(samples, first, first += size);
  }
}

async function prepare(rule: UpdateRule, on: Device = device()) {
  const model = await Model.create({ device: on, ...describe(rule) });
  const weights = await excite(model);
  const stepper = await model.compile({ ...OPTIONS, batch: 7 });
  return {
    ...{ model, stepper, weights },
    [Symbol.dispose]() {
      stepper.destroy();
      model.destroy();
    },
  };
}

/** Where two epochs over batches of some sizes lead. */
async function train(
  rule: UpdateRule,
  sizes: readonly number[],
  { accumulate, on }: {
    readonly accumulate?: number;
    readonly on?: Device;
  } = {},
) {
  using prepared = await prepare(rule, on);
  const { model, stepper, weights } = prepared;
  const { layers } = model;
  for (let epoch = 0; epoch < 2; epoch++) {
    await runPass(stepper, cut(...sizes), { lr: LR, accumulate, layers });
  }
  const state = await model.state();
  notDeepStrictEqual(state.weights, weights);
  return { state, gradients: await model.gradients() };
}

for (const optimizer of OPTIMIZERS) {
  gpuTest(
    `batches that ${optimizer} accumulates learn as one, bit for bit`,
    async () => {
      const rule = { optimizer, clip: 20, weightDecay: 0.1 };
      // Four samples, then the three that are left.
      const whole = await train(rule, [4, 3]);
      deepStrictEqual(whole.state.steps, 4);
      const small = smallDevice(3 * SAMPLE + 4);
      using micro = await prepare(rule, small);
      strictEqual(micro.stepper.plan.sizes.M, 3);
      for (const on of [device(), small]) {
        for (
          const [accumulate, ...sizes] of [[2, 2, 2, 2, 1], [3, 1, 1, 2, 3]]
        ) {
          const found = await train(rule, sizes, { accumulate, on });
          deepStrictEqual(found, whole);
        }
      }
    },
  );
}

gpuTest("a pass that accumulates pauses where weights change", async () => {
  const rule = { optimizer: "ADAM" } as const;
  const sizes = [1, 1, 1, 1, 1, 2];
  using whole = await prepare(rule);
  const { layers } = whole.model;
  const options = { lr: LR, accumulate: 4, layers };
  const expected = await runPass(whole.stepper, cut(...sizes), options);
  const weights = await whole.model.weights();
  for (
    const { due, pause } of [{ due: 1, pause: 4 }, { due: 4, pause: 4 }, {
      due: 5,
    }]
  ) {
    using first = await prepare(rule);
    let steps = 0;
    const kept: PassStatistics[] = [];
    const states: Awaited<ReturnType<Model["state"]>>[] = [];
    await runPass(first.stepper, cut(...sizes), {
      ...options,
      pause: {
        due: () => ++steps >= due && kept.length === 0,
        async keep(statistics) {
          kept.push(statistics);
          states.push(await first.model.state());
        },
      },
    });
    strictEqual(steps, sizes.length);
    deepStrictEqual(kept.map(({ samples }) => samples), pause ? [pause] : []);
    deepStrictEqual(await first.model.weights(), weights);
    for (const [index, { sums }] of kept.entries()) {
      using other = await prepare(rule);
      other.model.setState(states[index]);
      const left = (async function* () {
        let skip = sums.samples;
        for await (const batch of cut(...sizes)) if (skip-- <= 0) yield batch;
      })();
      const found = await runPass(other.stepper, left, {
        ...{ ...options, from: sums },
      });
      deepStrictEqual({ ...found, seconds: 0 }, { ...expected, seconds: 0 });
      deepStrictEqual(await other.model.weights(), weights);
    }
  }
});

gpuTest("an update uses what was accumulated, and only once", async () => {
  using one = await prepare({});
  await one.stepper.train(part(samples, 0, 2), LR);
  const expected = await one.model.state();
  using two = await prepare({});
  const before = await two.model.state();
  two.stepper.update(LR);
  await two.stepper.accumulate(part(samples, 0, 1));
  await two.stepper.accumulate(part(samples, 1, 2));
  deepStrictEqual(await two.model.state(), before);
  two.stepper.update(LR);
  two.stepper.update(LR);
  deepStrictEqual(await two.model.state(), expected);
  strictEqual((await two.stepper.drain()).length, 2);
});

gpuTest("a state that is set forgets what was accumulated", async () => {
  using one = await prepare({});
  const state = await one.model.state();
  await one.stepper.train(part(samples, 0, 2), LR);
  using two = await prepare({});
  await two.stepper.accumulate(part(samples, 3, 4));
  two.model.setState(state);
  await two.stepper.train(part(samples, 0, 2), LR);
  deepStrictEqual(await two.model.state(), await one.model.state());
});

gpuTest("a gradient is clipped by the norm of all layers'", async () => {
  const far = await train({ optimizer: "SGD", clip: 1e9 }, [7]);
  deepStrictEqual(far, await train({ optimizer: "SGD" }, [7]));
  const first = part(samples, 0, 7);
  using free = await prepare({ optimizer: "SGD" });
  await free.stepper.train(first, LR);
  const gradients = await free.model.gradients();
  const all = Float64Array.from(
    Object.values(gradients).flatMap(({ data }) => [...data]),
  );
  const most = Math.hypot(...all) / 5;
  using clipped = await prepare({ optimizer: "SGD", clip: most });
  await clipped.stepper.train(first, LR);
  deepStrictEqual(await clipped.model.gradients(), gradients);
  const used = clip(all, most);
  ok(Math.abs(used - 0.2) < 1e-6);
  for (
    const [name, { data }] of Object.entries(await clipped.model.weights())
  ) {
    const before = clipped.weights[name].data;
    data.forEach((w, i) => {
      const expected = before[i] - LR * used * gradients[name].data[i];
      ok(Math.abs(w - expected) <= 1e-6 * Math.abs(before[i]) + 1e-7);
    });
  }
});

for (const optimizer of OPTIMIZERS) {
  gpuTest(`weights that ${optimizer} teaches nothing decay`, async () => {
    const rule = { optimizer, weightDecay: 0.5 };
    using prepared = await prepare(rule);
    const { model, stepper, weights } = prepared;
    const silence = {
      samples: [new Uint32Array()],
      labels: Uint32Array.of(1),
    };
    for (let step = 0; step < 2; step++) await stepper.train(silence, 0.1);
    for (const [name, { data }] of Object.entries(await model.weights())) {
      data.forEach((w, i) => {
        const expected = weights[name].data[i] * (1 - 0.1 * 0.5) ** 2;
        ok(Math.abs(w - expected) <= 1e-6 * Math.abs(expected), `${w}`);
      });
    }
  });
}

gpuTest("only clipping adds to what an update runs", async () => {
  for (const optimizer of OPTIMIZERS) {
    const rule = { optimizer, weightDecay: 0.1 };
    using plain = await prepare(rule);
    deepStrictEqual(plain.stepper.updating, []);
    using clipping = await prepare({ ...rule, clip: 1 });
    const more = clipping.stepper.updating.map(({ name }) => name);
    deepStrictEqual(more, [
      "gradient_norm squares",
      "gradient_norm limit",
      "optimizer_step update",
    ]);
  }
});

gpuTest("rules that are none are refused", async () => {
  for (const clip of [0, -1, NaN]) {
    await rejects(prepare({ clip }), {
      name: "RangeError",
      message: `Cannot clip gradients to ${clip}: not positive`,
    });
  }
  for (const weightDecay of [-0.1, NaN, Infinity]) {
    await rejects(prepare({ weightDecay }), {
      name: "RangeError",
      message:
        `Cannot let weights decay by ${weightDecay}: not a number from 0`,
    });
  }
  using prepared = await prepare({});
  const { model: { layers }, stepper } = prepared;
  for (const accumulate of [0, 1.5]) {
    const options = { lr: LR, accumulate, layers };
    await rejects(runPass(stepper, cut(1), options), { name: "RangeError" });
  }
});

gpuTest("gradients are accumulated only where they are used", async () => {
  using prepared = await prepare({});
  const { model, stepper } = prepared;
  await stepper.accumulate(samples);
  await rejects(trace(model, samples, OPTIONS), {
    name: "TypeError",
    message: "Cannot trace: a gradient was accumulated that no update has used",
  });
  throws(() => stepper.update(NaN), { name: "RangeError" });
  stepper.update(LR);
  await trace(model, samples, OPTIONS);
  using evaluator = await model.compile({
    ...{ ...OPTIONS, batch: 7, train: false },
  });
  await rejects(evaluator.accumulate(samples), { name: "TypeError" });
  throws(() => evaluator.update(LR), { name: "TypeError" });
});
