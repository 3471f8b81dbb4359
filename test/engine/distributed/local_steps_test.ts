import {
  deepStrictEqual,
  notDeepStrictEqual,
  rejects,
} from "node:assert/strict";
import { Ranks } from "../../../engine/distributed/ranks.ts";
import type { NamedArray } from "../../../engine/network/weights.ts";
import type { Samples } from "../../../engine/training/samples.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { memoryRanks } from "./memory_exchange.ts";
import { SLAYER, train, type TrainingCase, UNITS } from "./training_cases.ts";

/** Trains on ranks that average their weights every few updates. */
async function trainApart(
  network: TrainingCase,
  { count, localSteps }: { count: number; localSteps: number },
) {
  const runs = memoryRanks(count).map((ranks) =>
    train(network, { division: { parts: count, ranks, localSteps } })
  );
  const [first, ...others] = await Promise.all(runs);
  for (const other of others) deepStrictEqual(other, first);
  return first;
}

/** The samples of each batch that one of two ranks has. */
function halfOf({ size, batches }: Samples, rank: number): Samples {
  return {
    size,
    async *batches(request) {
      for await (const { samples, labels } of batches(request)) {
        const middle = Math.ceil(labels.length / 2);
        const [start, end] = rank === 0 ? [0, middle] : [middle, labels.length];
        yield {
          samples: samples.slice(start, end),
          labels: labels.slice(start, end),
        };
      }
    },
  };
}

const meanOf = (
  one: Readonly<Record<string, NamedArray>>,
  other: Readonly<Record<string, NamedArray>>,
) =>
  Object.fromEntries(
    Object.entries(one).map(([name, { shape, data }]) => [name, {
      shape,
      data: data.map((value, i) => (value + other[name].data[i]) / 2),
    }]),
  );

for (const [name, network] of Object.entries({ SLAYER, UNITS })) {
  const way = name === "SLAYER" ? "at once" : "layer by layer";
  const options = { ...network.options, accumulate: 1, batch: 4 };
  gpuTest(`ranks that train apart give the same again, ${way}`, async () => {
    const small = { ...network, options };
    const first = await trainApart(small, { count: 3, localSteps: 1 });
    const again = await trainApart(small, { count: 3, localSteps: 1 });
    deepStrictEqual(again, first);
    const rarely = await trainApart(small, { count: 3, localSteps: 2 });
    notDeepStrictEqual(rarely.state, first.state);
  });
}

gpuTest("weights of ranks that train apart are averaged", async () => {
  const options = { ...SLAYER.options, epochs: 1, shuffle: false };
  const network = { ...SLAYER, options };
  const averaged = await trainApart(network, { count: 2, localSteps: 9 });
  const [one, other] = await Promise.all([0, 1].map((rank) => {
    const samples = halfOf(network.samples, rank);
    return train({ ...network, samples }, {});
  }));
  deepStrictEqual(
    averaged.state.weights,
    meanOf(one.state.weights, other.state.weights),
  );
  deepStrictEqual(
    averaged.epochs[0].train.sums.right,
    one.epochs[0].train.sums.right + other.epochs[0].train.sums.right,
  );
});

gpuTest("one rank that trains apart trains as it does alone", async () => {
  const plain = await train(SLAYER, {});
  const division = { parts: 1, ranks: new Ranks(), localSteps: 2 };
  const { state, epochs } = await train(SLAYER, { division });
  deepStrictEqual(state, plain.state);
  deepStrictEqual(epochs[1].train.sums, plain.epochs[1].train.sums);
});

gpuTest("weights are not averaged after no updates", async () => {
  const division = { parts: 1, ranks: new Ranks(), localSteps: 0 };
  await rejects(train(SLAYER, { division }), {
    name: "RangeError",
    message: "Cannot average weights every 0 updates: not a positive integer",
  });
});
