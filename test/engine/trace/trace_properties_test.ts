import { ok } from "node:assert/strict";
import { Model } from "../../../engine/model.ts";
import { numSpikes } from "../../../engine/losses/num_spikes.ts";
import { trace } from "../../../engine/trace.ts";
import { close, same } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { busyInput, eventsOf, excite, NEURON } from "../networks.ts";
import { type Tensor, tensorOf } from "../../oracle/tensor.ts";
import { fc } from "../../fixtures/properties.ts";

const T = 45;
const SHAPE = [1, 2, 4, 5, T];

async function withNetwork(
  test: (run: (x: Tensor) => ReturnType<typeof trace>) => Promise<void>,
): Promise<void> {
  using model = await Model.create({
    device: device(),
    input: { C: 2, H: 4, W: 5 },
    layers: [
      { conv: { out: 4, kernel: 3, padding: 1, weightScale: 10 } },
      { pool: 2 },
      { dense: 3 },
    ],
    neuron: NEURON,
    Ts: 5,
    random: 6,
  });
  await excite(model);
  await test((x) =>
    trace(model, eventsOf(x, [1]), {
      tSample: 5 * T,
      loss: numSpikes({ region: { start: 0, stop: 5 * T }, true: 9, false: 2 }),
    })
  );
}

gpuTest("a network changes nothing before a change of its input", async () => {
  await withNetwork(async (run) => {
    const x = busyInput(SHAPE, 1);
    const before = await run(x);
    await fc.assert(
      fc.asyncProperty(fc.nat(x.data.length - 1), async (at) => {
        const changed = { shape: SHAPE, data: x.data.slice() };
        changed.data[at] = 1 - changed.data[at];
        const after = await run(changed);
        const bin = at % T;
        after.layers.forEach(({ potentials }, l) => {
          // A response begins one bin after its spike, in every layer.
          const kept = (_: number, i: number) => i % T <= bin + l;
          const then = before.layers[l].potentials.data;
          same(potentials.data.filter(kept), then.filter(kept));
        });
        ok(
          bin > T - 2 ||
            after.layers[0].potentials.data.some((u, i) =>
              u !== before.layers[0].potentials.data[i]
            ),
        );
      }),
      { seed: 1, numRuns: 6 },
    );
  });
});

gpuTest("a network does the same later with a later input", async () => {
  await withNetwork(async (run) => {
    const x = busyInput(SHAPE, 2);
    const first = await run(x);
    ok(first.layers[2].spikes.data.some((spike) => spike > 0));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: T - 1 }), async (shift) => {
        const shifted = { shape: SHAPE, data: x.data.slice() };
        x.data.forEach((_, i) => {
          shifted.data[i] = i % T < shift ? 0 : x.data[i - shift];
        });
        const later = await run(shifted);
        later.layers.forEach(({ spikes, potentials }, l) => {
          const expected = first.layers[l];
          const late = (_: number, i: number) => i % T >= shift;
          const early = (_: number, i: number) => i % T < T - shift;
          same(
            spikes.data.filter(late),
            expected.spikes.data.filter(early),
          );
          const found = potentials.data.filter(late);
          const shape = [found.length];
          close(
            tensorOf(shape, found),
            tensorOf(shape, expected.potentials.data.filter(early)),
          );
        });
      }),
      { seed: 2, numRuns: 6 },
    );
  });
});
