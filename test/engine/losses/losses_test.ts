import { ok, strictEqual } from "node:assert/strict";
import { Model } from "../../../engine/model.ts";
import type { StepRecord } from "../../../engine/plan/steps/step_results.ts";
import type { Loss } from "../../../engine/losses/loss.ts";
import { numSpikes } from "../../../engine/losses/num_spikes.ts";
import { probSpikes } from "../../../engine/losses/prob_spikes.ts";
import { spikeTime } from "../../../engine/losses/spike_time.ts";
import { trace } from "../../../engine/trace.ts";
import { counts } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { busyInput, eventsOf, excite, NEURON, oracleOf } from "../networks.ts";
import {
  type Loss as OracleLoss,
  probSpikesLoss,
  spikeTimeLoss,
} from "../../oracle/loss.ts";
import type { Network } from "../../oracle/network.ts";
import { type Tensor, tensorOf, zeros } from "../../oracle/tensor.ts";
import { agrees } from "../trace/trace_agreement.ts";

const T = 60;
const CLASSES = 3;
const SAMPLES = 12;
const REGION = { start: 0, stop: 5 * T };

/** Samples of three classes: each is busy in a row of its own. */
function samples(seed: number) {
  const shape = [SAMPLES, 2, CLASSES, 4, T];
  const busy = counts(shape, seed, 0.25);
  const quiet = counts(shape, seed + 1, 0.05);
  const labels = Array.from({ length: SAMPLES }, (_, n) => n % CLASSES);
  busy.data.forEach((_, i) => {
    const row = Math.floor(i / (4 * T)) % CLASSES;
    const n = Math.floor(i / (2 * CLASSES * 4 * T));
    if (row !== labels[n]) busy.data[i] = quiet.data[i];
  });
  return eventsOf(busy, labels);
}

const TRAINED: Record<string, Loss> = {
  numSpikes: numSpikes({ region: REGION, true: 12, false: 2 }),
  spikeTime: spikeTime({
    times: {
      true: Array.from({ length: 12 }, (_, n) => 25 * n + 10),
      false: [100, 200],
    },
  }),
  probSpikes: probSpikes({ region: REGION, window: 20 }),
};

/** Trains on some samples, and then looks at others. */
async function learn(
  loss: Loss,
  { epochs = 40, tauRho = 1, weightOf = (weight: number) => weight } = {},
) {
  using model = await Model.create({
    device: device(),
    input: { C: 2, H: CLASSES, W: 4 },
    layers: [{ dense: 10 }, { dense: CLASSES }],
    neuron: { ...NEURON, scaleRef: 2, tauRho },
    Ts: 5,
    random: 2,
  });
  const weights = Object.entries(await model.weights()).map((
    [name, { shape, data }],
  ) => [
    name,
    {
      shape,
      data: name === "fc2.weight" ? data.map(weightOf) : data,
    },
  ]);
  model.setWeights(Object.fromEntries(weights));
  const options = { tSample: 5 * T, batch: SAMPLES, loss };
  using trainer = await model.compile({ ...options, train: true });
  using tester = await model.compile({ ...options, train: false });
  const [seen, unseen] = [samples(1), samples(50)];
  for (let epoch = 0; epoch < epochs; epoch++) await trainer.train(seen, 0.1);
  await tester.evaluate(unseen);
  return { trained: await trainer.drain(), tested: await tester.drain() };
}

const lossOf = ({ losses }: StepRecord) => losses.reduce((a, b) => a + b);

const rightOf = ({ labels, predictions }: StepRecord) =>
  labels.filter((label, n) => label === predictions[n]).length;

for (const [name, loss] of Object.entries(TRAINED)) {
  gpuTest(`${name} falls in training, and classes are told`, async () => {
    const { trained, tested: [test] } = await learn(loss);
    const [first, last] = [trained[0], trained.at(-1)!];
    ok(lossOf(last) < 0.7 * lossOf(first), `${lossOf(first)}, ${lossOf(last)}`);
    ok(rightOf(first) < SAMPLES);
    strictEqual(rightOf(last), SAMPLES);
    strictEqual(rightOf(test), SAMPLES);
  });
}

/** Silent outputs: close to rest, and so low that no surrogate is left. */
const SILENT = {
  "at rest": { weightOf: (weight: number) => 0.01 * weight },
  "far below the threshold": {
    weightOf: (weight: number) => -4 * Math.abs(weight),
    tauRho: 0.02,
    epochs: 200,
  },
};

