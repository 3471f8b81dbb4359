import { deepStrictEqual, notDeepStrictEqual, ok } from "node:assert/strict";
import { crossEntropy } from "../../../engine/losses/readout.ts";
import { Model, type ModelDescription } from "../../../engine/model.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { zeros } from "../../oracle/tensor.ts";
import { busyInput } from "../networks.ts";
import { unitEvents } from "./unit_events.ts";

/** An event of one input, and one of the other three bins later. */
const [T, FIRST, SECOND] = [10, 2, 5];

gpuTest("delays learn to bring two events together", async () => {
  using model = await Model.create({
    device: device(),
    input: { C: 2, H: 1, W: 1 },
    layers: [
      // Each neuron passes on an input.
      { dense: 2, bias: false, delay: { max: 6, rate: 1000 } },
      // Fires if both come within few bins.
      {
        dense: 1,
        bias: false,
        neuron: leaky({ tau: 5, threshold: 1, decayInput: false }),
      },
      { dense: 2, neuron: "none" },
    ],
    neuron: leaky({ tau: 1, threshold: 0.5 }),
    Ts: 1,
    random: 3,
  });
  const set = (name: string, shape: number[], values: number[]) => ({
    [name]: { shape, data: Float32Array.from(values) },
  });
  model.setWeights({
    ...set("fc1.weight", [2, 2, 1, 1, 1], [1, 0, 0, 1]),
    ...set("fc1.delay", [2, 1, 1], [0.5, 0.5]),
    ...set("fc2.weight", [1, 2, 1, 1, 1], [0.4, 0.65]),
    ...set("fc3.weight", [2, 1, 1, 1, 1], [-2, 2]),
    ...set("fc3.bias", [2], [0, 0]),
  });
  using stepper = await model.compileUnits({
    tSample: T,
    batch: 1,
    loss: crossEntropy(),
    train: true,
  });
  const x = zeros([1, 2, 1, 1, T]);
  x.data[FIRST] = 1;
  x.data[T + SECOND] = 1;
  const batch = unitEvents(stepper.plan, x, [1]);
  for (let step = 0; step < 40; step++) await stepper.train(batch, 0.0002);
  const records = await stepper.drain();
  const { data: [early, late] } = (await model.weights())["fc1.delay"];
  // It overshoots now and then, as its momentum has it.
  ok(records[0].spikes[1] === 0);
  ok(records.some(({ spikes }) => spikes[1] === 1));
  ok(Math.abs(early - late - (SECOND - FIRST)) < 1, `${early} ${late}`);
});

gpuTest("delays are in bins where samples are cut into slices", async () => {
  const description: ModelDescription = {
    device: device(),
    input: { C: 2, H: 4, W: 3 },
    layers: [
      { dense: 6, delay: 3 },
      { dense: 5, delay: { max: 4 } },
      { dense: 3, neuron: "none" },
    ],
    neuron: leaky({ threshold: 0.05 }),
    Ts: 1,
    random: 3,
  };
  const results = await Promise.all(
    [{}, { Ts: 5, slices: T }, { Ts: 5 }].map(async (cut) => {
      using model = await Model.create({ ...description, ...cut });
      using stepper = await model.compileUnits({
        tSample: T * model.description.Ts,
        batch: 2,
        loss: crossEntropy(),
        train: true,
      });
      const x = busyInput([2, 2, 3, 4, T], 4);
      const batch = unitEvents(stepper.plan, x, [1, 2]);
      for (let step = 0; step < 2; step++) await stepper.train(batch, 0.01);
      return [await stepper.drain(), await model.weights()];
    }),
  );
  const [bins, slices, longer] = results;
  deepStrictEqual(slices, bins);
  notDeepStrictEqual(longer, bins);
});
