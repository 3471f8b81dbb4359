import {
  deepStrictEqual,
  ok,
  rejects,
  strictEqual,
  throws,
} from "node:assert/strict";
import { Model } from "../../../engine/model.ts";
import { numSpikes } from "../../../engine/losses/num_spikes.ts";
import { crossEntropy } from "../../../engine/losses/readout.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import { profile } from "../../../engine/training/profile.ts";
import { packSpikes } from "../../../engine/network/pack_spikes.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { unitEvents } from "../layerwise/unit_events.ts";
import { busyInput, eventsOf, NEURON } from "../networks.ts";

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
      tSample,
      batch: 2,
      train: true,
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

gpuTest("profile() times a network of units, with what it reads", async () => {
  using model = await Model.create({
    device: device(),
    input: { C: 2, H: 4, W: 5 },
    layers: [
      { conv: { out: 3, kernel: 1 }, bias: true },
      { dense: 3, neuron: "none" },
    ],
    neuron: leaky({ threshold: 0.1 }),
    Ts: 5,
    random: 6,
  });
  const [tSample, T] = [50, 10];
  using stepper = await model.compileUnits({
    tSample,
    batch: 2,
    train: true,
    loss: crossEntropy(),
  });
  const batch = unitEvents(
    stepper.plan,
    busyInput([2, 2, 4, 5, T], 1),
    [0, 1],
  );
  if (!device().gpu.features.has("timestamp-query")) return;
  const times = await profile(device(), stepper, model.layers, batch, 3);
  const { software } = device().adapter;
  const kernels = times.map(({ layer = "", kernel }) => `${layer} ${kernel}`);
  for (
    const kernel of [
      " bin_counts scatter",
      `conv1 conv ${software ? "wide" : "forward"}`,
      "conv1 cell forward",
      " readout_loss drives",
      `fc1 dense ${software ? "adjointBlock" : "adjoint"}`,
      "conv1 cell_adjoint adjoint",
      " optimizer_step update",
    ]
  ) {
    ok(kernels.includes(kernel), `${kernel} is not in ${kernels}`);
  }
  ok(times.every(({ ms }) => ms >= 0) && times.some(({ ms }) => ms > 0));
  // A spike of the convolution meets the three weights of the readout.
  await stepper.evaluate(batch);
  const [{ spikes }] = await stepper.drain();
  ok(spikes[0] > 0);
  const dense = times[kernels.indexOf("fc1 dense forward")];
  strictEqual(dense.multiplyAdds, 3 * spikes[0]);
});

Deno.test("packSpikes() packs every spike once", () => {
  const { shape, data } = busyInput([3, 2, 4, 5, 33], 1);
  // Some samples have no spikes.
  data.fill(0, data.length / 3, 2 * data.length / 3);
  const labels = [2, 0, 1];
  const packed = packSpikes({ shape, data: Float32Array.from(data) }, labels);
  deepStrictEqual(packed, { ...eventsOf({ shape, data }, labels), bins: 33 });
});

Deno.test("packSpikes() counts parts of bins where a network does", () => {
  // Channel 1 spikes in the last of three bins.
  const spikes = { shape: [1, 2, 1, 1, 3], data: new Float32Array(6) };
  spikes.data[5] = 1;
  const [words] = packSpikes(spikes, [0], { bins: 48 }).samples;
  deepStrictEqual([...words], [(2 * 16 << 1) + 1]);
  throws(() => packSpikes(spikes, [0], { bins: 4 }), {
    name: "ShapeError",
    message: "Cannot pack spikes of shape [1,2,1,1,3]: 4 bins are no " +
      "multiple of 3",
  });
});
