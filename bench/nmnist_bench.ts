/**
 * Epochs of N-MNIST, with the networks and parameters of slayerPytorch's
 * examples: 300 bins of 1 ms, batches of 12, in file order.
 *
 * Behind `--` stands the folder of the recordings with slayerPytorch's two
 * lists, `train1K.txt` and `test100.txt`. An iteration is an epoch of training,
 * and goes on from the one before; the test behind it is not timed. On an
 * adapter that computes on the CPU it is one batch.
 *
 * @module
 */

import { join } from "node:path";
import { batches, type BatchOptions, SampleCache } from "../dataset/batches.ts";
import { openNmnist } from "../dataset/nmnist.ts";
import type { SampleSource } from "../dataset/samples.ts";
import { openDevice } from "../engine/device.ts";
import { runEpoch } from "../engine/epoch.ts";
import { initLive } from "../engine/live_init.ts";
import { Model } from "../engine/model.ts";
import type { LayerDescription } from "../engine/network.ts";
import { NMNIST_EPOCH, PEER_ADAPTER } from "./peers.ts";

const [folder] = Deno.args;
if (folder === undefined) {
  console.error(
    "error: Name the folder of N-MNIST behind --: " +
      "deno bench -A bench/nmnist_bench.ts -- nmnist",
  );
  Deno.exit(2);
}

const BATCH = 12;
const T = 300;

const CNN: readonly LayerDescription[] = [
  { conv: { out: 16, kernel: 5, padding: 1 } },
  { pool: 2 },
  { conv: { out: 32, kernel: 3, padding: 1 } },
  { pool: 2 },
  { conv: { out: 64, kernel: 3, padding: 1 } },
  { dense: 10 },
];
const MLP: readonly LayerDescription[] = [{ dense: 512 }, { dense: 10 }];

const device = await openDevice();
const { name, software } = device.adapter;
const [train, test] = await Promise.all(
  ["train1K.txt", "test100.txt"].map((list) =>
    openNmnist(folder, join(folder, list))
  ),
).catch(({ message }) => {
  console.error(`error: ${message}`);
  Deno.exit(2);
});
const options: BatchOptions = {
  ...{ batchSize: BATCH, bins: T, crop: "fixed", cache: new SampleCache() },
  binning: { method: "SlayerTD", Ts: 1 },
};

/** What epochs came to, in their order. */
interface Result {
  readonly what: string;
  readonly seconds: number[];
  readonly losses: number[];
  readonly accuracies: number[];
}

const results: Result[] = [];

for (
  const [what, layers, epochs, lr] of [
    ["CNN", CNN, 20, 0.01],
    ["CNN, init live", CNN, 15, 0.003],
    ["CNN, init live, ProbSpikes", CNN, 15, 0.001],
    ["MLP", MLP, 100, 0.01],
  ] as const
) {
  const model = await Model.create(device, {
    input: { C: 2, H: 34, W: 34 },
    neuron: {
      ...{ theta: 10, tauSr: 10, tauRef: 1, scaleRef: 2 },
      ...{ tauRho: 1, scaleRho: 1 },
    },
    ...{ Ts: 1, layers, random: 0 },
  });
  const region = { start: 0, stop: T };
  const plan = {
    ...{ tSample: T, batch: BATCH },
    target: what.endsWith("ProbSpikes")
      ? { region, window: 20 }
      : { region, count: { true: 60, false: 10 } },
  };
  const trainer = await model.compile({ ...plan, train: true });
  const tester = await model.compile({ ...plan, train: false });
  if (what.includes("live")) {
    const first = train.labels.slice(0, 4 * BATCH).map((_, n) => n);
    await initLive(model, {
      stepper: trainer,
      batches: await Array.fromAsync(batches(train, first, options)),
    });
  }
  const result: Result = { what, seconds: [], losses: [], accuracies: [] };
  results.push(result);
  Deno.bench({
    name: `${software ? "a batch" : "an epoch"}, ${what}`,
    n: software ? 1 : epochs,
    warmup: 0,
    async fn(b) {
      b.start();
      const { seconds, loss } = await runEpoch(trainer, inOrder(train), {
        ...{ lr, layers: model.layers },
      });
      b.end();
      const { accuracy } = await runEpoch(tester, inOrder(test), {
        layers: model.layers,
      });
      // Benchmarks go round more often than they are told to.
      if (result.seconds.length === epochs) return;
      result.seconds.push(seconds);
      result.losses.push(loss);
      result.accuracies.push(accuracy);
    },
  });
}

addEventListener("unload", () => {
  for (const { what, seconds, losses, accuracies } of results) {
    if (seconds.length === 0) continue;
    const right = accuracies.map((accuracy) => (100 * accuracy).toFixed(0));
    console.log(
      `${what}: ${Math.min(...seconds).toFixed(3)} s; training loss ` +
        `${losses.slice(0, 3).map((loss) => loss.toFixed(2)).join(", ")} …; ` +
        `${right.join(", ")} % right`,
    );
  }
  const ours = Math.min(...results[0].seconds);
  if (PEER_ADAPTER.test(name) && ours < Infinity) {
    const faster = (NMNIST_EPOCH / ours).toFixed(1);
    console.log(`CNN, faster than slayerPytorch: ${faster}×`);
  }
});

/** The samples of a list, in its order. */
function inOrder(source: SampleSource) {
  const all = source.labels.map((_, n) => n);
  return batches(source, software ? all.slice(0, BATCH) : all, options);
}
