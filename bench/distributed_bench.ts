/**
 * Overhead of sharing a training step between machines: reads back the gradient
 * of the SL-Animals CNN (1.7 MB) and uploads one of the same size. From these
 * times and the step times, cost_model.ts predicts from which batch size on
 * another machine pays.
 *
 * With `-- --ranks` it also starts 1, 2 and 4 ranks on this machine with mpirun
 * and prints how their time divides; `-- --ranks --launcher "mpirun ..."` sets
 * another launcher.
 *
 * @module
 */

import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { openDevice } from "../engine/device/device.ts";
import { readBytes } from "../engine/device/readback.ts";
import { numSpikes } from "../engine/losses/num_spikes.ts";
import { Model } from "../engine/model.ts";
import { type Costs, leastBatch } from "./cost_model.ts";
import { NETWORKS, randomBatch, SL_ANIMALS } from "./setup/random_batch.ts";

/** Networks between machines: latency in ms, bandwidth in bytes/ms. */
const LINKS = {
  "1 Gbit/s": { latency: 0.05, network: 0.117e6 },
  "10 Gbit/s": { latency: 0.03, network: 1.17e6 },
  "100 Gbit/s": { latency: 0.005, network: 11.7e6 },
};

/** Launcher for Open MPI on a machine with few cores. */
const LAUNCHER = "mpirun --allow-run-as-root --oversubscribe --bind-to none";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    ranks: { type: "boolean", default: false },
    launcher: { type: "string", default: LAUNCHER },
  },
});

const device = await openDevice();
const { software, name } = device.adapter;
// The size of the gradient does not depend on the number of bins.
const bins = software ? 16 : 300;
const tSample = bins * SL_ANIMALS.Ts;
const model = await Model.create({
  device,
  ...SL_ANIMALS,
  layers: NETWORKS.CNN,
  random: 0,
});
const weights = Object.values(await model.weights());
const size = 4 * weights.reduce((sum, { data }) => sum + data.length, 0);
const gradient = device.createBuffer("gradient", size / 4);
const megabytes = `${(size / 1e6).toFixed(1)} MB`;
const sent = new Uint8Array(gradient.size).fill(1);
const read = async (buffer: GPUBuffer) =>
  new Uint8Array(await readBytes(device, buffer));

const upload = async () => {
  device.gpu.queue.writeBuffer(gradient, 0, sent);
  device.gpu.queue.submit([]);
  await device.gpu.queue.onSubmittedWorkDone();
};
await upload();
assert.deepEqual(await read(gradient), sent);

Deno.bench({
  name: `read-back of a gradient, ${megabytes}`,
  group: "moves",
  async fn() {
    await read(gradient);
  },
});
Deno.bench({
  name: `upload of a gradient, ${megabytes}`,
  group: "moves",
  fn: upload,
});

if (values.ranks) {
  await timeRanks();
  await predict();
}

/** Times steps of 1, 2 and 4 ranks. */
async function timeRanks(): Promise<void> {
  const samples = software ? 4 : 32;
  const row = (cells: readonly string[]) =>
    console.log(cells.map((cell) => cell.padStart(11)).join(""));
  console.log(`Steps of ${samples} samples, T ${bins}, on ${name}, ms`);
  row(["ranks", "step", "computing", "upload", "MPI", "waiting", "MB sent"]);
  const [command, ...options] = values.launcher.split(" ");
  for (const ranks of [1, 2, 4]) {
    const sizes = [samples, bins].map(String);
    const { success, stdout, stderr } = await new Deno.Command(command, {
      args: [
        ...[...options, "-n", String(ranks), Deno.execPath(), "run"],
        ...["--allow-all", "bench/setup/rank_step.ts", ...sizes],
      ],
      env: { OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1", NO_COLOR: "1" },
    }).output();
    const decoder = new TextDecoder();
    assert(success, decoder.decode(stderr));
    const { step, bytes, ...times } = JSON.parse(decoder.decode(stdout));
    // A single rank exchanges nothing, so its whole step is computation.
    const { computing = step, ...others } = ranks > 1 ? times : {};
    row([
      String(ranks),
      ...[step, computing, others.upload, others.exchange, others.waiting]
        .map((ms = 0) => ms.toFixed(2)),
      (bytes / 1e6).toFixed(2),
    ]);
  }
}

/** Prints from which batch size on another machine pays, by the cost model. */
async function predict(): Promise<void> {
  const [few, many] = software ? [1, 4] : [8, 64];
  const [short, long] = [await stepOf(few), await stepOf(many)];
  const sample = (long - short) / (many - few);
  const small = device.createBuffer("small", 1);
  const tick = await medianOf(() => read(small));
  const reading = await medianOf(() => read(gradient));
  const waiting = await medianOf(async () => {
    device.gpu.queue.submit([]);
    await device.gpu.queue.onSubmittedWorkDone();
  });
  const uploading = await medianOf(upload);
  const costs: Omit<Costs, "latency" | "network" | "readBacks"> = {
    submit: Math.max(0, short - few * sample),
    sample,
    tick,
    gradient: size,
    readBack: size / Math.max(0.1, reading - tick),
    upload: size / Math.max(0.1, uploading - waiting),
  };
  console.log(
    `On ${name}: ${costs.submit.toFixed(2)} ms a step and ` +
      `${sample.toFixed(3)} ms a sample, tick ${
        tick.toFixed(1)
      } ms, read-back ` +
      `${(costs.readBack / 1e6).toFixed(2)} and upload ` +
      `${(costs.upload / 1e6).toFixed(2)} GB/s`,
  );
  for (const [link, speed] of Object.entries(LINKS)) {
    const [second, sixteenth] = [2, 16].map((ranks) =>
      leastBatch({ ...costs, ...speed, readBacks: 1 }, ranks) ?? "no batch"
    );
    console.log(
      `${link}: a second machine pays from batches of ${second} on, a ` +
        `sixteenth from ${sixteenth}`,
    );
  }
}

/** Mean time of a training step with this many samples, in ms. */
async function stepOf(samples: number): Promise<number> {
  using stepper = await model.prepare({
    tSample,
    batch: samples,
    loss: numSpikes({
      region: { start: 0, stop: tSample },
      true: 180,
      false: 30,
    }),
    train: true,
  });
  const batch = randomBatch(model, { samples, bins, density: 0.006 });
  const [warmUp, steps] = software ? [1, 2] : [50, 200];
  for (let step = 0; step < warmUp; step++) await stepper.train(batch, 0);
  await stepper.drain();
  const start = performance.now();
  for (let step = 0; step < steps; step++) await stepper.train(batch, 0);
  await stepper.drain();
  return (performance.now() - start) / steps;
}

/** Median time of a transfer between host and device, in ms. */
async function medianOf(move: () => Promise<unknown>): Promise<number> {
  const times = [];
  for (let i = 0; i < 21; i++) {
    const start = performance.now();
    await move();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[10];
}
