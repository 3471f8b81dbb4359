import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import type { Unit } from "../../../engine/layerwise/units/units.ts";
import { sizeUnits } from "../../../engine/layerwise/unit_sizes.ts";
import { crossEntropy, squaredRate } from "../../../engine/losses/readout.ts";
import { Model, type ModelDescription } from "../../../engine/model.ts";
import { packSpikes } from "../../../engine/network/pack_spikes.ts";
import type { NamedArray } from "../../../engine/network/weights.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import { predict, trace } from "../../../engine/trace.ts";
import { evaluate } from "../../../engine/training/evaluate.ts";
import { close, noise, same } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { runUnits, type UnitResult } from "../../oracle/units/network.ts";
import { tensorOf } from "../../oracle/tensor.ts";
import { smallDevice } from "../device/small_device.ts";
import { busyInput } from "../networks.ts";
import { unitEvents } from "./unit_events.ts";
import { twinsOf } from "./unit_twins.ts";

const SHAPE = [3, 2, 7, 6, 9];
const [N, C, H, W, T] = SHAPE;
const COUNTS = busyInput(SHAPE, 2);
const INPUT = COUNTS.data.map((count) => Math.min(count, 1));
const LABELS = [2, 0, 1];
const SMOOTHING = 0.1;

const DESCRIPTION: ModelDescription = {
  input: { C, H, W },
  layers: [
    { conv: { out: 5, kernel: 3, padding: 1 }, norm: "batch" },
    {
      residual: [{ conv: { out: 5, kernel: 3, padding: 1 }, norm: "batch" }],
      pool: { max: 2 },
      dropout: 0.5,
    },
    { dense: 6, neuron: leaky({ threshold: 0.2, reset: "soft" }) },
    { dense: 3, norm: "batch", neuron: "none" },
  ],
  neuron: leaky({ threshold: 0.5 }),
  Ts: 1,
  random: 4,
};

const OPTIONS = { tSample: T, loss: crossEntropy({ smoothing: SMOOTHING }) };

/** A batch, as a network takes it. */
function batchOf(model: Model) {
  const { bins } = model.eventBinning({ tSample: T });
  const addressBits = Math.ceil(Math.log2(C * H * W));
  return unitEvents({ fine: bins / T, addressBits }, COUNTS, LABELS);
}

/** Gives normalisations scales, biases and statistics that differ. */
async function unsettle(model: Model): Promise<Record<string, NamedArray>> {
  const weights = await model.weights();
  let seed = 0;
  for (const [name, { shape }] of Object.entries(weights)) {
    if (!name.includes(".norm.")) continue;
    const [, array] = name.split(".norm.");
    const least = { weight: 2, bias: 0.1, mean: -0.1, var: 0.1 }[array]!;
    const data = Float32Array.from(
      noise([...shape], ++seed).data,
      (value) => least + 0.3 * Math.abs(value),
    );
    weights[name] = { shape, data };
  }
  model.setWeights(weights);
  return weights;
}

/** The twin of a network in evaluation: its norms are part of the weights. */
function twinOf(
  units: readonly Unit[],
  weights: Readonly<Record<string, NamedArray>>,
): UnitResult {
  const folded: Record<string, NamedArray> = { ...weights };
  const plain = units.map((unit): Unit => {
    const { layer: { name }, norm } = unit;
    if (!norm) return { ...unit, dropout: 0 };
    const { shape, data } = weights[`${name}.weight`];
    const [scale, shift] = affineOf(name, weights, norm.epsilon);
    const each = data.length / shape[0];
    folded[`${name}.weight`] = {
      shape,
      data: Float32Array.from(data, (w, i) => scale[Math.floor(i / each)] * w),
    };
    folded[`${name}.bias`] = { shape: [shape[0]], data: shift };
    return { ...unit, norm: undefined, bias: true, dropout: 0 };
  });
  return runUnits(
    twinsOf(plain, folded),
    tensorOf(SHAPE, INPUT),
    LABELS.map((label) => ({ label, mixed: label, share: 1 })),
    {
      kind: "cross-entropy",
      smoothing: SMOOTHING,
      classWeights: [1, 1, 1],
    },
  );
}

