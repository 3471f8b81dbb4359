import { ok, rejects, throws } from "node:assert/strict";
import type { UnitDescription } from "../../../engine/layerwise/units/unit_descriptions.ts";
import { crossEntropy, squaredRate } from "../../../engine/losses/readout.ts";
import { numSpikes } from "../../../engine/losses/num_spikes.ts";
import { Model, type ModelDescription } from "../../../engine/model.ts";
import { describeNeuron } from "../../../engine/neurons/describe_neuron.ts";
import { adaptiveLeaky } from "../../../engine/neurons/adaptive_leaky.ts";
import { cubaLeaky } from "../../../engine/neurons/cuba_leaky.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import { parametricLeaky } from "../../../engine/neurons/parametric_leaky.ts";
import type { PlanOptions } from "../../../engine/plan/sizes.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";

const OUT: UnitDescription = { dense: 3, neuron: "none" };

Deno.test("losses of a readout refuse numbers out of range", () => {
  for (const loss of [crossEntropy, squaredRate]) {
    for (const smoothing of [-0.1, 1, NaN]) {
      throws(() => loss({ smoothing }), {
        name: "RangeError",
        message: `Cannot smooth labels by ${smoothing}: it is not from 0 to ` +
          "below 1",
      });
    }
    for (const rateScale of [0, Infinity, NaN]) {
      throws(() => loss({ rateScale }), {
        name: "RangeError",
        message: `Cannot scale rates by ${rateScale}: it is not positive`,
      });
    }
    for (const weight of [-1, NaN]) {
      throws(() => loss({ classWeights: [1, weight] }), {
        name: "RangeError",
        message:
          `Cannot weight a class by ${weight}: it is not a number from 0`,
      });
    }
  }
});

Deno.test("leaky neurons refuse parameters out of range", () => {
  for (const tau of [0.5, 0, -1, NaN]) {
    throws(() => leaky({ tau }), {
      name: "RangeError",
      message: `Cannot build a neuron with tau ${tau}: it is less than one bin`,
    });
  }
  throws(() => cubaLeaky({ tauSyn: 0.5 }), {
    name: "RangeError",
    message: "Cannot build a neuron with tauSyn 0.5: it is less than one bin",
  });
  throws(() => adaptiveLeaky({ tauAdaptation: NaN }), {
    name: "RangeError",
    message: "Cannot build a neuron with tauAdaptation NaN: it is less than " +
      "one bin",
  });
  for (const tau of [1, Infinity]) {
    throws(() => parametricLeaky({ tau }), {
      name: "RangeError",
      message: `Cannot build a neuron that learns its tau from ${tau}: it is ` +
        "not finite, or not more than one bin",
    });
    throws(() => cubaLeaky({ tauSyn: tau, decays: "learned" }), {
      name: "RangeError",
      message: `Cannot build a neuron that learns its tauSyn from ${tau}: it ` +
        "is not finite, or not more than one bin",
    });
  }
  throws(() => leaky({ surrogate: "step" as "triangle" }), {
    name: "TypeError",
    message: 'Cannot build a neuron with the surrogate "step": expected ' +
      "exponential, arctangent, sigmoid, fast sigmoid, triangle",
  });
  throws(() => leaky({ reset: "none" as "hard" }), {
    name: "TypeError",
    message: 'Cannot build a neuron with the reset "none": expected hard, ' +
      "soft, delayed",
  });
  for (const [name, value] of [["threshold", 0], ["steepness", -1]] as const) {
    throws(() => describeNeuron(leaky({ [name]: value })), {
      name: "RangeError",
    });
  }
});

/** Creates a network and compiles a plan. */
async function build(
  description: Partial<ModelDescription>,
  options: Partial<Parameters<Model["compileUnits"]>[0]> = {},
): Promise<void> {
  using model = await Model.create({
    device: device(),
    input: { C: 2, H: 4, W: 4 },
    layers: [OUT],
    neuron: leaky(),
    Ts: 1,
    random: 0,
    ...description,
  });
  const loss = crossEntropy();
  const sizes = { tSample: 5, batch: 2, loss, train: true };
  using _ = await model.compileUnits({ ...sizes, ...options });
}

gpuTest("plans refuse losses, sizes and codings that do not fit", async () => {
  await rejects(build({}, { batch: 0 }), {
    name: "ShapeError",
    message: "Cannot plan batches of 0: it is not a positive integer",
  });
  await rejects(build({}, { loss: numSpikes({ true: 3, false: 1 }) }), {
    name: "ShapeError",
    message: 'Cannot train with the loss "numSpikes": a network with norms, ' +
      "biases or a readout takes crossEntropy or squaredRate",
  });
  await rejects(build({}, { loss: crossEntropy({ classWeights: [1, 2] }) }), {
    name: "ShapeError",
    message: "Cannot weight 2 classes: the network has 3 outputs",
  });
  await rejects(build({ slices: 2 ** 28 }), {
    name: "ShapeError",
    message:
      "Cannot bin events: 32 pixels leave room for 134217728 bins, not " +
      "268435456",
  });
  for (const slices of [0, 2.5]) {
    await rejects(build({ slices }), {
      name: "RangeError",
      message:
        `Cannot cut samples into ${slices} slices: it is not an integer ` +
        "from 1",
    });
  }
  for (const most of [0, 2.5, 256]) {
    await rejects(build({ coding: { mode: "SUM", height: 1, most } }), {
      name: "RangeError",
      message:
        `Cannot count up to ${most} events: it is not an integer from 1 ` +
        "to 255",
    });
  }
  await rejects(build({ sensor: { C: 1, H: 8, W: 8 } }), {
    name: "ShapeError",
    message: "Cannot fit a sensor of 1 channels into an input of 2",
  });
  await rejects(
    build({
      layers: [{ conv: { out: 2, kernel: 3 }, norm: "batch" }, OUT],
      neuron: {},
    }),
    {
      name: "ShapeError",
      message: 'Cannot build layer "conv1" with neurons of kind "SRM-alpha": ' +
        "with normalisation, bias, dropout, residuals, recurrence or pooling " +
        "of spikes, neurons are to be stepped bin by bin",
    },
  );
});

