import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { Model } from "../../engine/model.ts";
import { numSpikes } from "../../engine/losses/num_spikes.ts";
import { profile } from "../../engine/profile.ts";
import { packSpikes } from "../../engine/network/pack_spikes.ts";
import { device, gpuTest } from "../gpu.ts";
import { busyInput, eventsOf, NEURON } from "./networks.ts";

gpuTest(
  "profile() times every dispatch of a step, or says it cannot",
  async () => {
    using model = await Model.create({
      device: device(),
      input: { C: 2, H: 4, W: 5 },
      layers: [{ pool: 2 }, { dense: 3 }],
      neuron: NEURON,
      Ts: 5,
      random: 6,
    });
    const tSample = 50;
    using stepper = await model.compile({
      ...{ tSample, batch: 2, train: true },
      loss: numSpikes({ region: { start: 0, stop: 50 }, true: 9, false: 2 }),
    });
    const batch = eventsOf(busyInput([2, 2, 4, 5, 10], 1), [0, 1]);
    if (!device().gpu.features.has("timestamp-query")) {
      await rejects(profile(device(), stepper, model.layers, batch), {
        name: "DeviceError",
        message: /^Cannot profile on ".+": it has no timestamp-query$/,
      });
      return;
    }
    const { forward, backward } = stepper.plan;
    const times = await profile(device(), stepper, model.layers, batch, 3);
    const { binning, updating } = stepper;
    deepStrictEqual(
      times.map(({ kernel, layer }) => [kernel, layer]),
      [...binning, ...forward, ...backward, ...updating].map((
        { name, layer },
      ) => [name, layer]),
    );
    ok(times.some(({ layer }) => layer === "fc1"));
    ok(times.every(({ ms }) => ms >= 0) && times.some(({ ms }) => ms > 0));
    ok(times.every(({ bytes }) => bytes > 0));
    // Each event meets one weight of the pool, each of its spikes three.
    const of = (name: string) =>
      times.find(({ kernel, layer }) => `${layer} ${kernel}` === name)!;
    const neurons = 2 * 10 * 12;
    strictEqual(
      of("pool1 pool forward").multiplyAdds,
      batch.samples.flatMap((words) => [...words]).length + 10 * neurons,
    );
    await stepper.evaluate(batch);
    const [{ spikes }] = await stepper.drain();
    strictEqual(of("fc1 dense forward").multiplyAdds, 3 * spikes[0]);
    const gradient = times.find(({ kernel }) =>
      kernel.startsWith("dense_gradient ")
    );
    strictEqual(gradient!.multiplyAdds, 3 * spikes[0]);
  },
);

Deno.test("packSpikes() packs every spike once", () => {
  const { shape, data } = busyInput([3, 2, 4, 5, 33], 1);
  // Some samples have no spikes.
  data.fill(0, data.length / 3, 2 * data.length / 3);
  const labels = [2, 0, 1];
  const packed = packSpikes({ shape, data: Float32Array.from(data) }, labels);
  deepStrictEqual(packed, eventsOf({ shape, data }, labels));
});
