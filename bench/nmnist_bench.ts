/**
 * Epochs of N-MNIST, with the networks and parameters of slayerPytorch's
 * examples: 300 bins of 1 ms, batches of 12, in file order.
 *
 * Behind `--` stands the folder of the recordings with slayerPytorch's two
 * lists, `train1K.txt` and `test100.txt`. An iteration is an epoch of training,
 * and goes on from the one before; the test behind it is not timed. An adapter
 * that computes on the CPU sees the first batch only.
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
const train = await openNmnist(folder, join(folder, "train1K.txt"));
const test = await openNmnist(folder, join(folder, "test100.txt"));
const options: BatchOptions = {
  ...{ batchSize: BATCH, bins: T, crop: "fixed", cache: new SampleCache() },
  binning: { method: "SlayerTD", Ts: 1 },
};
const results = new Map<string, { seconds: number; accuracy: number }>();

for (
  const [what, layers, epochs, lr] of [
    ["CNN", CNN, 20, 0.01],
    ["CNN, init live", CNN, 15, 0.003],
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
  const plan = {
    ...{ tSample: T, batch: BATCH },
    target: {
      region: { start: 0, stop: T },
      count: { true: 60, false: 10 },
    },
  };
  const trainer = await model.compile({ ...plan, train: true });
  const tester = await model.compile({ ...plan, train: false });
  if (what.endsWith("live")) {
    const first = train.labels.slice(0, 4 * BATCH).map((_, n) => n);
    await initLive(model, {
      stepper: trainer,
      batches: await Array.fromAsync(batches(train, first, options)),
    });
  }
  const result = { seconds: Infinity, accuracy: 0 };
  results.set(what, result);
  Deno.bench({
    name: `an epoch, ${what}`,
    n: software ? 1 : epochs - 1,
    warmup: software ? 0 : 1,
    async fn(b) {
      b.start();
      const { seconds } = await runEpoch(trainer, inOrder(train), {
        ...{ lr, layers: model.layers },
      });
      b.end();
      const { accuracy } = await runEpoch(tester, inOrder(test), {
        layers: model.layers,
      });
      result.seconds = Math.min(result.seconds, seconds);
      result.accuracy = Math.max(result.accuracy, accuracy);
    },
  });
}

addEventListener("unload", () => {
  for (const [what, { seconds, accuracy }] of results) {
    if (seconds === Infinity) continue;
    const right = (100 * accuracy).toFixed(0);
    console.log(`${what}: ${seconds.toFixed(3)} s, up to ${right} % right`);
  }
  const ours = results.get("CNN")!.seconds;
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
