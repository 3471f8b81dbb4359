import { ok, rejects, strictEqual } from "node:assert/strict";
import { spikeMax } from "../../../engine/losses/readout.ts";
import { Model } from "../../../engine/model.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { zeros } from "../../oracle/tensor.ts";
import { unitEvents } from "../layerwise/unit_events.ts";

const T = 10;
const OPTIONS = { tSample: T, batch: 2, loss: spikeMax(), train: true };

/** A network of one layer on two inputs. */
function build(neuron: ReturnType<typeof leaky> | "none"): Promise<Model> {
  return Model.create({
    device: device(),
    input: { C: 2, H: 1, W: 1 },
    layers: [{ dense: { out: 2, weightScale: 0.01 }, bias: false, neuron }],
    Ts: 1,
    random: 3,
  });
}

gpuTest("spikeMax() brings silent outputs to the right classes", async () => {
  using model = await build(leaky());
  using stepper = await model.compileUnits(OPTIONS);
  // Each sample has events of one input.
  const x = zeros([2, 2, 1, 1, T]);
  x.data.fill(1, 0, T);
  x.data.fill(1, 3 * T);
  const batch = unitEvents(stepper.plan, x, [0, 1]);
  for (let step = 0; step < 60; step++) await stepper.train(batch, 0.05);
  const records = await stepper.drain();
  strictEqual(records[0].spikes[0], 0);
  for (const loss of records[0].losses) {
    ok(Math.abs(loss - Math.LN2) < 1e-6, `${loss}`);
  }
  // Each sample's output has four spikes or more, and the other none.
  const { losses } = records[records.length - 1];
  ok(Math.max(...losses) < Math.log(1 + 1 / 5) + 1e-6, `${losses}`);
});

gpuTest("spikeMax() refuses outputs that have no spikes", async () => {
  using model = await build("none");
  await rejects(
    model.compileUnits(OPTIONS),
    /^ShapeError: Cannot train with the loss "spikeMax": layer "fc1" has no neurons, whose spikes it compares$/,
  );
});
