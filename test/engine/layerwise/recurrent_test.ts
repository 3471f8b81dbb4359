import { ok, throws } from "node:assert/strict";
import {
  launchRecurrent,
  launchRecurrentBack,
} from "../../../engine/layerwise/launches/recurrent_launches.ts";
import { crossEntropy } from "../../../engine/losses/readout.ts";
import type { Layer } from "../../../engine/layers/layer.ts";
import { Model } from "../../../engine/model.ts";
import { PARAMETRIC_CUBA } from "../../../engine/neurons/cuba_leaky.ts";
import { LEAKY, leaky } from "../../../engine/neurons/leaky.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { zeros } from "../../oracle/tensor.ts";
import { unitEvents } from "./unit_events.ts";

/** An event of one input and then one of the other, in either order. */
const [T, FIRST, SECOND] = [7, 1, 4];

/** Trains neurons without memory to tell the order; returns the last losses. */
async function lossesOf(recurrent: boolean): Promise<Float32Array> {
  using model = await Model.create({
    device: device(),
    input: { C: 2, H: 1, W: 1 },
    layers: [{ dense: 12, recurrent }, { dense: 2, neuron: "none" }],
    neuron: leaky({ tau: 1, threshold: 0.5 }),
    Ts: 1,
    random: 3,
  });
  using stepper = await model.compileUnits({
    tSample: T,
    batch: 2,
    loss: crossEntropy(),
    train: true,
  });
  const x = zeros([2, 2, 1, 1, T]);
  for (const n of [0, 1]) {
    x.data[(2 * n + n) * T + FIRST] = 1;
    x.data[(2 * n + 1 - n) * T + SECOND] = 1;
  }
  const batch = unitEvents(stepper.plan, x, [0, 1]);
  for (let step = 0; step < 80; step++) await stepper.train(batch, 0.03);
  const records = await stepper.drain();
  return records[records.length - 1].losses;
}

gpuTest(
  "a layer that reads its own spikes learns the order of events",
  async () => {
    const losses = await lossesOf(true);
    ok(Math.max(...losses) < 0.1, `${losses}`);
    // Neurons that forget at once see the same events, in either order.
    const others = await lossesOf(false);
    ok(Math.max(...others) >= Math.LN2 - 1e-6, `${others}`);
  },
);

Deno.test("a layer with too many recurrent neurons is refused in a line", () => {
  const place = {
    unit: { layer: { name: "fc1" } as Layer },
    strips: {
      T: 3,
      pixels: 1,
      C: 2000,
      runSize: 2000,
      channelLanes: 64,
      S: 1,
    },
    setting: { workgroupBytes: 16384 },
    neuron: { text: LEAKY.stepped!, constants: {} },
  };
  throws(
    () => launchRecurrent(place, { keep: 0, layer: 0, stride: 1 }),
    /^ShapeError: Cannot build layer "fc1" with 2000 recurrent neurons: they take 25600 bytes of a workgroup's memory, and the device has 16384$/,
  );
  // The adjoint's sums of what is learned take 2 KiB in addition.
  const learning = {
    ...place,
    strips: { ...place.strips, C: 730, runSize: 730 },
    neuron: { text: PARAMETRIC_CUBA.stepped!, constants: {} },
  };
  launchRecurrent(learning, { keep: 0, layer: 0, stride: 1 });
  throws(
    () => launchRecurrentBack(learning, { sparse: 0, learnedFirst: 0 }),
    /with 730 recurrent neurons: they take 16883 bytes/,
  );
});
