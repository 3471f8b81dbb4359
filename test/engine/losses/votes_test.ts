import { deepStrictEqual, ok, rejects, throws } from "node:assert/strict";
import { describeLayers } from "../../../engine/layers/describe_layers.ts";
import type { Loss } from "../../../engine/losses/loss.ts";
import { numSpikes } from "../../../engine/losses/num_spikes.ts";
import { probSpikes } from "../../../engine/losses/prob_spikes.ts";
import { spikeTime } from "../../../engine/losses/spike_time.ts";
import { Model, type ModelDescription } from "../../../engine/model.ts";
import { outputSpikes } from "../../../engine/network/layer_trace.ts";
import { stream } from "../../../engine/stream/stream.ts";
import { predict, trace } from "../../../engine/trace.ts";
import { evaluate } from "../../../engine/training/evaluate.ts";
import { runningDecisions } from "../../../engine/training/running_decisions.ts";
import { close } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import {
  type Loss as OracleLoss,
  lossOfVotes,
  numSpikesLoss,
  predict as predictClass,
  probSpikesLoss,
  spikeTimeLoss,
  votesOf,
} from "../../oracle/loss.ts";
import { backward, forwardGiven, type Network } from "../../oracle/network.ts";
import { type Tensor, tensorOf, zeros } from "../../oracle/tensor.ts";
import { busyInput, eventsOf, excite, NEURON, oracleOf } from "../networks.ts";
import { agree, runStream, runWhole } from "../stream/stream_runs.ts";
import { sum, tensor } from "../trace/trace_agreement.ts";

const T = 60;
const LABELS = [1, 4];
const REGION = { start: 50, stop: 250 };

/** Delay of the votes in ms. */
const DELAY = 15;

/** Fifteen neurons, of which three vote for each of five outputs. */
const DESCRIPTION = {
  input: { C: 2, H: 4, W: 5 },
  layers: [
    { conv: { out: 4, kernel: 3, weightScale: 10 } },
    { dense: 15, delay: DELAY },
    { average: 5 },
  ],
  neuron: NEURON,
  Ts: 5,
  random: 3,
} satisfies ModelDescription;

const COUNT = {
  tgtSpikeRegion: REGION,
  tgtSpikeCount: { true: 12, false: 2 },
};

/** Losses, with the oracle's of the means of three neurons. */
const LOSSES: Record<
  string,
  [Loss, (votes: Tensor, network: Network) => OracleLoss]
> = {
  numSpikes: [
    numSpikes({ region: REGION, true: 12, false: 2 }),
    (votes, { response }) => numSpikesLoss(votes, LABELS, COUNT, response, 5),
  ],
  spikeTime: [
    spikeTime({ times: { true: [10, 160], false: [] } }),
    (votes, { response }) => {
      const desired = zeros(votes.shape);
      LABELS.forEach((label, n) => {
        for (const time of [10, 160]) {
          desired.data[(n * 5 + label) * T + time / 5] = 1 / 5;
        }
      });
      return spikeTimeLoss(votes, desired, response, 5);
    },
  ],
  probSpikes: [
    probSpikes({ region: REGION, window: 30 }),
    (votes) =>
      probSpikesLoss(
        votes,
        LABELS,
        { tgtSpikeRegion: REGION, probSlidingWin: 30 },
        5,
      ),
  ],
};

for (const [name, [loss, oracleLoss]] of Object.entries(LOSSES)) {
  for (const lean of [0.5, 0]) {
    gpuTest(
      `trace() agrees with the oracle on ${name} of votes, lean ${lean}`,
      async () => {
        using model = await Model.create({ device: device(), ...DESCRIPTION });
        const weights = await excite(model, lean);
        const counts = busyInput([2, 2, 4, 5, T], 5);
        const found = await trace(model, eventsOf(counts, LABELS), {
          tSample: 5 * T,
          loss,
        });
        const delays = tensorOf([15, 1, 1], Array(15).fill(DELAY));
        const network = {
          ...oracleOf(DESCRIPTION, model.layers, weights, T),
          axons: [undefined, { delays, Ts: 5 }],
        };
        const x = tensorOf(counts.shape, counts.data.map((count) => count / 5));
        const given = found.layers.map(({ spikes }) => tensor(spikes));
        const activities = forwardGiven(network, x, given);
        const out = tensor(outputSpikes(found.layers));
        const votes = votesOf(out, 3);
        deepStrictEqual([...found.predictions], predictClass(out, 3));
        const expected = lossOfVotes(
          out,
          3,
          () => oracleLoss(votes, network),
        );
        close(sum(found.losses), tensorOf([1], [expected.loss]));
        const gradients = backward(network, x, activities, expected);
        Object.values(found.gradients).forEach((dw, l) => {
          ok(dw.data.some((value) => value !== 0));
          close(tensor(dw), gradients[l]!, 2e-6);
        });
      },
    );
  }
}

