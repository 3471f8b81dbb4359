import { deepStrictEqual, ok } from "node:assert/strict";
import { crossEntropy } from "../../../engine/losses/readout.ts";
import { Model } from "../../../engine/model.ts";
import { close } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { dense } from "../../oracle/layers/dense.ts";
import { tensorOf } from "../../oracle/tensor.ts";
import { normalise, statisticsOf } from "../../oracle/units/norm.ts";
import { readoutLoss } from "../../oracle/units/readout.ts";
import { busyInput } from "../networks.ts";
import { unitEvents } from "./unit_events.ts";

/** Trains a step and evaluates, with a norm without scale and bias. */
async function requireRunning(kind: "mean" | "scale"): Promise<void> {
  const [N, O, T] = [3, 5, 7];
  const x = busyInput([N, 2, 2, 3, T], 1);
  using model = await Model.create({
    device: device(),
    input: { C: 2, H: 2, W: 3 },
    layers: [{ dense: O, norm: { kind, momentum: 0.25 }, neuron: "none" }],
    Ts: 1,
    random: 2,
  });
  using stepper = await model.compileUnits({
    tSample: T,
    batch: N,
    loss: crossEntropy(),
    train: true,
  });
  const labels = [0, 1, 4];
  const batch = unitEvents(stepper.plan, x, labels);
  await stepper.train(batch, 0);
  await stepper.evaluate(batch);
  const [trained, evaluated] = await stepper.drain();
  const { weights } = await model.state();
  const scales = kind === "scale";
  deepStrictEqual(Object.keys(weights).sort(), [
    "fc1.norm.mean",
    ...(scales ? ["fc1.norm.var"] : []),
    "fc1.weight",
  ]);
  const { shape, data } = weights["fc1.weight"];
  const drive = dense(x, tensorOf(shape, data));
  const { mean, whole, wholeUnbiased } = statisticsOf(drive);
  ok(mean.some((value) => Math.abs(value) > 0.01));
  const running = mean.map((value) => 0.25 * value);
  close(
    tensorOf([O], weights["fc1.norm.mean"].data),
    tensorOf([O], running),
    1e-5,
  );
  const variance = 0.75 + 0.25 * wholeUnbiased;
  if (scales) {
    close(
      tensorOf([1], weights["fc1.norm.var"].data),
      tensorOf([1], [variance]),
      1e-5,
    );
  }
  const affine = { gamma: [], beta: [], epsilon: 1e-5, kind };
  const own = { variance: [], mean, whole };
  for (
    const [record, statistics] of [
      [trained, own],
      [evaluated, { ...own, mean: running, whole: variance }],
    ] as const
  ) {
    const y = normalise(drive, affine, statistics);
    const losses = labels.map((label, n) => {
      const values = mean.map((_, o) => {
        const row = y.data.subarray((n * O + o) * T, (n * O + o + 1) * T);
        return row.reduce((sum, v) => sum + v, 0) / T;
      });
      const loss = { kind: "cross-entropy", smoothing: 0 } as const;
      return readoutLoss(values, { label, mixed: label, share: 1 }, {
        ...loss,
        classWeights: Array(O).fill(1),
      }).loss;
    });
    close(tensorOf([N], record.losses), tensorOf([N], losses), 1e-5);
  }
}

gpuTest(
  "a norm of means is evaluated with means that ran along",
  () => requireRunning("mean"),
);

gpuTest(
  "a norm that scales by a power of two has one variance a layer",
  () => requireRunning("scale"),
);
