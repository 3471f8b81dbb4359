import {
  deepStrictEqual,
  notDeepStrictEqual,
  ok,
  rejects,
  strictEqual,
} from "node:assert/strict";
import { Ranks } from "../../../engine/distributed/ranks.ts";
import { crossEntropy } from "../../../engine/losses/readout.ts";
import type { Samples } from "../../../engine/training/samples.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { smallDevice } from "../device/small_device.ts";
import { memoryRanks } from "./memory_exchange.ts";
import { SLAYER, train, type TrainingCase, UNITS } from "./training_cases.ts";

for (const [name, network] of Object.entries({ SLAYER, UNITS })) {
  const way = name === "SLAYER" ? "at once" : "layer by layer";
  gpuTest(
    `any number of ranks trains a network that runs ${way} in equal bits`,
    async () => {
      const alone = await train(network, { division: { parts: 4 } });
      const [{ train: { loss, rates } }] = alone.epochs;
      ok(Number.isFinite(loss) && rates.every((rate) => rate > 0));
      for (const count of [2, 3, 4, 6]) {
        const ranks = memoryRanks(count);
        const all = await Promise.all(
          ranks.map((ranks) =>
            train(network, { division: { parts: 4, ranks } })
          ),
        );
        for (const one of all) deepStrictEqual(one, alone);
        ok(ranks[0].times.bytes > 0);
      }
    },
  );

  gpuTest(
    `parts keep their bits where memory cuts them, ${way}`,
    async () => {
      const small = smallDevice(network.small);
      const whole = await train(network, { division: { parts: 2 } });
      const found = await train(network, { division: { parts: 2 }, on: small });
      deepStrictEqual(found, whole);
    },
  );

  gpuTest(
    `parts change no more than the last bits, ${way}`,
    async () => {
      const plain = await train(network, {});
      const one = await train(network, { division: { parts: 1 } });
      deepStrictEqual(one.epochs[0].train.sums, plain.epochs[0].train.sums);
      const parts = await train(network, { division: { parts: 3 } });
      notDeepStrictEqual(parts.state, plain.state);
      strictEqual(
        parts.epochs[1].train.loss.toPrecision(3),
        plain.epochs[1].train.loss.toPrecision(3),
      );
    },
  );
}

gpuTest(
  "a rank reads what it computes, and what that is mixed with",
  async () => {
    const find = async (network: TrainingCase) => {
      const found = new Set<string>();
      const trained = memoryRanks(3).map((ranks) => {
        const { size, batches } = network.samples;
        const samples: Samples = {
          size,
          batches(request) {
            const use = request.random ? "training" : "evaluation";
            const { first, end } = request.reads!(8);
            found.add(`rank ${ranks.rank}, ${use}: ${first} to ${end}`);
            return batches(request);
          },
        };
        return train({ ...network, samples }, {
          division: { parts: 4, ranks },
        });
      });
      await Promise.all(trained);
      return [...found].sort();
    };
    const evaluated = [
      "rank 0, evaluation: 0 to 4",
      "rank 1, evaluation: 4 to 6",
      "rank 2, evaluation: 6 to 8",
    ];
    const trained = evaluated.map((line) =>
      line.replace("evaluation", "training")
    );
    deepStrictEqual(await find(SLAYER), [...evaluated, ...trained].sort());
    const mixed = [0, 1, 2].map((rank) => `rank ${rank}, training: 0 to 8`);
    deepStrictEqual(await find(UNITS), [...evaluated, ...mixed].sort());
  },
);

gpuTest("a part's gradient travels while the next is computed", async () => {
  const { end } = GPUComputePassEncoder.prototype;
  let passes = 0;
  GPUComputePassEncoder.prototype.end = function () {
    passes++;
    end.call(this);
  };
  const before: number[] = [];
  // The other of two ranks computes the same.
  const ranks = new Ranks({
    rank: 0,
    ranks: 2,
    async gather(own, [, other]) {
      const isGradient = own.length > 2000;
      if (isGradient) before.push(passes);
      const bytes = new Blob([own, own.subarray(0, other)]);
      const all = new Uint8Array(await bytes.arrayBuffer());
      if (isGradient) passes = 0;
      return all;
    },
  });
  try {
    const options = { ...SLAYER.options, epochs: 1 };
    await train({ ...SLAYER, options }, { division: { parts: 4, ranks } });
  } finally {
    GPUComputePassEncoder.prototype.end = end;
  }
  // Two parts of each of two batches; nothing is left to submit for a second
  // part once the first has come.
  strictEqual(before.length, 4);
  deepStrictEqual([before[1], before[3]], [0, 0]);
  ok(before[0] > 1 && before[2] > 1, before.join());
});

gpuTest(
  "a unit's gradient travels while those before it are computed",
  async () => {
    const sizes: number[] = [];
    // The other of two ranks computes the same.
    const ranks = new Ranks({
      rank: 0,
      ranks: 2,
      async gather(own, [, other]) {
        if (own.length > 1) sizes.push(own.length);
        const bytes = new Blob([own, own.subarray(0, other)]);
        return new Uint8Array(await bytes.arrayBuffer());
      },
    });
    const options = { ...UNITS.options, epochs: 1 };
    await train({ ...UNITS, options }, { division: { parts: 2, ranks } });
    // Of each of two batches the gradient of the dense layer, and then the sums of
    // the first layer, whose own gradient is computed from these.
    const follows = sizes.flatMap((size, n) =>
      size === 2048 ? sizes[n + 1] : []
    );
    deepStrictEqual(follows, [640, 480]);
  },
);

gpuTest("fit() ends with the error of an exchange that fails", async () => {
  const trained = memoryRanks(2, { failsAfter: 30 }).map((ranks) =>
    train(UNITS, { division: { parts: 2, ranks } })
  );
  const message = "Cannot reach a rank";
  await Promise.all(trained.map((one) => rejects(one, { message })));
});

gpuTest("fit() ends where the weights of ranks differ", async () => {
  const ranks = memoryRanks(2);
  const trained = ranks.map((ranks, rank) => {
    const description = { ...SLAYER.description, weightDecay: rank };
    const division = { parts: 2, ranks };
    return train({ ...SLAYER, description }, { division });
  });
  const message = "Cannot go on: weights after epoch 0 of rank 1 differ from " +
    "those of rank 0";
  await Promise.all(trained.map((one) => rejects(one, { message })));
});

gpuTest("a plan cannot cut batches into no parts", async () => {
  await rejects(train(SLAYER, { division: { parts: 0, ranks: new Ranks() } }), {
    name: "RangeError",
    message: "Cannot cut batches into 0 parts: it is not a positive integer",
  });
});

gpuTest("a plan cannot bound the firing rates of several ranks", async () => {
  const loss = crossEntropy({ sparsity: { maxRate: 0.1 } });
  const options = { ...UNITS.options, loss };
  const [ranks] = memoryRanks(2);
  await rejects(
    train({ ...UNITS, options }, { division: { parts: 2, ranks } }),
    {
      name: "ShapeError",
      message: "Cannot bound firing rates with sparsity: each of 2 ranks " +
        "knows those of its own samples alone",
    },
  );
});
