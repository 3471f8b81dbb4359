import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import {
  type LayerDescription,
  Model,
  type ModelDescription,
  type NamedArray,
  packSpikes,
  trace,
} from "../../../mod.ts";
import { counts } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { leaky } from "./leaky_neuron.ts";
import { scale } from "./scale_layer.ts";
import { squaredRate } from "./squared_rate.ts";
import {
  type Link,
  twinBackward,
  twinForward,
  type TwinLayer,
} from "./twin.ts";

const [N, T] = [3, 45];
const LABELS = [2, 0, 1];
const GOALS = { true: 9, false: 2 };

const LAYERS: LayerDescription[] = [
  { conv: { out: 3, kernel: 2, weightScale: 2 } },
  { kind: scale, weight: 1.5, neuron: { width: 1 } },
  { pool: 2, neuron: { tau: 5 } },
  { dense: { out: 3, weightScale: 3 }, neuron: { theta: 1.5 } },
];

/** The layers' connections, for 2 channels of 5×5 pixels. */
const LINKS: readonly { readonly size: number; readonly links: Link[] }[] = [
  { size: 48, links: convLinks() },
  {
    size: 48,
    links: Array.from(
      { length: 48 },
      (_, f) => ({ from: f, to: f, weight: f }),
    ),
  },
  { size: 12, links: poolLinks() },
  { size: 3, links: denseLinks() },
];

function describe(Ts: number): ModelDescription {
  return {
    input: { C: 2, H: 5, W: 5 },
    layers: LAYERS,
    neuron: { kind: leaky, tau: 10 },
    Ts,
    random: 4,
  };
}

/** Neurons are numbered (row·W + column)·C + channel. */
function convLinks(): Link[] {
  const links: Link[] = [];
  for (let to = 0; to < 48; to++) {
    const [out, x, y] = [to % 3, Math.floor(to / 3) % 4, Math.floor(to / 12)];
    for (let i = 0; i < 8; i++) {
      const [c, ky, kx] = [i >> 2, (i >> 1) & 1, i & 1];
      const from = ((y + ky) * 5 + x + kx) * 2 + c;
      links.push({ from, to, weight: out * 8 + i });
    }
  }
  return links;
}

function poolLinks(): Link[] {
  return Array.from({ length: 48 }, (_, from) => {
    const [c, x, y] = [from % 3, Math.floor(from / 3) % 4, from / 12];
    const to = (Math.floor(y / 2) * 2 + Math.floor(x / 2)) * 3 + c;
    return { from, to, weight: 0 };
  });
}

/** Weights of a dense layer have channels before rows before columns. */
function denseLinks(): Link[] {
  const links: Link[] = [];
  for (let to = 0; to < 3; to++) {
    for (let from = 0; from < 12; from++) {
      const [c, pixel] = [from % 3, Math.floor(from / 3)];
      links.push({ from, to, weight: to * 12 + c * 4 + pixel });
    }
  }
  return links;
}

/** Trains of one sample, [N, C, H, W, T] to [(row·W + column)·C + channel][T]. */
function trainsOf({ shape, data }: NamedArray, n: number): Float64Array[] {
  const [, C, H, W] = shape;
  return Array.from({ length: C * H * W }, (_, f) => {
    const place = (n * C + f % C) * H * W + Math.floor(f / C);
    const train = data.subarray(place * T, (place + 1) * T);
    return Float64Array.from(train, (value) => value);
  });
}

/** Input spikes, [N, C, H, W, T]. */
function samples(): NamedArray {
  const { shape, data } = counts([N, 2, 5, 5, T], 2, 0.25);
  return { shape, data: Float32Array.from(data) };
}

