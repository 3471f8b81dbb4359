import { ok } from "node:assert/strict";
import { readBytes } from "../../../engine/device/readback.ts";
import { planesOf } from "../../../engine/layerwise/units/units.ts";
import { crossEntropy } from "../../../engine/losses/readout.ts";
import { Model } from "../../../engine/model.ts";
import type { NamedArray } from "../../../engine/network/weights.ts";
import { close, same } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { unpack } from "../../kernels/kernel_orders.ts";
import { type Tensor, tensorOf } from "../../oracle/tensor.ts";
import { arraysLike, referenceUnits } from "./reference_networks.ts";
import { unitEvents } from "./unit_events.ts";

/** Float32 against float64, relative to the largest value of an array. */
const TOLERANCE = 1e-5;

/**
 * Of weights after five updates. Adam divides a gradient by its size, and one
 * gradient of net_plain is 1e-5 of its array's largest, so its weight follows
 * the rounding of sums.
 */
const TOLERANCE_UPDATED = 1e-4;

for (const name of ["net_plain", "net_sew"]) {
  gpuTest(
    `${name} has the reference's spikes, losses and gradients`,
    async () => {
      const network = referenceUnits(name);
      const { T, lr, smoothing, tensors } = network;
      const [N] = tensors.x.shape;
      using model = await Model.create({
        device: device(),
        ...network.description,
      });
      const first = arraysLike(network.arrays("w0"), await model.weights());
      model.setWeights(first);
      using stepper = await model.compileUnits({
        tSample: T,
        batch: N,
        loss: crossEntropy({ smoothing }),
        train: true,
      });
      const { units, buffers: { microBatches: [buffers] } } = stepper.plan;
      const batch = unitEvents(stepper.plan, network.counts, network.labels);
      const losses: number[] = [];
      for (let step = 0; step < 5; step++) {
        await stepper.train(batch, lr);
        const [record] = await stepper.drain();
        losses.push(record.losses.reduce((sum, loss) => sum + loss) / N);
        if (step > 0) continue;
        compare(await model.gradients(), network.arrays("grad"), TOLERANCE);
        for (const [index, unit] of network.kept.entries()) {
          const expected = tensors[`spikes${index}`];
          const { joined } = units.units[unit];
          const words = new Uint32Array(
            await readBytes(device(), buffers.joined[unit]),
          );
          const { C, H, W } = joined.extent;
          const shape = [N, C, H, W, T];
          const P = planesOf(joined);
          const spikes = unpack(
            words.subarray(0, N * P * Math.ceil(T / 32) * C * H * W),
            shape,
            P,
          );
          same(spikes.data, expected.data);
          ok(expected.data.some((count) => count > 0));
        }
      }
      close(tensorOf([5], losses), tensors.losses, TOLERANCE);
      const weights = await model.weights();
      ok("conv1.norm.mean" in weights && "conv1.norm.var" in weights);
      compare(weights, network.arrays("w5"), TOLERANCE_UPDATED);
    },
  );

  gpuTest(
    `${name} predicts by the running statistics of the reference`,
    async () => {
      const network = referenceUnits(name);
      const { labels, T, tensors } = network;
      const [N] = tensors.x.shape;
      using model = await Model.create({
        device: device(),
        ...network.description,
      });
      model.setWeights(arraysLike(network.arrays("w5"), await model.weights()));
      using stepper = await model.compileUnits({
        tSample: T,
        batch: N,
        loss: crossEntropy(),
        train: false,
      });
      await stepper.evaluate(unitEvents(stepper.plan, network.counts, labels));
      const [{ losses, predictions }] = await stepper.drain();
      const logits = tensors.logits_eval;
      const [, classes] = logits.shape;
      const rows = Array.from(
        { length: N },
        (_, n) => logits.data.subarray(n * classes, (n + 1) * classes),
      );
      same(predictions, rows.map((row) => row.indexOf(Math.max(...row))));
      const expected = rows.map((row, n) =>
        Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0)) -
        row[labels[n]]
      );
      close(tensorOf([N], losses), tensorOf([N], expected), TOLERANCE);
    },
  );
}

/** Compares arrays of the network to the reference's, within a tolerance. */
function compare(
  actual: Readonly<Record<string, NamedArray>>,
  expected: Readonly<Record<string, Tensor>>,
  tolerance: number,
): void {
  ok(Object.keys(expected).length > 7);
  for (const [name, { data }] of Object.entries(expected)) {
    const own = tensorOf([data.length], actual[name].data);
    close(own, tensorOf([data.length], data), tolerance);
  }
}
