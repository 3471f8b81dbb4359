/**
 * Reading a configuration key by key, each for itself.
 *
 * @module
 */

import * as v from "npm:valibot@1.5.0";
import { configurationSchema, type WrittenConfiguration } from "./schema.ts";

/** Keys of earlier versions, and what holds instead. */
const REMOVED: Readonly<Record<string, string>> = {
  "neuron.response": "responses are always computed by recurrence",
  "neuron.storage": "values are always stored as float32",
};

/** Is told the keys that lead to a bad value, and its problem; throws. */
export type Refuse = (keys: readonly string[], problem: string) => never;

/**
 * Reads a configuration, key by key; an unknown key is refused before a value.
 *
 * @param value The contents of the file.
 * @param refuse Is told the first problem.
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
