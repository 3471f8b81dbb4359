import {
  deepStrictEqual,
  notDeepStrictEqual,
  ok,
  rejects,
  strictEqual,
} from "node:assert/strict";
import {
  type LayerDescription,
  loadWeights,
  Model,
  type ModelDescription,
  type ModelState,
  numSpikes,
  saveWeights,
  trace,
} from "../../../mod.ts";
import type { Device } from "../../../engine/mod.ts";
import type { UpdateRule } from "../../../engine/plan/steps/optimizer.ts";
import { outputSpikes } from "../../../engine/network/layer_trace.ts";
import { close, same } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { type Axon, delay } from "../../oracle/layers/axon.ts";
import { numSpikesLoss } from "../../oracle/loss.ts";
import {
  backwardAll,
  forwardGiven,
  type Network,
} from "../../oracle/network.ts";
import { smallDevice } from "../device/small_device.ts";
import {
  busyInput,
  eventsOf,
  excite,
  NEURON,
  oracleOf,
  part,
} from "../networks.ts";
import { agrees, tensor } from "../trace/trace_agreement.ts";

const [N, T, Ts] = [4, 70, 5];
const LABELS = [0, 1, 2, 0];
const REGION = { start: 0, stop: T * Ts };
const OPTIONS = {
  tSample: T * Ts,
  loss: numSpikes({ region: REGION, true: 9, false: 2 }),
};
const INPUT = busyInput([N, 2, 9, 7, T], 2);
const EVENTS = eventsOf(INPUT, LABELS);

/** Learned per neuron below a pool, per channel, fixed, and of the outputs. */
const LAYERS: LayerDescription[] = [
  { conv: { out: 6, kernel: 3, groups: 2 }, delay: { max: 40 } },
  { pool: 2, delay: { per: "channel" } },
  { dense: 20, delay: 17 },
  { dense: 3, delay: {} },
];

function describe(
  layers: readonly LayerDescription[],
  rule: UpdateRule = {},
): ModelDescription {
  return {
    input: { C: 2, H: 9, W: 7 },
    layers,
    neuron: NEURON,
    Ts,
    random: 4,
    ...rule,
  };
}

/** A network whose layers fire, with delays of several bins. */
async function excited(
  layers: readonly LayerDescription[],
  { on = device(), ...rule }: UpdateRule & { readonly on?: Device } = {},
): Promise<Model> {
  const model = await Model.create({ device: on, ...describe(layers, rule) });
  const weights = await excite(model);
  for (const [name, { shape, data }] of Object.entries(weights)) {
    if (!name.endsWith(".delay")) continue;
    weights[name] = { shape, data: data.map((_, i) => 3.7 * (i % 9)) };
  }
  model.setWeights(weights);
  return model;
}

/** The axons of a network, for its twin. */
async function axonsOf(model: Model): Promise<(Axon | undefined)[]> {
  const weights = await model.weights();
  return model.layers.map(({ name, axon, output: { C } }) => {
    if (!axon) return undefined;
    const learned = weights[`${name}.delay`];
    const fixed = new Float32Array(C).fill(axon.delay);
    return { delays: tensor(learned ?? { shape: [C, 1, 1], data: fixed }), Ts };
  });
}

