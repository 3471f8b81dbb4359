import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { ShapeError } from "../../../../engine/device/errors.ts";
import { numSpikes } from "../../../../engine/losses/num_spikes.ts";
import { Model } from "../../../../engine/model.ts";
import type { InputCoding } from "../../../../engine/plan/sizes.ts";
import type { StepRecord } from "../../../../engine/plan/steps/step_results.ts";
import type { EventBatch } from "../../../../engine/network/event_batch.ts";
import type { Stepper } from "../../../../engine/plan/stepper.ts";
import { device, gpuTest } from "../../../fixtures/gpu.ts";
import { excite, NEURON } from "../../networks.ts";

async function withPlan(
  test: (stepper: Stepper) => Promise<void>,
  coding?: InputCoding,
): Promise<void> {
  using model = await Model.create({
    device: device(),
    input: { C: 2, H: 2, W: 2 },
    layers: [{ dense: 3 }],
    neuron: NEURON,
    Ts: 5,
    coding,
    random: 1,
  });
  await excite(model);
  using stepper = await model.compile({
    tSample: 50,
    loss: numSpikes({ region: { start: 0, stop: 50 }, true: 3, false: 1 }),
    batch: 2,
    train: true,
  });
  await test(stepper);
}

/**
 * Samples that make an output fire; the first has so many events of one pixel
 * in one bin besides.
 */
function batchOf(events: number, labels: number[]): EventBatch {
  const busy = Array.from({ length: 24 }, (_, i) => 8 + i);
  const samples = labels.map((_, n) =>
    Uint32Array.of(...new Uint32Array(n === 0 ? events : 0), ...busy)
  );
  return { samples, labels: Uint32Array.from(labels) };
}

const COUNTING = { mode: "SUM", height: 0.01 } as const;

gpuTest("every step leaves one record, in order", async () => {
  await withPlan(async (stepper) => {
    const steps = Array.from({ length: 200 }, (_, step) => [
      step % 3,
      Math.floor(step / 3) % 3,
    ]);
    const records: StepRecord[] = [];
    for (const labels of steps) {
      await stepper.evaluate(batchOf(0, labels));
      records.push(...stepper.take());
    }
    records.push(...await stepper.drain());
    deepStrictEqual(records.map(({ labels }) => [...labels]), steps);
    const losses = new Map<number, number>();
    for (const { labels, losses: found, spikes } of records) {
      deepStrictEqual(spikes, records[0].spikes);
      labels.forEach((label, n) => {
        if (!losses.has(label)) losses.set(label, found[n]);
        strictEqual(found[n], losses.get(label));
      });
    }
    strictEqual(losses.size, 3);
    deepStrictEqual(await stepper.drain(), []);
    deepStrictEqual(stepper.take(), []);
  });
});

gpuTest("steps of another size leave records of their own size", async () => {
  await withPlan(async (stepper) => {
    await stepper.evaluate(batchOf(0, [0, 0]));
    await stepper.evaluate(batchOf(0, [0]));
    const [two, one] = await stepper.drain();
    deepStrictEqual([two.losses.length, one.losses.length], [2, 1]);
    strictEqual(one.losses[0], two.losses[0]);
    ok(one.spikes[0] > 0);
    strictEqual(two.spikes[0], 2 * one.spikes[0]);
  });
});

gpuTest("255 events of a bin are counted, 256 are refused", async () => {
  await withPlan(async (stepper) => {
    await stepper.evaluate(batchOf(255, [0, 1]));
    strictEqual((await stepper.drain()).length, 1);
    await stepper.evaluate(batchOf(256, [0, 1]));
    await rejects(
      stepper.drain(),
      new ShapeError(
        "Cannot count events: in 1 bins there were more than fit",
      ),
    );
  }, COUNTING);
});

gpuTest("a refusal is told however late it is asked for", async () => {
  await withPlan(async (stepper) => {
    await stepper.evaluate(batchOf(256, [0, 1]));
    await device().gpu.queue.onSubmittedWorkDone();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await rejects(stepper.drain(), ShapeError);
  }, COUNTING);
});

gpuTest("one spike stands for any number of events", async () => {
  await withPlan(async (stepper) => {
    await stepper.evaluate(batchOf(1, [0, 1]));
    await stepper.evaluate(batchOf(5000, [0, 1]));
    const [one, many] = await stepper.drain();
    deepStrictEqual(many, one);
  });
});
