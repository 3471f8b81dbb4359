/**
 * Traces: predictions, spikes, potentials and gradients of a few samples, read
 * back from the device.
 *
 * @module
 */

import { floatsToUser, spikesToUser } from "./network/activity_order.ts";
import { sizeOf } from "./network/network.ts";
import { record } from "./device/compiler.ts";
import { layoutOf } from "./network/layout.ts";
import type { Model } from "./model.ts";
import { probSpikes } from "./losses/prob_spikes.ts";
import type { PlanOptions } from "./plan/sizes.ts";
import type { MicroBatch, Stepper } from "./plan/stepper.ts";
import { readBytes } from "./device/readback.ts";
import type { EventBatch } from "./network/event_batch.ts";
import type { NamedArray } from "./network/weights.ts";

/** Spikes and potentials of one layer, both `[N, C, H, W, T]`. */
export interface LayerTrace {
  /** Name of the layer. */
  readonly name: string;
  /** 1/Ts where a neuron spiked, else 0. */
  readonly spikes: NamedArray;
  /** Potentials, the refractory response included. */
  readonly potentials: NamedArray;
}

/** Spikes, potentials, losses and gradients of a batch. */
export interface Trace {
  /** Spikes and potentials of each layer, first to last. */
  readonly layers: readonly LayerTrace[];
  /** Predicted class of each sample. */
  readonly predictions: Uint32Array;
  /** Loss of each sample. */
  readonly losses: Float32Array;
  /** Gradient of each weight, summed over the batch. */
  readonly gradients: Readonly<Record<string, NamedArray>>;
}

/**
 * Runs a network forward and backward, without an update, and reads back its
 * spikes, potentials and gradients.
 *
 * @param model The network.
 * @param batch Packed events of a few samples.
 * @param options Length of a sample in ms, and the loss.
 * @returns Spikes and potentials of every layer, loss and gradients.
 * @throws {ShapeError} If the batch is malformed or too long for the device.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 * @throws {TypeError} If a gradient was accumulated that no update has used.
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
  using stepper = await model.compile({
    ...options,
    batch: batch.labels.length,
    train: true,
    keep: true,
  });
  if (stepper.pending) {
    throw new TypeError(
      "Cannot trace: a gradient was accumulated that no update has used",
    );
  }
  const { backward } = stepper.plan;
  const found = await runForward(
    model,
    stepper,
    batch,
    ({ encoder, samples }) => {
      // The backward pass overwrites potentials, which have been copied before.
      const pass = encoder.beginComputePass();
      record(pass, backward, samples);
      pass.end();
    },
  );
  return { ...found, gradients: await model.gradients() };
}

/** Predicted class, spikes and potentials of a sample. */
export interface Prediction {
  /** The predicted class. */
  readonly label: number;
  /** Number of spikes of each output. */
  readonly counts: readonly number[];
  /** Spikes and potentials of each layer, `[1, C, H, W, T]`. */
  readonly layers: readonly LayerTrace[];
}

/**
 * Runs samples forward through a network and reads back spikes and potentials.
 *
 * @param model The network.
 * @param batch Packed events of a few samples; their labels do not matter.
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
 * const batch = packSpikes(silence, [0]);
 * const [{ counts }] = await predict(network, batch, { tSample: 100 });
 * if (counts.join() !== "0,0,0") throw new Error("expected no spikes");
 * ```
 */
export async function predict(
  model: Model,
  batch: EventBatch,
  { tSample }: Pick<PlanOptions, "tSample">,
): Promise<Prediction[]> {
  using stepper = await model.compile({
    tSample,
    // Predictions do not depend on the loss, so any will do.
    loss: probSpikes({ window: model.description.Ts }),
    batch: batch.labels.length,
    train: false,
    keep: true,
  });
  const { layers, predictions } = await runForward(model, stepper, batch);
  return Array.from(predictions, (label, n) => {
    const own = layers.map(({ name, spikes, potentials }) => ({
      name,
      spikes: sampleOf(spikes, n),
      potentials: sampleOf(potentials, n),
    }));
    const { shape, data } = own[own.length - 1].spikes;
    const T = shape[shape.length - 1];
    const counts = Array.from({ length: data.length / T }, (_, output) => {
      const train = data.subarray(output * T, (output + 1) * T);
      return train.reduce((sum, spike) => sum + Number(spike !== 0), 0);
    });
    return { label, counts, layers: own };
  });
}

/** One sample of an array of several. */
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
  const traces = layers.map((layer) => {
    const { C, H, W } = layer.output;
    const empty = () => ({
      shape: [batch.labels.length, C, H, W, T],
      data: new Float32Array(batch.labels.length * sizeOf(layer.output) * T),
    });
    return { name: layer.name, spikes: empty(), potentials: empty() };
  });
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
  stepper.encode(encoder, batch, dispatches, (microBatch) => {
    layers.forEach((layer, index) => {
      const { spikes, potentials } = traces[index];
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
      keep(microBatch, plan.buffers.spikes[index + 1], (bytes) => {
        spikesToUser(new Uint32Array(bytes), spikes.data, {
          ...place,
          height: 1 / model.description.Ts,
        });
      });
    });
    then(microBatch);
  });
  device.gpu.queue.submit([encoder.finish()]);
  await plan.buffers.records.push(batch.labels);
  for (const { buffer, take } of copies) {
    take(await readBytes(device, buffer));
    buffer.destroy();
  }
  const [{ predictions, losses }] = await stepper.drain();
  return { layers: traces, predictions, losses };
}
