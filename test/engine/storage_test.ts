import { deepStrictEqual, ok } from "node:assert/strict";
import { Model, type ModelDescription } from "../../engine/model.ts";
import type { LayerDescription } from "../../engine/network.ts";
import { type Trace, trace } from "../../engine/trace.ts";
import { close, same } from "../comparison.ts";
import { device, gpuTest } from "../gpu.ts";
import { busyInput, eventsOf, excite, NEURON } from "./networks.ts";
import { sum, tensor } from "./trace_agreement.ts";

/** Largest relative error of a float16, and of the upper half of a float32. */
const FLOAT16 = 2 ** -11;
const UPPER_HALF = 2 ** -8;

/** Bins, their length in ms, and layers on two channels of 9×7 pixels. */
const CASES: [
  why: string,
  T: number,
  Ts: number,
  layers: LayerDescription[],
  more?: Partial<ModelDescription>,
][] = [
  ["pools and convolutions", 33, 5, [
    { pool: 2 },
    { conv: { out: 6, kernel: 3, padding: 1, weightScale: 20 } },
    { pool: 2 },
    { conv: { out: 10, kernel: 3, padding: 1, groups: 2, weightScale: 20 } },
    { pool: 2 },
    { dense: { out: 5, weightScale: 20 } },
  ]],
  ["responses longer than the registers", 90, 1, [
    { conv: { out: 5, kernel: 3, stride: 2, weightScale: 4 } },
    { pool: 2 },
    { dense: { out: 4, weightScale: 4 } },
  ]],
  ["an even number of taps", 90, 1, [
    { conv: { out: 5, kernel: 3, stride: 2, weightScale: 4 } },
    { pool: 2 },
    { dense: { out: 4, weightScale: 4 } },
  ], { neuron: { ...NEURON, tauSr: 9 } }],
  ["responses tap by tap", 35, 2, [
    { pool: 2 },
    { conv: { out: 4, kernel: 3, padding: 1, weightScale: 10 } },
    { dense: { out: 3, weightScale: 10 } },
  ], { response: "filter" }],
  ["counts, and taps far apart", 34, 5, [
    { conv: { out: 3, kernel: 5, padding: 12, dilation: 6, weightScale: 4 } },
    { conv: { out: 3, kernel: 5, padding: 12, dilation: 6, weightScale: 90 } },
    { dense: { out: 3, weightScale: 20 } },
  ], { coding: { mode: "SUM", height: 0.2 } }],
];

for (const [why, T, Ts, layers, more] of CASES) {
  gpuTest(`storage in 16 bits rounds, and no more, ${why}`, async () => {
    const input = { C: 2, H: 9, W: 7 };
    const description = { input, layers, neuron: NEURON, Ts, random: 3 };
    const counts = more?.coding ? 3 : 1;
    const batch = eventsOf(busyInput([2, 2, 9, 7, T], 1, counts), [1, 2]);
    const target = {
      region: { start: 0, stop: T * Ts },
      count: { true: 9, false: 2 },
    };
    const traces: Trace[] = [];
    for (const storage of ["float32", "float16"] as const) {
      using model = await Model.create(device(), {
        ...{ ...description, ...more, storage },
      });
      // Sums of such weights have no more digits than a float16.
      const weights = Object.entries(await excite(model)).map((
        [name, { shape, data }],
      ) => [name, { shape, data: data.map((w) => Math.round(8 * w) / 8) }]);
      model.setWeights(Object.fromEntries(weights));
      traces.push(await trace(model, batch, { tSample: T * Ts, target }));
    }
    const [exact, rounded] = traces;
    exact.layers.forEach(({ spikes, potentials }, l) => {
      const found = rounded.layers[l];
      ok(spikes.data.some((spike) => spike !== 0), `${l}`);
      same(found.spikes.data, spikes.data);
      close(tensor(found.potentials), tensor(potentials), FLOAT16);
    });
    const differ = exact.layers.filter(({ potentials }, l) =>
      potentials.data.some((u, i) => u !== rounded.layers[l].potentials.data[i])
    );
    deepStrictEqual(
      differ.map(({ name }) => name.replace(/\d+$/, "")),
      layers.map((layer) => Object.keys(layer)[0])
        .filter((kind) => kind !== "dense"),
    );
    deepStrictEqual(rounded.predictions, exact.predictions);
    close(sum(rounded.losses), sum(exact.losses));
    for (const [name, dw] of Object.entries(exact.gradients)) {
      ok(dw.data.some((value) => value !== 0), name);
      close(tensor(rounded.gradients[name]), tensor(dw), UPPER_HALF);
    }
  });
}