gpuTest("votes are the same at once, in a stream and bin by bin", async () => {
  using model = await Model.create({ device: device(), ...DESCRIPTION });
  await excite(model, 0.3);
  const x = busyInput([1, 2, 4, 5, T], 8);
  const whole = await runWhole(model, x);
  const { data } = outputSpikes(whole.layers);
  const means = Array.from(
    { length: 5 },
    (_, o) =>
      data.subarray(o * 3 * T, (o + 1) * 3 * T).filter((spike) => spike > 0)
        .length / 3,
  );
  deepStrictEqual(whole.scores, means);
  ok(means.some((mean) => !Number.isInteger(mean)));
  using running = await stream(model, { keep: true });
  agree(await runStream(running, x, [7, 16, 1]), whole);
  const batch = eventsOf(x, [2]);
  const samples = {
    size: 1,
    async *batches() {
      yield await Promise.resolve(batch);
    },
  };
  const options = { batch: 1, tSample: 5 * T };
  const [{ decisions }] = await Array.fromAsync(
    runningDecisions(model, samples, options),
  );
  const { predictions } = await evaluate(model, samples, {
    ...options,
    loss: numSpikes({ true: 5, false: 1 }),
  });
  deepStrictEqual([decisions[T - 1], predictions[0]], [
    whole.label,
    whole.label,
  ]);
});

gpuTest("voters learn to tell classes", async () => {
  using model = await Model.create({
    device: device(),
    ...DESCRIPTION,
    neuron: { ...NEURON, scaleRef: 2 },
    random: 2,
  });
  const counts = busyInput([5, 2, 4, 5, T], 1);
  // Each sample is of a class of its own, in a column of pixels of its own.
  counts.data.forEach((_, i) => {
    const column = Math.floor(i / T) % 5;
    if (column !== Math.floor(i / T / 40)) counts.data[i] = 0;
  });
  const batch = eventsOf(counts, [3, 0, 4, 1, 2]);
  using trainer = await model.compile({
    tSample: 5 * T,
    batch: 5,
    loss: numSpikes({ true: 12, false: 2 }),
    train: true,
  });
  for (let epoch = 0; epoch < 60; epoch++) await trainer.train(batch, 0.1);
  const records = await trainer.drain();
  const lossOf = ({ losses }: typeof records[number]) =>
    losses.reduce((a, b) => a + b);
  ok(lossOf(records.at(-1)!) < 0.5 * lossOf(records[0]));
  deepStrictEqual([...records.at(-1)!.predictions], [3, 0, 4, 1, 2]);
  const found = await predict(model, batch, { tSample: 5 * T });
  deepStrictEqual(found.map(({ label }) => label), [3, 0, 4, 1, 2]);
});

Deno.test("votes end a network, of equal groups of a dense layer", () => {
  const input = { C: 2, H: 4, W: 4 };
  const cases: [layers: object[], problem: string][] = [
    [
      [{ dense: 10 }, { average: 3 }],
      'Cannot build {"average":3}: 10 neurons below cannot be divided into 3 ' +
      "groups",
    ],
    [
      [{ dense: 10 }, { average: 5 }, { dense: 3 }],
      'Cannot build layer 2: {"dense":3} follows average, which ends a network',
    ],
    [
      [{ dense: 10 }, { average: 5 }, { average: 1 }],
      'Cannot build {"average":1}: votes are of the neurons of a dense layer',
    ],
    [
      [{ conv: { out: 4, kernel: 4 } }, { average: 2 }],
      'Cannot build {"average":2}: votes are of the neurons of a dense layer',
    ],
    [
      [{ average: 2 }],
      'Cannot build {"average":2}: votes are of the neurons of a dense layer',
    ],
    [
      [{ dense: 10 }, { average: 5, delay: 1 }],
      'Cannot build {"average":5,"delay":1}: average stands alone',
    ],
    [
      [{ dense: 10 }, { average: 0 }],
      'Cannot build layer "average1": 0 is not an integer of at least 1',
    ],
  ];
  for (const [layers, message] of cases) {
    const described = layers as unknown as typeof DESCRIPTION.layers;
    throws(() => describeLayers(input, described), {
      name: "ShapeError",
      message,
    });
  }
});

gpuTest("a loss whose kernels average no voters is refused", async () => {
  using model = await Model.create({ device: device(), ...DESCRIPTION });
  const { settle, name } = numSpikes({ true: 5, false: 1 });
  await rejects(
    model.compile({
      tSample: 100,
      batch: 1,
      train: false,
      loss: { name, settle },
    }),
    {
      name: "ShapeError",
      message: 'Cannot compute loss "numSpikes" of votes: its kernels do not ' +
        "average the 3 neurons of an output",
    },
  );
});
