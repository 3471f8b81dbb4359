/**
 * Times every kernel separately, at the sizes of the SL-Animals networks.
 *
 * A batch is one sample on a software adapter, eight on a GPU. An iteration
 * repeats a kernel until it lasts well over the 11 ms tick at which promises of
 * the queue resolve. At the end the time of a single run is printed.
 *
 * A training step before each kernel fills the buffers with realistic spikes,
 * drives and gradients. Neurons compute in place: from the second run on, their
 * input is the potentials of the previous run, which takes the same time.
 *
 * @module
 */

import assert from "node:assert/strict";
import { openDevice } from "../engine/device/device.ts";
import { numSpikes } from "../engine/losses/num_spikes.ts";
import { Compiler, type Dispatch, record } from "../engine/device/compiler.ts";
import { groupsFor } from "../engine/device/launch.ts";
import { Model } from "../engine/model.ts";
import { MICRO_BATCH_WORDS } from "../engine/plan/steps/step_words.ts";
import { RULES } from "../kernels/shared/optimizer_rules.ts";
import { updateStep } from "../kernels/update/optimizer_step.ts";
import { NETWORKS, randomBatch, SL_ANIMALS } from "./setup/random_batch.ts";

/** Number of weights of the convolutional network. */
const WEIGHTS = 415_100;

/** Minimum duration of an iteration in ms. */
const ITERATION = 100;

const device = await openDevice();
const samples = device.adapter.software ? 1 : 8;
const compiler = new Compiler(device);
const model = await Model.create({
  device,
  ...SL_ANIMALS,
  coding: { mode: "SUM_NORM", height: 1 },
  layers: NETWORKS.CNN,
  clip: 1,
  random: 0,
});
const stepper = await model.compile({
  tSample: 1500,
  batch: samples,
  loss: numSpikes({ region: { start: 0, stop: 1500 }, true: 180, false: 30 }),
  train: true,
});
const batch = randomBatch(model, { samples, bins: 300, density: 0.006 });

const dispatches = [
  ...stepper.binning,
  ...stepper.plan.forward,
  ...stepper.plan.backward,
  // Gradient clipping without its optimizer; all optimizers follow.
  ...stepper.updating.slice(0, -1),
  ...await Promise.all(RULES.map((_, rule) => updateOf(rule))),
];

const bestMs = new Map<string, number>();
addEventListener("unload", () => {
  for (const [kernel, ms] of bestMs) {
    console.log(`${kernel}: ${ms.toFixed(3)} ms a run`);
  }
});

let latest: Dispatch | undefined;
let times = 1;
for (const dispatch of dispatches) {
  const { name, layer = "" } = dispatch;
  const kernel = `${layer} ${name}`.trim();
  Deno.bench({
    name: kernel,
    group: name,
    n: 5,
    warmup: 1,
    async fn(bench) {
      // Only the warm-up iteration runs the step and counts runs.
      if (latest !== dispatch) {
        await step();
        times = await countRuns(dispatch);
        latest = dispatch;
      }
      bench.start();
      const ms = await time(dispatch, times) / times;
      bench.end();
      bestMs.set(kernel, Math.min(ms, bestMs.get(kernel) ?? Infinity));
    },
  });
}

/** Finds how many runs of a kernel make up an iteration. */
async function countRuns(dispatch: Dispatch): Promise<number> {
  await time(dispatch, 1);
  // The difference cancels the latency of the queue.
  const once = (await time(dispatch, 11) - await time(dispatch, 1)) / 10;
  return Math.ceil(ITERATION / Math.max(once, 0.01));
}

/** Runs a training step, which fills all buffers. */
async function step(): Promise<void> {
  // Repeated runs of the binning kernel count the same events again, which sets
  // the overflow flag.
  const encoder = device.gpu.createCommandEncoder();
  encoder.clearBuffer(stepper.plan.buffers.records.overflow);
  device.gpu.queue.submit([encoder.finish()]);
  await stepper.train(batch, 0);
  const [{ losses }] = await stepper.drain();
  assert(losses.every(Number.isFinite));
}

/** Runs a kernel `times` times and waits for it; returns the time in ms. */
async function time(dispatch: Dispatch, times: number): Promise<number> {
  const start = performance.now();
  const encoder = device.gpu.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (let i = 0; i < times; i++) record(pass, [dispatch], samples);
  pass.end();
  device.gpu.queue.submit([encoder.finish()]);
  await device.gpu.queue.onSubmittedWorkDone();
  return performance.now() - start;
}

function updateOf(rule: number): Promise<Dispatch> {
  const { UNIFORM } = GPUBufferUsage;
  const update = device.createBuffer("update", MICRO_BATCH_WORDS, UNIFORM);
  const clip = device.createBuffer("clip", 1);
  const bound = (label: string) => ({
    buffer: device.createBuffer(label, WEIGHTS),
  });
  return compiler.compile(
    {
      kernel: updateStep,
      constants: { size: WEIGHTS, rule },
      grid: [groupsFor(WEIGHTS, updateStep.workgroup), 1, 1],
    },
    {
      batch: { buffer: update },
      clip: { buffer: clip },
      dw: bound("dw"),
      weights: bound("weights"),
      m: bound("m"),
      v: bound("v"),
      vMax: bound("vMax"),
    },
  );
}