gpuTest("neurons that recall make a network run layer by layer", async () => {
  for (
    const description of [
      { layers: [{ dense: 3 }], neuron: adaptiveLeaky() },
      { layers: [{ dense: 3, neuron: adaptiveLeaky() }] },
      { layers: [{ dense: 3 }, { neuron: parametricLeaky() }] },
    ]
  ) {
    using model = await Model.create({
      device: device(),
      input: { C: 2, H: 4, W: 4 },
      Ts: 1,
      random: 0,
      ...description,
    });
    ok(model.isLayerwise);
  }
});

gpuTest("a network has the losses of the way that it is computed", async () => {
  using model = await Model.create({
    device: device(),
    input: { C: 2, H: 4, W: 4 },
    layers: [{ dense: 3 }],
    Ts: 1,
    random: 0,
  });
  const options = { tSample: 5, batch: 2, loss: squaredRate(), train: true };
  await rejects(model.prepare(options), {
    name: "ShapeError",
    message: 'Cannot train with the loss "squaredRate": the network has no ' +
      "readout; a layer with a norm or a bias, or one without neurons, makes one",
  });
});

gpuTest("steps refuse rates and batches that do not fit", async () => {
  using model = await Model.create({
    device: device(),
    input: { C: 2, H: 4, W: 4 },
    layers: [OUT],
    neuron: leaky(),
    Ts: 1,
    random: 0,
  });
  const options = { tSample: 5, batch: 2, loss: crossEntropy() };
  using tester = await model.compileUnits({ ...options, train: false });
  const one = { samples: [Uint32Array.of(1)], labels: Uint32Array.of(0) };
  await rejects(tester.train(one, 0.1), {
    name: "TypeError",
    message: "Cannot train: the plan was made to evaluate",
  });
  using trainer = await model.compileUnits({ ...options, train: true });
  for (const lr of [-1, NaN, Infinity]) {
    await rejects(trainer.train(one, lr), {
      name: "RangeError",
      message:
        `Cannot train with a learning rate of ${lr}: it is not a number ` +
        "from 0",
    });
  }
  await rejects(trainer.train({ ...one, labels: Uint32Array.of(3) }, 0.1), {
    name: "ShapeError",
    message: "Cannot run a batch of 1: there is no output for class 3, only 3",
  });
  const late = Uint32Array.of(5 * 16 << 5);
  await rejects(trainer.train({ ...one, samples: [late] }, 0.1), {
    name: "ShapeError",
    message:
      "Cannot run a batch: event 0 of a sample is at address 0 of 32, in " +
      "bin 80 of 80",
  });
});

gpuTest("fixed delays last a bin or more, and less than a sample", async () => {
  const prepare = async (
    description: Pick<ModelDescription, "layers" | "Ts" | "slices">,
    options: Pick<PlanOptions, "tSample" | "loss">,
  ) => {
    using model = await Model.create({
      device: device(),
      input: { C: 2, H: 4, W: 4 },
      random: 0,
      ...description,
    });
    using _ = await model.prepare({ batch: 2, train: false, ...options });
  };
  const problem = (bins: number, problem: string) => ({
    name: "ShapeError",
    message: `Cannot delay the spikes of layer "fc1" by ${bins} bins: ` +
      problem,
  });
  const tooLong = "a sample has 4, of which none would be left";
  const tooShort = "a fixed delay lasts one bin or more";
  // With slices in bins.
  const slices = (delay: number) =>
    prepare(
      { layers: [{ dense: 3, delay, neuron: leaky() }, OUT], Ts: 5, slices: 4 },
      { tSample: 300, loss: crossEntropy() },
    );
  await rejects(slices(3000), problem(3000, tooLong));
  await rejects(slices(4), problem(4, tooLong));
  await rejects(slices(0.3), problem(0.3, tooShort));
  await slices(3.5);
  await slices(0);
  // Otherwise in ms.
  const bins = (delay: number) =>
    prepare(
      { layers: [{ dense: 3, delay }, { dense: 3 }], Ts: 5 },
      { tSample: 20, loss: numSpikes({ true: 3, false: 1 }) },
    );
  await rejects(bins(20), problem(4, tooLong));
  await rejects(bins(4), problem(0.8, tooShort));
  await bins(5);
});
