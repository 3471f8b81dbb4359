import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { SRM_ALPHA } from "../../../engine/neurons/srm_alpha.ts";
import { Model, type ModelDescription } from "../../../engine/model.ts";
import { stream } from "../../../engine/stream/stream.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { fc } from "../../fixtures/properties.ts";
import { busyInput, excite, NEURON } from "../networks.ts";
import { agree, chunksOf, runStream, runWhole } from "./stream_runs.ts";

gpuTest(
  "decisions are those of a sample that ends there, for any chunks",
  async () => {
    const T = 26;
    using model = await Model.create({
      device: device(),
      input: { C: 2, H: 5, W: 5 },
      layers: [{ dense: 9 }, { dense: 4 }],
      neuron: { ...NEURON, theta: 2 },
      Ts: 1,
      random: 3,
    });
    await excite(model);
    const x = busyInput([1, 2, 5, 5, T], 8);
    const { layers: [, { spikes }] } = await runWhole(model, x);
    using running = await stream(model);
    const cuts = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(cuts, async (sizes) => {
        running.reset();
        const steps = await runStream(running, x, sizes);
        const decisions = steps.flatMap(({ decisions }) => decisions);
        decisions.forEach(({ label, scores }, t) => {
          const counts = Array.from(
            { length: 4 },
            (_, output) =>
              spikes.data.subarray(output * T, output * T + t + 1)
                .filter((value) => value !== 0).length,
          );
          deepStrictEqual(scores, counts);
          strictEqual(label, counts.indexOf(Math.max(...counts)));
        });
        deepStrictEqual(steps[0].layers, []);
      }),
      { numRuns: 10 },
    );
  },
);

gpuTest("a stream goes on where it was after what it refuses", async () => {
  using model = await Model.create({
    device: device(),
    input: { C: 2, H: 5, W: 5 },
    layers: [{ dense: 9 }, { dense: 4 }],
    neuron: { ...NEURON, theta: 2 },
    coding: { mode: "SUM", height: 1 },
    Ts: 1,
    random: 3,
  });
  await excite(model);
  const x = busyInput([1, 2, 5, 5, 20], 8, 3);
  using running = await stream(model, { keep: true });
  const [first, ...others] = chunksOf(x, [5]);
  const steps = [await running.push(first.events, first.bins)];
  await rejects(
    running.push(Uint32Array.of(50), 1),
    /^ShapeError: .+ event 0 of a sample is at address 50 of 50, in bin 0 of 1$/,
  );
  await rejects(running.push(Uint32Array.of(1 << 6), 1), {
    name: "ShapeError",
  });
  for (const bins of [0, -1, 1.5, NaN]) {
    await rejects(running.push(Uint32Array.of(), bins), { name: "RangeError" });
  }
  strictEqual(running.bins, 5);
  for (const { events, bins } of others) {
    steps.push(await running.push(events, bins));
  }
  agree(steps, await runWhole(model, x));
  running.reset();
  await rejects(
    running.push(new Uint32Array(256), 1),
    /^ShapeError: Cannot count more than 255 events of a pixel in one bin$/,
  );
});

gpuTest("stream() refuses in a line what only whole samples have", async () => {
  const small = { input: { C: 1, H: 2, W: 2 }, Ts: 1, random: 0 };
  const refused: [Omit<ModelDescription, "random" | "Ts">, RegExp][] = [
    [
      {
        ...small,
        layers: [{ dense: 2, neuron: "none" }],
        coding: { mode: "SUM_NORM", height: 1 },
      },
      /^ShapeError: Cannot stream counts that are divided by the largest of/,
    ],
    [
      {
        ...small,
        layers: [{ dense: 2 }],
        coding: { mode: "SUM_NORM", height: 1 },
      },
      /^ShapeError: Cannot stream counts that are divided by the largest of/,
    ],
    [
      {
        ...small,
        layers: [{ dense: 2 }],
        neuron: { kind: { ...SRM_ALPHA, streams: false } },
      },
      /^ShapeError: Cannot stream layer "fc1": neurons of kind "SRM-alpha" do/,
    ],
  ];
  for (const [description, message] of refused) {
    using model = await Model.create({
      device: device(),
      ...small,
      ...description,
    });
    await rejects(stream(model), message);
  }
});
