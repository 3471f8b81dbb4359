/**
 * Profiles a training step that ranks share.
 *
 * @module
 */

import type { Device } from "../../engine/device/device.ts";
import type { Ranks } from "../../engine/distributed/ranks.ts";
import { Shares } from "../../engine/distributed/shares.ts";
import { Model } from "../../engine/model.ts";
import type { EventBatch } from "../../engine/network/event_batch.ts";
import { Random } from "../../engine/network/random.ts";
import type { PlanOptions } from "../../engine/plan/sizes.ts";
import { describeModel, planOf } from "../configuration/model.ts";
import type { Configuration } from "../configuration/schema/types.ts";
import { divisionOf } from "../configuration/training.ts";
import type { Fold } from "../experiment/fold.ts";

/** Number of warm-up steps and of timed steps. */
const STEPS = {
  hardware: { warmUp: 50, timed: 100 },
  software: { warmUp: 1, timed: 3 },
};

/** Time of a step in ms, by phase. */
export interface RankStep {
  /** The whole step. */
  readonly step: number;
  /** Computing the rank's own samples, without an exchange. */
  readonly computing: number;
  /**
   * Reading back for other ranks, submitting in stages, and exchanges that
   * computing does not hide.
   */
  readonly readBack: number;
  /** Uploading data received from other ranks. */
  readonly upload: number;
  /** Transferring bytes between ranks. */
  readonly exchange: number;
  /** Waiting for slower ranks. */
  readonly waiting: number;
  /** A step on all samples by one rank, without an exchange. */
  readonly alone: number;
  /** Bytes that the rank sends. */
  readonly bytes: number;
}

/**
 * Times the first training step of a fold on all ranks.
 *
 * @param fold The fold.
 * @param context The device, the configuration and the ranks.
 * @returns The table, for a terminal.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 * @throws {RangeError} If there are no samples.
 * @throws Every error of reading the first samples.
 */
export async function profileRanks(
  fold: Fold,
  context: {
    readonly device: Device;
    readonly configuration: Configuration;
    readonly ranks: Ranks;
  },
): Promise<string> {
  const { device, configuration, ranks } = context;
  const { train } = fold;
  const { simulation: { nSample } } = configuration;
  const random = new Random(configuration.training.seed, fold.number);
  using model = await Model.create({
    device,
    ...describeModel(configuration, train.source, random),
  });
  const first = train.subset(train.indices.slice(0, nSample));
  const plan = planOf(configuration, "train");
  const [batch] = await Array.fromAsync(first.batches({
    batch: nSample,
    ...model.eventBinning(plan),
  }));
  if (!batch) throw new RangeError("Cannot profile a step: no samples");
  const samples = batch.labels.length;
  const division = divisionOf(configuration, ranks);
  const shares = new Shares(samples, division);
  const own = shares.samplesOf(samples, ranks.rank);
  const alone = await timeSteps(model, plan, batch);
  const computing = await timeSteps(model, plan, cut(batch, own));
  const step = await timeShared(model, { ...plan, division }, batch);
  return inWords({ ...step, alone, computing }, {
    samples,
    ranks,
    adapter: device.adapter.name,
  });
}

function cut(
  { samples, labels }: EventBatch,
  { first, end }: { readonly first: number; readonly end: number },
): EventBatch {
  return {
    samples: samples.slice(first, end),
    labels: labels.subarray(first, end),
  };
}

/** Options of a plan but the size of its batches. */
type Plan = Omit<PlanOptions, "batch">;

/** Times steps on a batch, in ms each. */
async function timeSteps(
  model: Model,
  plan: Plan,
  batch: EventBatch,
  then: () => void = () => {},
): Promise<number> {
  const { software } = model.device.adapter;
  const { warmUp, timed } = software ? STEPS.software : STEPS.hardware;
  using stepper = await model.prepare({ ...plan, batch: batch.labels.length });
  for (let step = 0; step < warmUp; step++) await stepper.train(batch, 0);
  await stepper.drain();
  then();
  const start = performance.now();
  for (let step = 0; step < timed; step++) await stepper.train(batch, 0);
  await stepper.drain();
  return (performance.now() - start) / timed;
}

/** Times steps that ranks share. */
async function timeShared(
  model: Model,
  plan: Plan,
  batch: EventBatch,
): Promise<Omit<RankStep, "alone" | "computing" | "readBack">> {
  const { timed } = model.device.adapter.software
    ? STEPS.software
    : STEPS.hardware;
  const { times } = plan.division!.ranks!;
  let before = { ...times };
  const step = await timeSteps(
    model,
    plan,
    batch,
    () => before = { ...times },
  );
  const each = (name: keyof typeof times) =>
    (times[name] - before[name]) / timed;
  return {
    step,
    upload: each("upload"),
    exchange: each("exchange"),
    waiting: each("waiting"),
    bytes: each("bytes"),
  };
}

function inWords(
  time: Omit<RankStep, "readBack">,
  { samples, ranks, adapter }: {
    readonly samples: number;
    readonly ranks: Ranks;
    readonly adapter: string;
  },
): string {
  const { step, computing, upload, exchange, waiting, alone, bytes } = time;
  const readBack = step - computing - upload - exchange - waiting;
  const row = (name: string, ms: number) =>
    name.padEnd(24) + ms.toFixed(2).padStart(10) +
    `${(100 * ms / step).toFixed(1)} %`.padStart(10);
  return [
    `One step of ${samples} samples on ${ranks.count} ranks, ${adapter}`,
    `${"".padEnd(24)}${"ms".padStart(10)}${"share".padStart(10)}`,
    row("computing", computing),
    row("read-back", readBack),
    row("upload", upload),
    row("MPI", exchange),
    row("waiting for ranks", waiting),
    row("all", step),
    row("one rank alone", alone),
    `Each rank sends ${(bytes / 1e6).toFixed(2)} MB a step`,
  ].join("\n");
}
