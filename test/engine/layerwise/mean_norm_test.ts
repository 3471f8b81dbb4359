import { deepStrictEqual, ok } from "node:assert/strict";
import { crossEntropy } from "../../../engine/losses/readout.ts";
import { Model } from "../../../engine/model.ts";
import { close } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { dense } from "../../oracle/layers/dense.ts";
import { tensorOf } from "../../oracle/tensor.ts";
import { statisticsOf } from "../../oracle/units/norm.ts";
import { readoutLoss } from "../../oracle/units/readout.ts";
import { busyInput } from "../networks.ts";
import { unitEvents } from "./unit_events.ts";

gpuTest("a norm of means is evaluated with means that ran along", async () => {
  const [N, O, T] = [3, 5, 7];
  const x = busyInput([N, 2, 2, 3, T], 1);
  using model = await Model.create({
    device: device(),
    input: { C: 2, H: 2, W: 3 },
    layers: [{
      dense: O,
      norm: { meanOnly: true, momentum: 0.25 },
      neuron: "none",
    }],
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
  deepStrictEqual(Object.keys(weights).sort(), [
    "fc1.norm.mean",
    "fc1.weight",
  ]);
  const { shape, data } = weights["fc1.weight"];
  const drive = dense(x, tensorOf(shape, data));
  const { mean } = statisticsOf(drive);
  ok(mean.some((value) => Math.abs(value) > 0.01));
  const running = mean.map((value) => 0.25 * value);
  close(
    tensorOf([O], weights["fc1.norm.mean"].data),
    tensorOf([O], running),
    1e-5,
  );
  for (
    const [record, means] of [[trained, mean], [evaluated, running]] as const
  ) {
    const losses = labels.map((label, n) => {
      const values = means.map((value, o) => {
        const row = drive.data.subarray((n * O + o) * T, (n * O + o + 1) * T);
        return row.reduce((sum, v) => sum + v, 0) / T - value;
      });
      const loss = { kind: "cross-entropy", smoothing: 0 } as const;
      return readoutLoss(values, { label, mixed: label, share: 1 }, {
        ...loss,
        classWeights: Array(O).fill(1),
      }).loss;
    });
    close(tensorOf([N], record.losses), tensorOf([N], losses), 1e-5);
  }
});