/** Factor and summand of each channel's drive. */
function affineOf(
  name: string,
  weights: Readonly<Record<string, NamedArray>>,
  epsilon: number,
): [Float32Array, Float32Array] {
  const array = (key: string) => weights[`${name}.norm.${key}`].data;
  const variance = array("var");
  const scale = array("weight").map((gamma, c) =>
    gamma / Math.sqrt(variance[c] + epsilon)
  );
  const mean = array("mean");
  const shift = array("bias").map((beta, c) => beta - scale[c] * mean[c]);
  return [scale, shift];
}

gpuTest("trace() of units agrees with their twin in evaluation", async () => {
  using model = await Model.create({ device: device(), ...DESCRIPTION });
  const weights = await unsettle(model);
  using stepper = await model.compileUnits({
    ...OPTIONS,
    batch: N,
    train: true,
  });
  const { units: { units } } = stepper.plan;
  const found = await trace(model, batchOf(model), OPTIONS);
  const twin = twinOf(units, weights);
  deepStrictEqual(
    found.layers.map(({ name }) => name),
    ["conv1", "conv2", "fc1"],
  );
  found.layers.forEach(({ name, spikes, potentials }, index) => {
    const { u, spikes: expected } = twin.activities[index]!;
    deepStrictEqual(spikes.shape, u.shape);
    same(spikes.data, Float32Array.from(expected.data));
    ok(spikes.data.some((spike) => spike === 1), name);
    deepStrictEqual(potentials.shape, u.shape);
    close(tensorOf(u.shape, potentials.data), u, 2e-6);
  });
  const { shape, data } = found.outputs!;
  deepStrictEqual(shape, [N, 3, 1, 1, T]);
  close(tensorOf(shape, data), twin.outputs, 2e-6);
  close(tensorOf([N], found.losses), tensorOf([N], twin.losses), 1e-5);
  const gradients = gradientsOf(units, weights, twin);
  deepStrictEqual(
    Object.keys(found.gradients).sort(),
    Object.keys(gradients).sort(),
  );
  for (const [name, expected] of Object.entries(gradients)) {
    const length = [expected.length];
    ok(Array.from(expected).some((value) => value !== 0), name);
    const own = tensorOf(length, found.gradients[name].data);
    close(own, tensorOf(length, expected), 2e-5);
  }
  // Nothing was updated, running statistics neither.
  deepStrictEqual(await model.weights(), weights);
});

/** From the gradients of weights that norms are part of to those of all. */
function gradientsOf(
  units: readonly Unit[],
  weights: Readonly<Record<string, NamedArray>>,
  twin: UnitResult,
): Record<string, ArrayLike<number>> {
  const gradients: Record<string, ArrayLike<number>> = { ...twin.gradients };
  for (const { layer: { name }, norm } of units) {
    if (!norm) continue;
    const { shape: [out], data } = weights[`${name}.weight`];
    const each = data.length / out;
    const folded = Array.from(twin.gradients[`${name}.weight`]);
    const [scale] = affineOf(name, weights, norm.epsilon);
    const shift = twin.gradients[`${name}.bias`];
    const array = (key: string) => weights[`${name}.norm.${key}`].data;
    gradients[`${name}.weight`] = folded
      .map((dw, i) => scale[Math.floor(i / each)] * dw);
    gradients[`${name}.norm.bias`] = shift;
    gradients[`${name}.norm.weight`] = Array.from({ length: out }, (_, c) => {
      // Σ dy · xhat, where the drive is Σ w · input.
      let sum = -array("mean")[c] * shift[c];
      for (let i = c * each; i < (c + 1) * each; i++) {
        sum += folded[i] * data[i];
      }
      return sum / Math.sqrt(array("var")[c] + norm.epsilon);
    });
    delete gradients[`${name}.bias`];
  }
  return gradients;
}

