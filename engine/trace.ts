/**
 * Traces: predictions, spikes, potentials and gradients of a few samples, read
 * back from the device.
 *
 * @module
 */

import { floatsToUser, spikesToUser } from "./network/activity_order.ts";
import { record } from "./device/compiler.ts";
import {
  type LayerTrace,
  outputSpikes,
  zerosOf,
} from "./network/layer_trace.ts";
import { layoutOf } from "./network/layout.ts";
import { traceUnits } from "./layerwise/trace_units.ts";
import type { Model } from "./model.ts";
import { probSpikes } from "./losses/prob_spikes.ts";
import { crossEntropy } from "./losses/readout.ts";
import type { PlanOptions } from "./plan/sizes.ts";
import type { StepRunner } from "./plan/steps/step_runner.ts";
import type { MicroBatch, Stepper } from "./plan/stepper.ts";
import { readBytes } from "./device/readback.ts";
import type { EventBatch } from "./network/event_batch.ts";
import type { NamedArray } from "./network/weights.ts";

/** Spikes, potentials, losses and gradients of a batch. */
export interface Trace {
  /** Spikes and potentials of each layer with neurons, first to last. */
  readonly layers: readonly LayerTrace[];
  /**
   * Drive of a readout without neurons, `[N, C, 1, 1, T]`; loss and prediction
   * are computed from its mean over time.
   */
  readonly outputs?: NamedArray;
  /** Predicted class of each sample. */
  readonly predictions: Uint32Array;
  /** Loss of each sample. */
  readonly losses: Float32Array;
  /**
   * Gradient of each weight, summed over the batch; averaged over the batch
   * where the network is computed layer by layer.
   */
  readonly gradients: Readonly<Record<string, NamedArray>>;
}

/**
 * Runs a network forward and backward, without an update, and reads back its
 * spikes, potentials and gradients. A network that is computed layer by layer
 * runs in evaluation mode, with running statistics and without dropout.
 *
 * @param model The network.
 * @param batch Packed events of a few samples, binned as in
 * {@linkcode Model.eventBinning}.
 * @param options Length of a sample in ms, and the loss.
 * @returns Spikes and potentials of each layer, loss and gradients.
 * @throws {ShapeError} If the batch is malformed or too long for the device.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 * @throws {TypeError} If an accumulated gradient awaits its update.
 *
 * @example
 * ```ts
 * import { openDevice } from "./device/device.ts";
 * import { numSpikes } from "./losses/num_spikes.ts";
 * import { Model } from "./model.ts";
 * import { trace } from "./trace.ts";
 * using device = await openDevice();
 * using model = await Model.create({ device,
 *   input: { C: 2, H: 4, W: 4 },
 *   layers: [{ dense: 3 }],
 *   neuron: { scaleRef: 20 },
 *   Ts: 5,
 *   random: 0,
 * });
 * // One event in bin 2, at row 1, column 3, channel 0 of 2.
 * const event = (2 << 5) | ((1 * 4 + 3) * 2);
 * const { layers } = await trace(model, {
 *   samples: [Uint32Array.of(event)],
 *   labels: Uint32Array.of(0),
 * }, {
 *   tSample: 100,
 *   loss: numSpikes({ true: 5, false: 1 }),
 * });
 * if (layers[0].potentials.shape.join() !== "1,3,1,1,20") throw new Error();
 * ```
 */
export async function trace(
  model: Model,
  batch: EventBatch,
  options: Pick<PlanOptions, "tSample" | "loss">,
): Promise<Trace> {
  const plan = {
    ...options,
    batch: batch.labels.length,
    train: true,
    keep: true,
  };
  if (model.isLayerwise) {
    using stepper = await model.compileUnits(plan);
    requireNoGradient(stepper);
    await stepper.differentiate(batch);
    const found = await traceUnits(model.device, stepper.plan, plan.batch);
    return {
      ...await outcomeOf(stepper),
      ...found,
      ...await gradientsOf(model),
    };
  }
  using stepper = await model.compile(plan);
  requireNoGradient(stepper);
  const { backward } = stepper.plan;
  const found = await runForward(
    model,
    stepper,
    batch,
    ({ encoder, samples }) => {
      // Copied above, since the backward pass overwrites potentials.
      const pass = encoder.beginComputePass();
      record(pass, backward, samples);
      pass.end();
    },
  );
  return { ...found, ...await gradientsOf(model) };
}

