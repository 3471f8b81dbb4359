/**
 * The section `data`, for tasks that need no other configuration.
 *
 * @module
 */

import { message, option, string } from "npm:@optique/core@1.3.6";
import type { DataSection } from "../configuration/schema/data.ts";
import { readChosen } from "./configuration_arguments.ts";

/** The option that changes values of the section. */
export const DATA_SETTINGS = option(
  "--set",
  string({ metavar: "data.KEY=VALUE" }),
  {
    description:
      message`Change how a folder or list is read, as data.class, data.group or data.skip`,
  },
).multiple();

/**
 * Makes the section `data` from settings.
 *
 * @param path The folder, list or store.
 * @param set The settings, each `data.key=value`.
 * @returns The section.
 * @throws {RangeError} If a setting is not of the section.
 * @throws {ConfigurationError} If a key or value cannot be used.
 */
export async function readData(
  path: string,
  set: readonly string[],
): Promise<DataSection> {
  const stranger = set.find((setting) => !setting.startsWith("data."));
  if (stranger !== undefined) {
    throw new RangeError(
      `Cannot set "${stranger}": only keys of data, such as data.class, are ` +
        "of use here",
    );
  }
  const { configuration } = await readChosen({
    config: undefined,
    recipe: undefined,
    data: path,
    set,
  }, { trains: false });
  return { ...configuration.data!, path };
}
