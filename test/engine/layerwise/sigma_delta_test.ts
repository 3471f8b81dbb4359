import { ok } from "node:assert/strict";
import { crossEntropy } from "../../../engine/losses/readout.ts";
import { Model } from "../../../engine/model.ts";
import { sigmaDelta } from "../../../engine/neurons/sigma_delta.ts";
import { predict } from "../../../engine/trace.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { zeros } from "../../oracle/tensor.ts";
import { unitEvents } from "./unit_events.ts";

const T = 37;
const THRESHOLD = 0.25;

for (
  const [what, step] of [["in thresholds"], ["in steps", 1 / 64]] as const
) {
  gpuTest(
    `sigma-delta neurons learn, and send what they stand for, ${what}`,
    async () => {
      using model = await Model.create({
        device: device(),
        input: { C: 2, H: 1, W: 1 },
        layers: [
          { dense: 6, neuron: sigmaDelta({ threshold: THRESHOLD, step }) },
          { dense: 2, neuron: "none" },
        ],
        Ts: 1,
        random: 3,
      });
      using stepper = await model.compileUnits({
        tSample: T,
        batch: 2,
        loss: crossEntropy(),
        train: true,
      });
      // Which input has the first event, with one of the other later on.
      const x = zeros([2, 2, 1, 1, T]);
      for (const n of [0, 1]) {
        x.data[(2 * n + n) * T + 3] = 1;
        x.data[(2 * n + 1 - n) * T + 34] = 1;
      }
      const batch = unitEvents(stepper.plan, x, [0, 1]);
      for (let step = 0; step < 60; step++) await stepper.train(batch, 0.03);
      const records = await stepper.drain();
      const { losses } = records[records.length - 1];
      ok(Math.max(...losses) < 0.2, `${losses}`);
      for (const { layers } of await predict(model, batch, { tSample: T })) {
        const [{ spikes, potentials }] = layers;
        let sent = 0;
        let numbers = 0;
        spikes.data.forEach((value, i) => {
          sent = i % T === 0 ? value : sent + value;
          numbers += Number(value !== 0);
          const activation = Math.max(potentials.data[i], 0);
          ok(Math.abs(activation - sent) < THRESHOLD, `${activation} ${sent}`);
        });
        // They send nothing where nothing changes.
        ok(numbers > 0 && numbers <= 2 * 6, `${numbers}`);
      }
    },
  );
}