gpuTest("predict() of units agrees with trace() and evaluate()", async () => {
  using model = await Model.create({ device: device(), ...DESCRIPTION });
  await unsettle(model);
  const batch = batchOf(model);
  const found = await trace(model, batch, OPTIONS);
  const predictions = await predict(model, batch, { tSample: T });
  strictEqual(predictions.length, N);
  predictions.forEach(({ label, scores, layers, outputs }, n) => {
    strictEqual(label, scores.indexOf(Math.max(...scores)));
    strictEqual(label, found.predictions[n]);
    deepStrictEqual(outputs!.shape, [1, 3, 1, 1, T]);
    const own = found.outputs!.data.subarray(n * 3 * T, (n + 1) * 3 * T);
    deepStrictEqual(outputs!.data, own);
    scores.forEach((score, o) => {
      const sum = own.subarray(o * T, (o + 1) * T).reduce((a, b) => a + b, 0);
      strictEqual(score, sum / T);
    });
    layers.forEach(({ name, spikes, potentials }, index) => {
      const whole = found.layers[index];
      strictEqual(name, whole.name);
      const size = spikes.data.length;
      const part = (array: NamedArray) =>
        array.data.subarray(n * size, (n + 1) * size);
      deepStrictEqual(spikes.data, part(whole.spikes));
      deepStrictEqual(potentials.data, part(whole.potentials));
    });
  });
  const evaluated = await evaluate(model, {
    size: N,
    async *batches() {
      yield batch;
    },
  }, { ...OPTIONS, batch: N });
  deepStrictEqual(evaluated.predictions, [...found.predictions]);
  deepStrictEqual(evaluated.losses, [...found.losses]);
  // A readout without neurons has no firing rate.
  strictEqual(evaluated.rates.length, 3);
});

gpuTest("a trace has the same bits in micro-batches", async () => {
  const run = async (on = device()) => {
    using model = await Model.create({ device: on, ...DESCRIPTION });
    await unsettle(model);
    using stepper = await model.compileUnits({
      ...OPTIONS,
      batch: N,
      train: true,
      keep: true,
    });
    const { plan: { M, units } } = stepper;
    const sizes = sizeUnits(units, T, { train: true, keep: true });
    const found = await trace(model, batchOf(model), OPTIONS);
    return { M, found, bytes: 4 * Math.max(...Object.values(sizes).flat()) };
  };
  const whole = await run();
  strictEqual(whole.M, N);
  const parts = await run(smallDevice(2 * whole.bytes + 4));
  strictEqual(parts.M, 2);
  deepStrictEqual(parts.found, whole.found);
});

gpuTest("scores of outputs that spike are their counts", async () => {
  using model = await Model.create({
    device: device(),
    input: { C, H, W },
    layers: [{ dense: 4, bias: true }, { dense: 3, bias: true }],
    neuron: leaky({ threshold: 0.1 }),
    Ts: 1,
    random: 1,
  });
  const tSample = T;
  const spikes = { shape: SHAPE, data: Float32Array.from(INPUT) };
  const batch = packSpikes(spikes, LABELS, model.eventBinning({ tSample }));
  const found = await predict(model, batch, { tSample });
  const loss = squaredRate();
  const { predictions, outputs } = await trace(model, batch, { tSample, loss });
  strictEqual(outputs, undefined);
  found.forEach(({ label, scores, layers, outputs }, n) => {
    strictEqual(outputs, undefined);
    strictEqual(label, predictions[n]);
    strictEqual(label, scores.indexOf(Math.max(...scores)));
    const { data } = layers[1].spikes;
    deepStrictEqual(
      scores,
      [0, 1, 2].map((o) =>
        data.subarray(o * T, (o + 1) * T).reduce((sum, spike) => sum + spike)
      ),
    );
  });
  ok(found.some(({ scores }) => scores.some((score) => score > 0)));
});

gpuTest(
  "trace() of units refuses to lose an accumulated gradient",
  async () => {
    using model = await Model.create({ device: device(), ...DESCRIPTION });
    using stepper = await model.compileUnits({
      ...OPTIONS,
      batch: N,
      train: true,
    });
    const batch = batchOf(model);
    await stepper.accumulate(batch);
    await rejects(trace(model, batch, OPTIONS), {
      name: "TypeError",
      message:
        "Cannot trace: a gradient was accumulated that no update has used",
    });
  },
);