for (const Ts of [1, 2]) {
  gpuTest(
    `kinds of a user's own do what their float64 twin does, Ts = ${Ts}`,
    async () => {
      using model = await Model.create({ device: device(), ...describe(Ts) });
      const weights = await model.weights();
      deepStrictEqual(Object.keys(weights), [
        "conv1.weight",
        "scale1.weight",
        "fc1.weight",
      ]);
      const neurons = [
        { theta: 1, tau: 10, width: 0.5 },
        { theta: 1, tau: 10, width: 1 },
        { theta: 1, tau: 5, width: 0.5 },
        { theta: 1.5, tau: 10, width: 0.5 },
      ];
      const twin = LINKS.map(({ size, links }, l): TwinLayer => ({
        size,
        links,
        ...neurons[l],
        weights: weights[`${model.layers[l].name}.weight`]?.data ?? [1.1],
      }));
      const x = samples();
      const found = await trace(model, packSpikes(x, LABELS), {
        tSample: T * Ts,
        loss: squaredRate(GOALS),
      });
      const gradients = twin.map(({ weights }) =>
        new Float64Array(weights.length)
      );
      for (let n = 0; n < N; n++) {
        const input = trainsOf(x, n);
        const activities = twinForward(twin, input, Ts);
        found.layers.forEach(({ name, spikes, potentials }, l) => {
          const expected = activities[l];
          ok(expected.spikes.some((train) => train.includes(1)), name);
          const trains = trainsOf(spikes, n).map((train) =>
            train.map((value) => Ts * value)
          );
          deepStrictEqual(trains, expected.spikes, name);
          trainsOf(potentials, n).forEach((train, f) => {
            train.forEach((u, t) => {
              ok(Math.abs(u - expected.potentials[f][t]) < 1e-5, name);
            });
          });
        });
        const misses = activities[3].spikes.map((train, o) =>
          train.reduce((a, b) => a + b) -
          (o === LABELS[n] ? GOALS.true : GOALS.false)
        );
        const loss = misses.reduce((sum, miss) => sum + miss ** 2 / 2, 0);
        strictEqual(found.losses[n], loss);
        twinBackward(twin, input, activities, {
          gradient: misses.map((miss) => new Float64Array(T).fill(miss)),
          Ts,
        }).forEach((dw, l) =>
          dw.forEach((value, i) => gradients[l][i] += value)
        );
      }
      model.layers.forEach(({ name, weights }, l) => {
        if (!weights) return;
        const dw = found.gradients[`${name}.weight`].data;
        const largest = gradients[l].reduce(
          (a, b) => Math.max(a, Math.abs(b)),
          0,
        );
        ok(largest > 0, name);
        dw.forEach((value, i) => {
          ok(Math.abs(value - gradients[l][i]) < 1e-5 * largest, name);
        });
      });
    },
  );
}

gpuTest("a network of a user's own kinds learns, batch by batch", async () => {
  using model = await Model.create({ device: device(), ...describe(1) });
  const before = await model.weights();
  using stepper = await model.compile({
    tSample: T,
    batch: N,
    train: true,
    loss: squaredRate(GOALS),
  });
  const batch = packSpikes(samples(), LABELS);
  for (let step = 0; step < 60; step++) await stepper.train(batch, 0.02);
  const records = await stepper.drain();
  const [first, last] = [records[0], records.at(-1)!]
    .map(({ losses }) => losses.reduce((sum, loss) => sum + loss));
  ok(last < 0.3 * first, `${first}, ${last}`);
  const after = await model.weights();
  for (const [name, { data }] of Object.entries(after)) {
    ok(data.some((w, i) => w !== before[name].data[i]), name);
  }
  // As a checkpoint is read.
  model.setWeights(after);
  deepStrictEqual(await model.weights(), after);
});

gpuTest("parameters of a neuron are checked by its kind", async () => {
  const build = (layer: LayerDescription) =>
    Model.create({ device: device(), ...describe(1), layers: [layer] });
  await rejects(build({ dense: 2, neuron: { tau: 0 } }), {
    name: "RangeError",
    message: "Cannot build a network with tau 0: it is not positive",
  });
  await rejects(build({ dense: 2, neuron: { kind: leaky, tauSr: 3 } }), {
    name: "TypeError",
    message: "Cannot build a network with tauSr 3: neurons of kind " +
      '"leaky" have theta, tau, width',
  });
});
