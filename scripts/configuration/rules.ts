/**
 * What must hold between the values of a configuration, and what follows from
 * them where a value was left open.
 *
 * @module
 */

import { MOST_BINS } from "../../engine/plan/sizes.ts";
import {
  type WrittenConfiguration,
  writtenConfiguration,
  type WrittenPaths,
} from "./schema.ts";
import type {
  Configuration,
  ConfigurationPaths,
  SpikeTarget,
} from "./types.ts";
import { completeTarget, type Sample } from "./target_rules.ts";
import type { Place } from "./values.ts";

/**
 * Reads a configuration. Regions become whole samples where they are left
 * open, the loss of a test that of training; paths become absolute.
 *
 * @param value What the file holds.
 * @param place The outermost place, which is told what is wrong.
 * @param options What makes paths absolute.
 * @returns The whole configuration.
 */
export function readConfiguration(
  value: unknown,
  place: Place,
  { resolve }: { readonly resolve: (path: string) => string },
): Configuration {
  const { simulation, neuron, training, testing, network } =
    writtenConfiguration(value, place);
  const { Ts, tSample } = simulation;
  const inTraining = place.at("training");
  checkLength({ Ts, tSample }, place.at("simulation", "tSample"));
  if (training.random_crop && !testing) {
    inTraining.at("random_crop")
      .fail("is true, which needs testing.tSample and testing.error");
  }
  const error = completeTarget(training.error, inTraining.at("error"), {
    Ts,
    tSample,
    used: true,
  });
  const path = resolvePaths(training.path, inTraining.at("path"), resolve);
  return {
    simulation,
    neuron,
    training: { ...training, error, path },
    ...(testing && {
      testing: readTesting(testing, place.at("testing"), {
        Ts,
        error,
        used: training.random_crop,
      }),
    }),
    ...(network && { network }),
  };
}

function readTesting(
  { tSample, error }: NonNullable<WrittenConfiguration["testing"]>,
  place: Place,
  training: {
    readonly Ts: number;
    readonly error: SpikeTarget;
    readonly used: boolean;
  },
): Configuration["testing"] {
  const { Ts, error: { type, tgtSpikeTimes, probSlidingWin } } = training;
  const sample = { Ts, tSample, used: training.used };
  checkLength(sample, place.at("tSample"));
  const written = {
    ...{ type, probSlidingWin },
    ...(tgtSpikeTimes && { tgtSpikeTimes }),
    ...error,
  };
  return {
    tSample,
    error: completeTarget(written, place.at("error"), sample),
  };
}

/** Lets a sample have at least one bin, and no more than a plan can have. */
function checkLength({ Ts, tSample }: Sample, place: Place): void {
  if (tSample < Ts) {
    place.fail(`is ${tSample}, shorter than one time bin of ${Ts} ms`);
  }
  if (tSample / Ts + 1e-9 >= MOST_BINS + 1) {
    place.fail(`is ${tSample}, longer than ${MOST_BINS} time bins of ${Ts} ms`);
  }
}

/** Makes paths absolute, and lets lists come with their folder. */
function resolvePaths(
  written: WrittenPaths,
  place: Place,
  at: (path: string) => string,
): ConfigurationPaths {
  const { out, data, file_list, cache, store } = written;
  const paths = {
    out: at(out),
    data: at(data),
    file_list: at(file_list),
    cache: at(cache),
    store: at(store ?? `${data}/sliced.zarr`),
  };
  const { in: samples, train, test } = written;
  if (samples && train && test) {
    return { ...paths, in: at(samples), train: at(train), test: at(test) };
  }
  if (samples || train || test) {
    const missing = !samples ? "in" : !train ? "train" : "test";
    place.at(missing).fail("is missing; in, train and test go together");
  }
  return paths;
}
