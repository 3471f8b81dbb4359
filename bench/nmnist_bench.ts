/**
 * Times epochs of N-MNIST with the networks and parameters of slayerPytorch's
 * examples: 300 bins of 1 ms, batches of 12, in file order.
 *
 * The argument after `--` is the folder with the recordings and slayerPytorch's
 * two lists, `train1K.txt` and `test100.txt`. An iteration is a training epoch,
 * which continues the previous one; the test after each epoch is not timed. On
 * a software adapter an iteration is one batch.
 *
 * @module
 */

import { join } from "node:path";
import { batches, type BatchOptions, SampleCache } from "../dataset/batches.ts";
import { openNmnist } from "../dataset/formats/nmnist.ts";
import type { SampleSource } from "../dataset/sample_source.ts";
import { openDevice } from "../engine/device/device.ts";
import { type PassStatistics, runPass } from "../engine/training/pass.ts";
import { initLive } from "../engine/training/live_init.ts";
import { Model } from "../engine/model.ts";
import type { LayerDescription } from "../engine/layers/describe_layers.ts";
import type { Loss } from "../engine/losses/loss.ts";
import { numSpikes } from "../engine/losses/num_spikes.ts";
import { probSpikes } from "../engine/losses/prob_spikes.ts";
import { NMNIST_EPOCH, PEER_ADAPTER } from "./setup/peers.ts";

const [folder] = Deno.args;
if (folder === undefined) {
  console.error(
    "error: the folder of N-MNIST is missing; give it after --, as in " +
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
  ["train1K.txt", "test100.txt"].map((list) => openNmnist(join(folder, list))),
).catch(({ message }) => {
  console.error(`error: ${message}`);
  Deno.exit(2);
});
const options: BatchOptions = {
  batchSize: BATCH,
  bins: T,
  binning: { method: "SlayerTD", Ts: 1 },
  crop: "fixed",
  cache: new SampleCache(),
};

const counts = numSpikes({ true: 60, false: 10 });
const shares = probSpikes({ window: 20 });

/** Statistics of a training epoch and of the test after it. */
interface Epoch {
  readonly trained: PassStatistics;
  readonly tested: PassStatistics;
}

/** A network, and how it is trained. */
interface Training {
  readonly what: string;
  readonly layers: readonly LayerDescription[];
  readonly loss: Loss;
  readonly epochs: number;
  readonly lr: number;
  readonly live: boolean;
}

const TRAININGS: readonly Training[] = [
  {
    what: "CNN",
    layers: CNN,
    loss: counts,
    epochs: 20,
    lr: 0.01,
    live: false,
  },
  {
    what: "CNN, init live",
    layers: CNN,
    loss: counts,
    epochs: 15,
    lr: 0.003,
    live: true,
  },
  {
    what: "CNN, init live, ProbSpikes",
    layers: CNN,
    loss: shares,
    epochs: 15,
    lr: 0.001,
    live: true,
  },
  {
    what: "MLP",
    layers: MLP,
    loss: counts,
    epochs: 100,
    lr: 0.01,
    live: false,
  },
];

/** The epochs of each network, in training order. */
const results = new Map<string, Epoch[]>(
  TRAININGS.map(({ what }) => [what, []]),
);

/** Creates a network with its plans for training and test. */
async function prepare({ layers, loss, live }: Training) {
  const model = await Model.create({
    device,
    input: { C: 2, H: 34, W: 34 },
    neuron: {
      theta: 10,
      tauSr: 10,
      tauRef: 1,
      scaleRef: 2,
      tauRho: 1,
      scaleRho: 1,
    },
    Ts: 1,
    layers,
    random: 0,
  });
  const plan = { tSample: T, batch: BATCH, loss };
  const trainer = await model.compile({ ...plan, train: true });
  const tester = await model.compile({ ...plan, train: false });
  if (live) {
    const first = train.labels.slice(0, 4 * BATCH).map((_, n) => n);
    await initLive(model, {
      stepper: trainer,
      batches: await Array.fromAsync(batches(train, first, options)),
    });
  }
  return { model, trainer, tester };
}

for (const training of TRAININGS) {
  const { what, epochs, lr } = training;
  let prepared: ReturnType<typeof prepare> | undefined;
  Deno.bench({
    name: `${software ? "a batch" : "an epoch"}, ${what}`,
    n: software ? 1 : epochs,
    warmup: 0,
    async fn(b) {
      const { model, trainer, tester } = await (prepared ??= prepare(training));
      b.start();
      const trained = await runPass(trainer, inOrder(train), {
        lr,
        layers: model.layers,
      });
      b.end();
      const tested = await runPass(tester, inOrder(test), {
        layers: model.layers,
      });
      const done = results.get(what)!;
      // The benchmark runner may run more than `n` iterations.
      if (done.length < epochs) done.push({ trained, tested });
    },
  });
}

addEventListener("unload", () => {
  for (const [what, done] of results) {
    if (done.length === 0) continue;
    const losses = done.slice(0, 3).map(({ trained }) =>
      trained.loss.toFixed(2)
    );
    const right = done.map(({ tested }) => (100 * tested.accuracy).toFixed(0));
    const seconds = Math.min(...done.map(({ trained }) => trained.seconds));
    console.log(
      `${what}: ${seconds.toFixed(3)} s; training loss ` +
        `${losses.join(", ")} …; ${right.join(", ")} % right`,
    );
    if (what === "CNN" && PEER_ADAPTER.test(name)) {
      const faster = (NMNIST_EPOCH / seconds).toFixed(1);
      console.log(`CNN, faster than slayerPytorch: ${faster}×`);
    }
  }
});

/** Gathers samples in batches of 12, in list order. */
function inOrder(source: SampleSource) {
  const all = source.labels.map((_, n) => n);
  return batches(source, software ? all.slice(0, BATCH) : all, options);
}
