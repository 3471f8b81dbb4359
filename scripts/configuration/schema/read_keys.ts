/**
 * Checks each key and value of a configuration on its own.
 *
 * @module
 */

import * as v from "npm:valibot@1.5.0";
import { configurationSchema, type WrittenConfiguration } from "./schema.ts";

/** Keys that were removed, and the behaviour that replaces them. */
const REMOVED: Readonly<Record<string, string>> = {
  "neuron.response": "responses are always computed by recurrence",
  "neuron.storage": "values are always stored as float32",
};

/** Throws an error for a value: the path of keys to it, and the problem. */
export type Refuse = (keys: readonly string[], problem: string) => never;

/**
 * Checks keys and values of a configuration, and fills in defaults. Unknown
 * keys are reported before bad values.
 *
 * @param value The contents of the file.
 * @param refuse Throws the error of the first problem.
 * @returns The configuration, with its defaults.
 */
export function readKeys(value: unknown, refuse: Refuse): WrittenConfiguration {
  const { success, output, issues } = v.safeParse(configurationSchema, value);
  if (success) return output;
  const unknown = issues.find(({ type, expected }) =>
    type === "strict_object" && expected === "never"
  );
  const issue = unknown ?? issues[0];
  const keys = (issue.path ?? []).map(({ key }) => String(key));
  const removed = REMOVED[keys.join(".")];
  return refuse(
    keys,
    removed ? `was removed: ${removed}; delete the line` : issue.message,
  );
}
