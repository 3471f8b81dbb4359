/**
 * Length of the time bins of a sample.
 *
 * @module
 */

import { sliceLength } from "../../dataset/pack.ts";
import type { SampleSource } from "../../dataset/sample_source.ts";
import { timeStepOf } from "../configuration/model.ts";
import type { Configuration } from "../configuration/schema/types.ts";

/**
 * Computes the length of a sample's bins.
 *
 * @param source The data set.
 * @param sample Index of the sample in it.
 * @param configuration Configuration of the network.
 * @returns The time step, or a slice's share of the sample's duration, in ms.
 * @throws {Error} If the sample cannot be read.
 */
export async function binLength(
  source: SampleSource,
  sample: number,
  configuration: Configuration,
): Promise<number> {
  return timeStepOf(configuration) ??
    sliceLength(await source.events(sample), {
      slices: configuration.input?.slices,
      timing: source.timing,
    });
}
