import { deepStrictEqual, notStrictEqual, ok } from "node:assert/strict";
import { Model, type ModelDescription } from "../../../engine/model.ts";
import { numSpikes } from "../../../engine/losses/num_spikes.ts";
import { chooseVariants } from "../../../engine/plan/busy_variants.ts";
import type { Stepper } from "../../../engine/plan/stepper.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { busyInput, eventsOf, NEURON } from "../networks.ts";

const T = 70;

/** A network whose layers spike in many bins. */
const DESCRIPTION: ModelDescription = {
  input: { C: 2, H: 8, W: 8 },
  layers: [
    { conv: { out: 6, kernel: 3, padding: 1, weightScale: 60 } },
    { conv: { out: 5, kernel: 3, padding: 1, weightScale: 60 } },
    { dense: { out: 7, weightScale: 30 } },
    { dense: { out: 3, weightScale: 30 } },
  ],
  neuron: { ...NEURON, tauRef: 1, scaleRef: 1 },
  Ts: 1,
  random: 1,
};

const BATCH = eventsOf(busyInput([2, 2, 8, 8, T], 1, 1), [0, 2]);

function compile(model: Model): Promise<Stepper> {
  return model.compile({
    tSample: T,
    batch: 2,
    loss: numSpikes({ region: { start: 0, stop: T }, true: 20, false: 5 }),
    train: true,
  });
}

gpuTest(
  "steps learn the same bits whether layers count as busy",
  async () => {
    using quiet = await Model.create({ device: device(), ...DESCRIPTION });
    using busy = await Model.create({ device: device(), ...DESCRIPTION });
    using stepper = await compile(busy);
    for (let step = 0; step < 3; step++) {
      // A plan that has seen no step yet takes no layer for busy.
      using fresh = await compile(quiet);
      await fresh.train(BATCH, 0.01);
      await fresh.drain();
      await stepper.train(BATCH, 0.01);
      const [{ spikes }] = await stepper.drain();
      ok(spikes[0] > 0.2 * 2 * T * 6 * 64, `${spikes[0]}`);
    }
    const { forward, backward } = stepper.plan;
    const all = [...forward, ...backward];
    const index = all.findIndex(({ name, layer }) =>
      name === "conv_gradient sparse" && layer === "conv2"
    );
    notStrictEqual(chooseVariants(stepper.plan, all)[index], all[index]);
    deepStrictEqual(await busy.weights(), await quiet.weights());
  },
);