function requireNoGradient({ pending }: { readonly pending: boolean }): void {
  if (pending) {
    throw new TypeError(
      "Cannot trace: a gradient was accumulated that no update has used",
    );
  }
}

async function gradientsOf(model: Model): Promise<Pick<Trace, "gradients">> {
  return { gradients: await model.gradients() };
}

/** Predicted class, spikes and potentials of a sample. */
export interface Prediction {
  /**
   * The predicted class, which has the largest score; the first of equal ones.
   */
  readonly label: number;
  /**
   * Score of each output: its spike count or, for a readout without neurons,
   * the mean over time of its drive.
   */
  readonly scores: readonly number[];
  /** Spikes and potentials of each layer with neurons, `[1, C, H, W, T]`. */
  readonly layers: readonly LayerTrace[];
  /** Drive of a readout without neurons, `[1, C, 1, 1, T]`. */
  readonly outputs?: NamedArray;
}

/**
 * Runs samples forward through a network and reads back spikes and potentials.
 *
 * @param model The network.
 * @param batch Packed events of a few samples, binned as in
 * {@linkcode Model.eventBinning}; their labels are ignored.
 * @param options Length of a sample in ms.
 * @returns The predicted class, spikes and potentials, sample by sample.
 * @throws {ShapeError} If the batch is malformed or too long for the device.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 *
 * @example
 * ```ts
 * import { Model } from "./model.ts";
 * import { packSpikes } from "./network/pack_spikes.ts";
 * import { predict } from "./trace.ts";
 * using network = await Model.create({
 *   input: { C: 1, H: 2, W: 2 },
 *   layers: [{ dense: 3 }],
 *   Ts: 5,
 *   random: 0,
 * });
 * const silence = { shape: [1, 1, 2, 2, 20], data: new Float32Array(80) };
 * const tSample = 100;
 * const batch = packSpikes(silence, [0], network.eventBinning({ tSample }));
 * const [{ scores }] = await predict(network, batch, { tSample });
 * if (scores.join() !== "0,0,0") throw new Error("expected no spikes");
 * ```
 */
export async function predict(
  model: Model,
  batch: EventBatch,
  { tSample }: Pick<PlanOptions, "tSample">,
): Promise<Prediction[]> {
  const plan = {
    tSample,
    batch: batch.labels.length,
    train: false,
    keep: true,
  };
  const { layers, outputs, predictions } = model.isLayerwise
    ? await predictUnits(model, batch, plan)
    : await predictSpikes(model, batch, plan);
  const { voters = 1 } = model.layers[model.layers.length - 1];
  return Array.from(predictions, (label, n) => {
    const own = layers.map(({ name, spikes, arrived, potentials }) => ({
      name,
      spikes: sampleOf(spikes, n),
      ...arrived && { arrived: sampleOf(arrived, n) },
      potentials: sampleOf(potentials, n),
    }));
    const drive = outputs && sampleOf(outputs, n);
    const scores = drive ? meansOf(drive) : countsOf(own, voters);
    return { label, scores, layers: own, outputs: drive };
  });
}

// Predictions do not depend on the loss: any loss for this kind of network
// works.

async function predictSpikes(
  model: Model,
  batch: EventBatch,
  plan: Omit<PlanOptions, "loss">,
): Promise<Omit<Trace, "gradients">> {
  const loss = probSpikes({ window: model.description.Ts });
  using stepper = await model.compile({ ...plan, loss });
  return await runForward(model, stepper, batch);
}

async function predictUnits(
  model: Model,
  batch: EventBatch,
  plan: Omit<PlanOptions, "loss">,
): Promise<Omit<Trace, "gradients">> {
  using stepper = await model.compileUnits({ ...plan, loss: crossEntropy() });
  await stepper.evaluate(batch);
  const found = await traceUnits(model.device, stepper.plan, plan.batch);
  return { ...await outcomeOf(stepper), ...found };
}