gpuTest("networks with delays agree with their twin", async () => {
  using model = await excited(LAYERS);
  const weights = await model.weights();
  deepStrictEqual(
    Object.entries(weights).map(([name, { shape }]) => [name, shape.length]),
    [
      ["conv1.weight", 5],
      ["conv1.delay", 3],
      ["pool1.delay", 3],
      ["fc1.weight", 5],
      ["fc2.weight", 5],
      ["fc2.delay", 3],
    ],
  );
  deepStrictEqual(weights["conv1.delay"].shape, [6, 7, 5]);
  deepStrictEqual(weights["pool1.delay"].shape, [6, 1, 1]);
  const twin: Network = {
    ...oracleOf({ Ts }, model.layers, weights, T),
    axons: await axonsOf(model),
  };
  const target = {
    tgtSpikeRegion: REGION,
    tgtSpikeCount: { true: 9, false: 2 },
  };
  const x = { ...INPUT, data: INPUT.data.map((s) => s / Ts) };
  const found = await trace(model, EVENTS, OPTIONS);
  for (const { spikes } of found.layers) ok(spikes.data.some((s) => s > 0));
  const { "conv1.delay": neuron, "pool1.delay": channel, ...others } =
    found.gradients;
  const { "fc2.delay": output, ...gradients } = others;
  agrees(
    { ...found, gradients },
    twin,
    x,
    (out) => numSpikesLoss(out, LABELS, target, twin.response, Ts),
    3e-6,
  );
  const given = found.layers.map(({ spikes }) => tensor(spikes));
  const out = tensor(outputSpikes(found.layers));
  same(out.data, delay(given[3], twin.axons![3]!).data);
  ok(out.data.some((value, i) => value !== given[3].data[i]));
  const loss = numSpikesLoss(out, LABELS, target, twin.response, Ts);
  const activities = forwardGiven(twin, x, given);
  const { delays } = backwardAll(twin, x, activities, loss);
  close(tensor(neuron), delays[0]!, 1e-5);
  close(tensor(channel), delays[1]!, 1e-5);
  close(tensor(output), delays[3]!, 1e-5);
});

/** Trains a few steps. */
async function train(
  layers: readonly LayerDescription[],
  { on, lr = 0.05, parts = [[0, N]], steps = 3, from, seed, ...rule }:
    & UpdateRule
    & {
      readonly on?: Device;
      readonly lr?: number;
      readonly parts?: number[][];
      readonly steps?: number;
      readonly from?: ModelState;
      readonly seed?: number;
    } = {},
) {
  using model = await excited(layers, { on, ...rule });
  if (from) model.setState(from);
  const first = await model.weights();
  using stepper = await model.prepare({
    ...OPTIONS,
    batch: N,
    train: true,
    changes: { seed },
  });
  for (let step = 0; step < steps; step++) {
    for (const [begin, end] of parts) {
      if (end < N) await stepper.accumulate(part(EVENTS, begin, end));
      else await stepper.train(part(EVENTS, begin, end), lr);
    }
  }
  const records = await stepper.drain();
  await stepper.evaluate(EVENTS);
  const [{ losses }] = await stepper.drain();
  return { first, state: await model.state(), records, losses };
}

for (const optimizer of ["ADAM", "NADAM", "SGD", "ADAMW"] as const) {
  gpuTest(
    `delays learn with ${optimizer} by their own rate, in their bounds`,
    async () => {
      const layers = (rate: number): LayerDescription[] => [
        { dense: 12, delay: { max: 20, rate } },
        { dense: 3 },
      ];
      const lr = optimizer === "SGD" ? 0.001 : 0.01;
      const options = { optimizer, steps: 1, lr };
      const [one, ten, none, far] = await Promise.all([
        train(layers(1), options),
        train(layers(10), options),
        train(layers(0), options),
        train(layers(1e5), options),
      ]);
      const before = one.first["fc1.delay"].data;
      const change = (run: typeof one) =>
        run.state.weights["fc1.delay"].data.map((d, i) => d - before[i]);
      ok(change(one).some((d) => d !== 0));
      change(ten).forEach((d, i) => {
        const end = before[i] + 10 * change(one)[i];
        if (end < 0 || end > 20 || before[i] > 20) return;
        ok(Math.abs(d - 10 * change(one)[i]) < 1e-5, `${d}`);
      });
      ok(change(none).every((d, i) => d === Math.min(0, 20 - before[i])));
      const bounds = far.state.weights["fc1.delay"].data;
      ok(bounds.includes(0) && bounds.includes(20));
      deepStrictEqual(
        one.state.weights["fc1.weight"],
        far.state.weights["fc1.weight"],
      );
    },
  );
}