for (const [where, options] of Object.entries(SILENT)) {
  gpuTest(`probSpikes wakes outputs that are silent, ${where}`, async () => {
    const { trained, tested: [test] } = await learn(
      TRAINED.probSpikes,
      options,
    );
    const [first, last] = [trained[0], trained.at(-1)!];
    const [hidden, outputs] = first.spikes;
    ok(hidden > 0);
    strictEqual(outputs, 0);
    ok(last.spikes[1] > 0);
    strictEqual(rightOf(last), SAMPLES);
    strictEqual(rightOf(test), SAMPLES);
  });
}

/** Spike trains of the 5 outputs, [N, 5, 1, 1, 60] at 5 ms. */
function trainsOf(
  labels: readonly number[],
  timesOf: (label: number, output: number) => readonly number[],
): Tensor {
  const trains = zeros([labels.length, 5, 1, 1, 60]);
  labels.forEach((label, n) => {
    for (let o = 0; o < 5; o++) {
      for (const time of timesOf(label, o)) {
        trains.data[(n * 5 + o) * 60 + time / 5] = 1 / 5;
      }
    }
  });
  return trains;
}

const LABELS = [1, 4];
const TIMES = { true: [10, 20, 160, 295], false: [0, 150] };
const TRAINS = LABELS.concat(0, 0, 0).map((_, label) =>
  Array.from({ length: 5 }, (_, o) => [50 * o, 5 * label + 25])
);
const COMPARED = {
  tgtSpikeRegion: { start: 50, stop: 250 },
  probSlidingWin: 30,
};

/** Losses, with the oracle's; all but numSpikes, which is above. */
const LOSSES: [
  name: string,
  loss: Loss,
  oracleLoss: (out: Tensor, network: Network) => OracleLoss,
][] = [
  [
    "spikeTime of right and wrong classes",
    spikeTime({ times: TIMES }),
    (out, network) => {
      const desired = trainsOf(
        LABELS,
        (label, o) => label === o ? TIMES.true : TIMES.false,
      );
      return spikeTimeLoss(out, desired, network.response, 5);
    },
  ],
  [
    "spikeTime of a train an output",
    spikeTime({ trains: TRAINS }),
    (out, network) => {
      const desired = trainsOf(LABELS, (label, o) => TRAINS[label][o]);
      return spikeTimeLoss(out, desired, network.response, 5);
    },
  ],
  [
    "probSpikes",
    probSpikes({
      region: COMPARED.tgtSpikeRegion,
      window: COMPARED.probSlidingWin,
    }),
    (out) => probSpikesLoss(out, LABELS, COMPARED, 5),
  ],
];

for (const [name, loss, oracleLoss] of LOSSES) {
  for (const lean of [0.5, 0]) {
    const outputs = lean > 0 ? "spiking" : "quiet";
    gpuTest(
      `trace() agrees with the oracle on ${name}, ${outputs}`,
      async () => {
        const description = {
          input: { C: 2, H: 4, W: 5 },
          layers: [
            { conv: { out: 4, kernel: 3, weightScale: 10 } },
            { dense: 5 },
          ],
          ...{ neuron: NEURON, Ts: 5, random: 3 },
        };
        using model = await Model.create({ device: device(), ...description });
        const weights = await excite(model, lean);
        const counts = busyInput([2, 2, 4, 5, 60], 5);
        const found = await trace(model, eventsOf(counts, LABELS), {
          tSample: 300,
          loss,
        });
        const oracle = oracleOf(description, model.layers, weights, 60);
        const x = tensorOf(counts.shape, counts.data.map((count) => count / 5));
        agrees(found, oracle, x, (out) => oracleLoss(out, oracle), 2e-6);
        for (const [name, dw] of Object.entries(found.gradients)) {
          ok(dw.data.some((value) => value !== 0), name);
        }
      },
    );
  }
}

gpuTest("probSpikes wakes a silent convolution", async () => {
  const description = {
    input: { C: 2, H: 4, W: 5 },
    layers: [{ conv: { out: 5, kernel: [4, 5], weightScale: 0.01 } }],
    neuron: NEURON,
    Ts: 5,
    random: 3,
  } as const;
  using model = await Model.create({ device: device(), ...description });
  const counts = busyInput([2, 2, 4, 5, 59], 5);
  const found = await trace(model, eventsOf(counts, LABELS), {
    tSample: 295,
    loss: probSpikes({ region: COMPARED.tgtSpikeRegion, window: 30 }),
  });
  const weights = await model.weights();
  const oracle = oracleOf(description, model.layers, weights, 59);
  const x = tensorOf(counts.shape, counts.data.map((count) => count / 5));
  agrees(
    found,
    oracle,
    x,
    (out) => probSpikesLoss(out, LABELS, COMPARED, 5),
    2e-6,
  );
  ok(found.layers[0].spikes.data.every((spike) => spike === 0));
});
