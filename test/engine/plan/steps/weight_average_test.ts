import {
  deepStrictEqual,
  notDeepStrictEqual,
  rejects,
  strictEqual,
  throws,
} from "node:assert/strict";
import type { Loss } from "../../../../engine/losses/loss.ts";
import { numSpikes } from "../../../../engine/losses/num_spikes.ts";
import { crossEntropy } from "../../../../engine/losses/readout.ts";
import { Model, type ModelDescription } from "../../../../engine/model.ts";
import type { EventBatch } from "../../../../engine/network/event_batch.ts";
import type { NamedArray } from "../../../../engine/network/weights.ts";
import { leaky } from "../../../../engine/neurons/leaky.ts";
import { trace } from "../../../../engine/trace.ts";
import { close } from "../../../fixtures/comparison.ts";
import { device, gpuTest } from "../../../fixtures/gpu.ts";
import { movingAverage } from "../../../oracle/optimizer.ts";
import { tensorOf } from "../../../oracle/tensor.ts";
import { unitEvents } from "../../layerwise/unit_events.ts";
import { busyInput, eventsOf, NEURON } from "../../networks.ts";

const SHAPE = [3, 2, 6, 5, 8];
const [N, C, H, W, T] = SHAPE;
const COUNTS = busyInput(SHAPE, 2);
const LABELS = [2, 0, 1];
const DECAY = 0.8;
const LR = 0.05;

/** A network of either way, its loss, and its batch. */
interface Case {
  readonly description: ModelDescription;
  readonly loss: Loss;
  readonly batchOf: (model: Model) => EventBatch;
}

const COMMON = { input: { C, H, W }, Ts: 1, random: 2 };

const CASES: Readonly<Record<string, Case>> = {
  "a network of SLAYER": {
    description: {
      ...COMMON,
      layers: [
        { conv: { out: 3, kernel: 3, weightScale: 50 } },
        { dense: { out: 3, weightScale: 20 } },
      ],
      neuron: { ...NEURON, tauSr: 2, tauRef: 1, scaleRef: 2 },
    },
    loss: numSpikes({ region: { start: 0, stop: T }, true: 5, false: 1 }),
    batchOf: () => eventsOf(COUNTS, LABELS),
  },
  "a network of units": {
    description: {
      ...COMMON,
      layers: [
        { conv: { out: 3, kernel: 3 }, norm: "batch", dropout: 0.2 },
        { dense: 3, neuron: "none" },
      ],
      neuron: leaky({ threshold: 0.3 }),
      optimizer: "ADAMW",
    },
    loss: crossEntropy(),
    batchOf: (model) => {
      const { bins } = model.eventBinning({ tSample: T });
      const addressBits = Math.ceil(Math.log2(C * H * W));
      return unitEvents({ fine: bins / T, addressBits }, COUNTS, LABELS);
    },
  },
};

type Arrays = Readonly<Record<string, NamedArray>>;

/** Requires averages to be those of all weights so far. */
function requireAverage(averages: Arrays, past: readonly Arrays[]): void {
  deepStrictEqual(Object.keys(averages), Object.keys(past[0]));
  for (const [name, { data }] of Object.entries(averages)) {
    const expected = movingAverage(past.map((own) => own[name].data), DECAY);
    const length = [data.length];
    close(tensorOf(length, data), tensorOf(length, expected), 2e-6);
  }
}

for (const [what, { description, loss, batchOf }] of Object.entries(CASES)) {
  const options = { tSample: T, loss };
  const plan = { ...options, batch: N, train: true };

  gpuTest(`the weights of ${what} are averaged after each update`, async () => {
    for (const clip of [undefined, 0.5]) {
      const averaged = { ...description, clip, ema: DECAY };
      using model = await Model.create({ device: device(), ...averaged });
      using plain = await Model.create({
        device: device(),
        ...description,
        clip,
      });
      const batch = batchOf(model);
      using stepper = await model.prepare(plan);
      using plainStepper = await plain.prepare(plan);
      const past: Arrays[] = [];
      for (let step = 0; step < 4; step++) {
        for (const own of [stepper, plainStepper]) {
          if (step === 2) {
            await own.accumulate(batch);
            own.update(LR);
          } else await own.train(batch, LR);
        }
        const { weights, averages } = await model.state();
        // Training does not see the average.
        deepStrictEqual(weights, await plain.weights());
        past.push(weights);
        requireAverage(averages!, past);
        deepStrictEqual(await model.weights(), averages);
      }
      notDeepStrictEqual(past[0], past[3]);
    }
  });

  gpuTest(`the averages of ${what} are what it is evaluated with`, async () => {
    const averaged = { ...description, ema: DECAY };
    using model = await Model.create({ device: device(), ...averaged });
    using plain = await Model.create({ device: device(), ...description });
    const batch = batchOf(model);
    using trainer = await model.prepare(plan);
    for (let step = 0; step < 3; step++) await trainer.train(batch, LR);
    await trainer.drain();
    plain.setWeights(await model.weights());
    using plainTrainer = await plain.prepare(plan);
    const evaluated = async (stepper: typeof trainer) => {
      await stepper.evaluate(batch);
      return await stepper.drain();
    };
    const expected = await evaluated(plainTrainer);
    deepStrictEqual(await evaluated(trainer), expected);
    using tester = await model.prepare({ ...plan, train: false });
    deepStrictEqual(await evaluated(tester), expected);
    const found = await trace(model, batch, options);
    deepStrictEqual(found, await trace(plain, batch, options));
    deepStrictEqual([...found.losses], [...expected[0].losses]);
    // Weights that are set are those that it is evaluated with.
    const { weights } = await model.state();
    model.setWeights(weights);
    deepStrictEqual(await model.weights(), weights);
    notDeepStrictEqual(await evaluated(trainer), expected);
  });

  gpuTest(`${what} goes on from its state in the same bits`, async () => {
    const averaged = { ...description, ema: DECAY };
    const run = async (stops: boolean) => {
      let model = await Model.create({ device: device(), ...averaged });
      let stepper = await model.prepare(plan);
      const batch = batchOf(model);
      for (let step = 0; step < 4; step++) {
        await stepper.train(batch, LR);
        if (!stops || step !== 1) continue;
        const state = await model.state();
        stepper.destroy();
        model.destroy();
        model = await Model.create({ device: device(), ...averaged });
        model.setState(state);
        stepper = await model.prepare(plan);
      }
      const state = await model.state();
      stepper.destroy();
      model.destroy();
      return state;
    };
    deepStrictEqual(await run(true), await run(false));
  });
}

gpuTest("a state with averages fits a network with them alone", async () => {
  const { description } = CASES["a network of units"];
  const averaged = { device: device(), ...description, ema: DECAY };
  using model = await Model.create(averaged);
  using plain = await Model.create({ device: device(), ...description });
  const state = await model.state();
  throws(() => plain.setState(state), {
    name: "ShapeError",
    message: "Cannot set averages of weights: the network has no ema",
  });
  const { averages, ...others } = state;
  throws(() => model.setState(others), {
    name: "ShapeError",
    message: "Cannot set the state of a network with ema: it has no averages",
  });
  strictEqual((await plain.state()).averages, undefined);
  deepStrictEqual(averages, state.weights);
  for (const ema of [0, 1, -0.5, NaN]) {
    await rejects(Model.create({ ...averaged, ema }), {
      name: "RangeError",
      message: `Cannot average weights with a decay of ${ema}: it is not ` +
        "between 0 and 1",
    });
  }
});