gpuTest("delays learn the same bits however batches are cut", async () => {
  // Clipping, and gradients of several batches, update in a pass of their own.
  const small = smallDevice(4 * 3 * (T + 16) * 280);
  for (const clip of [undefined, 1e9, 5]) {
    const whole = await train(LAYERS, { clip });
    notDeepStrictEqual(
      whole.state.weights["conv1.delay"],
      whole.first["conv1.delay"],
    );
    const cut = await train(LAYERS, { clip, parts: [[0, 1], [1, 4]] });
    deepStrictEqual(cut.state, whole.state);
    const micro = await train(LAYERS, { clip, on: small });
    deepStrictEqual(micro.state, whole.state);
  }
});

gpuTest("dropout is drawn again each step, and resumed", async () => {
  const layers: LayerDescription[] = [
    { dense: 40, dropout: 0.4 },
    { pool: 1, dropout: 0.2, delay: { per: "channel" } },
    { dense: 3 },
  ];
  const whole = await train(layers, { steps: 4, seed: 7 });
  const half = await train(layers, { steps: 2, seed: 7 });
  const rest = await train(layers, { steps: 2, seed: 7, from: half.state });
  deepStrictEqual(rest.state, whole.state);
  deepStrictEqual(rest.losses, whole.losses);
  const other = await train(layers, { steps: 4, seed: 8 });
  notDeepStrictEqual(other.state.weights, whole.state.weights);
  // Weights stay as they are, so that losses differ by what is dropped.
  const still = await train(layers, { steps: 3, lr: 0, seed: 7 });
  const losses = still.records.map(({ losses }) => losses.join());
  strictEqual(new Set([...losses, still.losses.join()]).size, 4);
});

gpuTest("an evaluation drops no spikes", async () => {
  const plain = await train([{ dense: 40 }, { dense: 3 }], { lr: 0 });
  const dropped = await train(
    [{ dense: 40, dropout: 0.4 }, { dense: 3 }],
    { lr: 0 },
  );
  deepStrictEqual(dropped.losses, plain.losses);
  notDeepStrictEqual(dropped.records[0].losses, plain.records[0].losses);
});

gpuTest("a file of weights holds the delays", async () => {
  using model = await excited(LAYERS);
  const weights = await model.weights();
  using other = await Model.create({ device: device(), ...describe(LAYERS) });
  notDeepStrictEqual(await other.weights(), weights);
  other.setWeights(loadWeights(saveWeights(weights)));
  deepStrictEqual(await other.weights(), weights);
  const { "conv1.delay": _, ...others } = weights;
  await rejects(async () => await other.setWeights(others), {
    name: "ShapeError",
    message: 'Cannot set the weights: "conv1.delay" is missing',
  });
});

/** Layers that no network has, and why. */
const REFUSED: [name: string, message: string, layers: LayerDescription[]][] = [
  [
    "ShapeError",
    'Cannot build layer "fc1" with dropout: no layer is above it',
    [{ dense: 3, delay: 2, dropout: 0.1 }],
  ],
  [
    "RangeError",
    'Cannot build layer "fc1" with a delay of -1: it is not a number from 0',
    [{ dense: 3, delay: -1 }, { dense: 3 }],
  ],
  [
    "RangeError",
    'Cannot build layer "fc1" with delays of at most NaN: it is not a number ' +
    "from 0",
    [{ dense: 3, delay: { max: NaN } }, { dense: 3 }],
  ],
  [
    "RangeError",
    'Cannot build layer "fc1" with the rate of delays -2: it is not a number ' +
    "from 0",
    [{ dense: 3, delay: { rate: -2 } }, { dense: 3 }],
  ],
  [
    "TypeError",
    'Cannot build layer "fc1" with delays per "layer": expected neuron, channel',
    [{ dense: 3, delay: { per: "layer" as "neuron" } }, { dense: 3 }],
  ],
  [
    "RangeError",
    'Cannot build layer "pool1" with dropout 1: it is not from 0 to below 1',
    [{ pool: 2, dropout: 1 }, { dense: 3 }],
  ],
];

for (const [name, message, layers] of REFUSED) {
  gpuTest(`${name}: ${message}`, async () => {
    await rejects(
      Model.create({ device: device(), ...describe(layers) }),
      { name, message },
    );
  });
}
