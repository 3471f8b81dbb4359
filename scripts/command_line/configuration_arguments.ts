/**
 * Options that choose a command's configuration: a file, a recipe, or the
 * default for its data, with values set on top.
 *
 * @module
 */

import {
  choice,
  type InferValue,
  message,
  option,
  string,
} from "npm:@optique/core@1.3.6";
import { readConfigurationFile } from "../configuration/configuration_file.ts";
import type { Configuration } from "../configuration/schema/types.ts";

/** Names of the files in `scripts/recipes`. */
export const RECIPES = ["modern", "nmnist", "sew", "slayer", "small"] as const;

/** Default configuration, for SL-Animals. */
const CONFIG = "scripts/network.yaml";

/** Default recipe for other recordings. */
const OWN_RECIPE = "modern";

/** Options that choose a configuration. */
export const CONFIGURATION_ARGUMENTS = {
  config: option("--config", string({ metavar: "FILE" }), {
    description: message`The configuration [scripts/network.yaml]`,
  }).optional(),
  recipe: option(
    "--recipe",
    choice(RECIPES, { metavar: "NAME", suggest: "nearest" }),
    {
      description: message`A configuration of scripts/recipes: ${
        RECIPES.join(", ")
      } [modern with --data]`,
    },
  ).optional(),
  data: option("--data", string({ metavar: "PATH" }), {
    description:
      message`Your recordings: a folder of classes, a CSV list, or an event store or its URL [data.path]`,
  }).optional(),
  set: option("--set", string({ metavar: "KEY=VALUE" }), {
    description:
      message`Change a value of the configuration; paths are from the current folder`,
  }).multiple(),
};

/** The options as parsed. */
export type GivenConfiguration = {
  readonly [Name in keyof typeof CONFIGURATION_ARGUMENTS]: InferValue<
    typeof CONFIGURATION_ARGUMENTS[Name]
  >;
};

/** A configuration, and the recipe that it comes from. */
export interface ChosenConfiguration {
  /** The configuration. */
  readonly configuration: Configuration;
  /** Name of the recipe, if it comes from one. */
  readonly recipe?: typeof RECIPES[number];
}

/**
 * Reads the configuration that the command line chooses.
 *
 * @param given The options.
 * @param options `more`: further values set on top of it, each `key=value`;
 * `trains`: whether samples and loss are used.
 * @returns The configuration, and its recipe.
 * @throws {TypeError} If both a file and a recipe are given.
 * @throws {ConfigurationError} If it cannot be read, or a key or value in it
 * cannot be used.
 */
export async function readChosen(
  { config, data, set, ...given }: GivenConfiguration,
  { more = [], trains = true }: {
    readonly more?: readonly string[];
    readonly trains?: boolean;
  } = {},
): Promise<ChosenConfiguration> {
  if (config !== undefined && given.recipe !== undefined) {
    throw new TypeError(
      `Cannot use --recipe ${given.recipe} with --config "${config}": each ` +
        "is a whole configuration",
    );
  }
  const recipe = given.recipe ??
    (config === undefined && data !== undefined ? OWN_RECIPE : undefined);
  const file = recipe === undefined
    ? config ?? CONFIG
    : `scripts/recipes/${recipe}.yaml`;
  const ofData = data === undefined
    ? []
    : [`data.path=${JSON.stringify(data)}`];
  const configuration = await readConfigurationFile(file, {
    set: [...set, ...ofData, ...more],
    trains,
  });
  return { configuration, recipe };
}
