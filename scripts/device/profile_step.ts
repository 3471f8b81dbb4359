/**
 * Profiles a training step: a table of the time that each kernel takes.
 *
 * @module
 */

import { counted } from "../../dataset/files/counted.ts";
import {
  type Ceilings,
  measureCeilings,
} from "../../engine/device/roofline.ts";
import type { Device } from "../../engine/device/device.ts";
import { Model } from "../../engine/model.ts";
import { type KernelTime, profile } from "../../engine/training/profile.ts";
import { Random } from "../../engine/network/random.ts";
import type { Configuration } from "../configuration/schema/types.ts";
import { describeModel, planOf } from "../configuration/model.ts";
import type { Fold } from "../experiment/fold.ts";

/** Training steps before timing starts, since a GPU raises its clock slowly. */
const WARM_UP = { hardware: 100, software: 1 };

/** How often each kernel is timed. */
const REPETITIONS = 9;

/**
 * Times the first training step of a fold, kernel by kernel.
 *
 * @param fold The fold.
 * @param context The device and the configuration.
 * @returns The table, at most 60 columns wide.
 * @throws {DeviceError} If the device has no timestamp queries, was lost or has
 * not enough memory.
 * @throws {ShapeError} If the network does not fit the data or the device.
 * @throws Every error of reading the first samples.
 */
export async function profileStep(
  fold: Fold,
  context: { readonly device: Device; readonly configuration: Configuration },
): Promise<string> {
  const { device, configuration } = context;
  const { train } = fold;
  const { training, simulation } = configuration;
  const random = new Random(training.seed, fold.number);
  using model = await Model.create({
    device,
    ...describeModel(configuration, train.source, random),
  });
  const first = train.subset(train.indices.slice(0, simulation.nSample));
  using stepper = await model.prepare({
    ...planOf(configuration, "train"),
    batch: Math.max(1, first.size),
  });
  const [batch] = await Array.fromAsync(first.batches({
    batch: simulation.nSample,
    ...stepper.eventBinning,
  }));
  if (!batch) throw new RangeError("Cannot profile a step: no samples");
  const steps = device.adapter.software ? WARM_UP.software : WARM_UP.hardware;
  for (let step = 0; step < steps; step++) await stepper.train(batch, 0);
  await stepper.drain();
  const kernels = await profile(
    device,
    stepper,
    model.layers,
    batch,
    REPETITIONS,
  );
  return inWords(kernels, {
    samples: Math.min(stepper.microBatch, batch.labels.length),
    batch: batch.labels.length,
    ceilings: await measureCeilings(device),
    adapter: device.adapter.name,
  });
}

/**
 * Formats a line for each kernel, and last the highest rates of the adapter.
 */
function inWords(
  kernels: readonly KernelTime[],
  run: {
    readonly samples: number;
    readonly batch: number;
    readonly ceilings: Ceilings;
    readonly adapter: string;
  },
): string {
  const { bytesPerSecond, multiplyAddsPerSecond } = run.ceilings;
  const total = kernels.reduce((sum, { ms }) => sum + ms, 0);
  const row = (cells: readonly [string, string, string, string, string]) => {
    const [layer, kernel, ...numbers] = cells;
    return [
      layer.slice(0, 8).padEnd(8),
      kernel.padEnd(22),
      ...numbers.map((number) => number.padStart(8)),
    ].join(" ").trimEnd();
  };
  const giga = (perSecond: number) =>
    perSecond < 1e11
      ? String(Number((perSecond / 1e9).toPrecision(2)))
      : String(Math.round(perSecond / 1e9));
  return [
    run.samples < run.batch
      ? `${run.samples} of a step's ${run.batch} samples, as many as fit at ` +
        `once,\non ${run.adapter}`
      : `One step of ${counted(run.batch, "sample")} on ${run.adapter}`,
    row(["layer", "kernel", "ms", "GB/s", "GMAC/s"]),
    ...kernels.map(({ layer = "", kernel, ms, bytes, multiplyAdds }) =>
      row([
        layer,
        kernel,
        ms.toFixed(3),
        giga(bytes / ms * 1000),
        multiplyAdds > 0 ? giga(multiplyAdds / ms * 1000) : "",
      ])
    ),
    row(["", "all", total.toFixed(3), "", ""]),
    row([
      "",
      "the adapter's maximum",
      "",
      giga(bytesPerSecond),
      giga(multiplyAddsPerSecond),
    ]),
    "GB/s: each buffer counts once, twice if changed in place",
    "GMAC/s: the multiply-adds that these spikes need",
  ].join("\n");
}
