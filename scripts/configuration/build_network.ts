/**
 * Networks that no size of the sensor can make.
 *
 * @module
 */

import { structureOf } from "../../engine/model/model_description.ts";
import type { Extent } from "../../engine/network/network.ts";
import { Random } from "../../engine/network/random.ts";
import { describeModelFor } from "./model.ts";
import { namesClasses } from "./schema/network.ts";
import type { Refuse } from "./schema/read_keys.ts";
import type { Configuration } from "./schema/types.ts";

/** Samples of two large sensors, which have no number in common. */
const TRIED: readonly { readonly extent: Extent; readonly classes: number }[] =
  [
    { extent: { C: 2, H: 720, W: 1280 }, classes: 11 },
    { extent: { C: 5, H: 480, W: 640 }, classes: 13 },
  ];

/** Entries with weights, or with layers that have them. */
const LAYERS = ["conv", "ghost", "dense", "residual", "repeat"];

/**
 * Checks that a network can be built, as far as that depends neither on the
 * sensor nor on the classes: before recordings are opened, which may take long.
 *
 * @param configuration The configuration.
 * @param refuse Throws the error of the first problem.
 */
export function requireBuildable(
  configuration: Configuration,
  refuse: Refuse,
): void {
  requireClassesLast(configuration, refuse);
  const [problem, other] = TRIED.map((tried) =>
    problemOf(configuration, tried)
  );
  // Problems with one sensor name its sides, or numbers that follow from them.
  if (problem !== undefined && problem === other) {
    refuse(["network"], `is not possible: ${problem}`);
  }
}

/** Refuses the word classes for a layer below one of another size. */
function requireClassesLast({ network = [] }: Configuration, refuse: Refuse) {
  const last = network.findLastIndex((entry) =>
    LAYERS.some((key) => key in entry)
  );
  const early = network.slice(0, last).findIndex((entry) =>
    namesClasses([entry])
  );
  if (early < 0 || namesClasses(network.slice(last))) return;
  const problem = "has an output for each of classes, and layers of other " +
    "sizes follow; classes is for the last one";
  refuse(["network", String(early)], problem);
}

/** The message of the error that building a network throws, if it does. */
function problemOf(
  configuration: Configuration,
  tried: typeof TRIED[number],
): string | undefined {
  try {
    const random = new Random(0);
    structureOf(describeModelFor(configuration, { ...tried, random }));
  } catch (error) {
    return (error as Error).message;
  }
}