/** Mean over time of the drive of each output. */
function meansOf({ shape, data }: NamedArray): number[] {
  const T = shape[shape.length - 1];
  return Array.from(
    { length: data.length / T },
    (_, output) =>
      data.subarray(output * T, (output + 1) * T)
        .reduce((sum, value) => sum + value, 0) / T,
  );
}

/** Spike count of each output, the mean of the neurons that vote for it. */
function countsOf(layers: readonly LayerTrace[], voters: number): number[] {
  const { shape, data } = outputSpikes(layers);
  const size = voters * shape[shape.length - 1];
  return Array.from(
    { length: data.length / size },
    (_, output) =>
      data.subarray(output * size, (output + 1) * size)
        .reduce((sum, spike) => sum + Number(spike !== 0), 0) / voters,
  );
}

/** Waits for the submitted step and returns its record. */
async function outcomeOf(
  stepper: StepRunner,
): Promise<Pick<Trace, "predictions" | "losses">> {
  const [{ predictions, losses }] = await stepper.drain();
  return { predictions, losses };
}

/** Extracts one sample from an array of several. */
function sampleOf({ shape, data }: NamedArray, n: number): NamedArray {
  const [N, ...axes] = shape;
  const size = data.length / N;
  return { shape: [1, ...axes], data: data.slice(n * size, (n + 1) * size) };
}

/** Runs a plan forward and reads back its kept potentials and its spikes. */
async function runForward(
  model: Model,
  stepper: Stepper,
  batch: EventBatch,
  then: (microBatch: MicroBatch) => void = () => {},
): Promise<Omit<Trace, "gradients">> {
  const { device, layers } = model;
  const { plan } = stepper;
  const { T, launches } = plan.sizes;
  const samples = batch.labels.length;
  const traces = layers.map(({ name, output, axon }, index) => ({
    name,
    spikes: zerosOf(output, samples, T),
    potentials: zerosOf(output, samples, T),
    ...index === layers.length - 1 && axon &&
      { arrived: zerosOf(output, samples, T) },
  }));
  const encoder = await stepper.upload(batch);
  const copies: { buffer: GPUBuffer; take: (bytes: ArrayBuffer) => void }[] =
    [];
  const keep = (
    microBatch: MicroBatch,
    source: GPUBuffer,
    take: (bytes: ArrayBuffer) => void,
  ) => {
    const buffer = device.gpu.createBuffer({
      label: source.label,
      size: source.size,
      usage: GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    microBatch.encoder.copyBufferToBuffer(source, 0, buffer, 0, source.size);
    copies.push({ buffer, take });
  };
  const dispatches = [...stepper.binning, ...plan.forward];
  const after = (microBatch: MicroBatch) => {
    layers.forEach((layer, index) => {
      const { spikes, arrived, potentials } = traces[index];
      const place = {
        extent: layer.output,
        layout: layoutOf(layer),
        T,
        rows: launches[index].rows,
        first: microBatch.first,
        samples: microBatch.samples,
      };
      keep(microBatch, plan.buffers.potentials[index], (bytes) => {
        floatsToUser(new Float32Array(bytes), potentials.data, place);
      });
      const keepSpikes = (buffers: readonly GPUBuffer[], to: NamedArray) =>
        keep(microBatch, buffers[index + 1], (bytes) => {
          spikesToUser(new Uint32Array(bytes), to.data, {
            ...place,
            height: 1 / model.description.Ts,
          });
        });
      keepSpikes(plan.buffers.spikes, spikes);
      if (arrived) keepSpikes(plan.buffers.arrived, arrived);
    });
    then(microBatch);
  };
  stepper.encode(encoder, batch, dispatches, { after });
  device.gpu.queue.submit([encoder.finish()]);
  await plan.buffers.records.push(batch.labels);
  for (const { buffer, take } of copies) {
    take(await readBytes(device, buffer));
    buffer.destroy();
  }
  return { layers: traces, ...await outcomeOf(stepper) };
}
