/**
 * Configurations that are refused.
 *
 * @module
 */

import assert from "node:assert/strict";
import { parseConfiguration } from "../../../scripts/configuration/configuration.ts";
import { ConfigurationError } from "../../../scripts/configuration/error.ts";

/**
 * Asserts that a configuration is refused, and for which problem.
 *
 * @param text The configuration, YAML.
 * @param expected Message, key and line of the error.
 * @param set Values set on top of it.
 * @throws {AssertionError} If it is not refused, or for something else.
 */
export function refuses(
  text: string,
  expected: { message: string | RegExp; key?: string; line?: number },
  set: string[] = [],
) {
  assert.throws(
    () => parseConfiguration(text, "network.yaml", { set }),
    (error: unknown) => {
      assert(error instanceof ConfigurationError);
      const { message, ...fields } = expected;
      assert.equal(error.path, "network.yaml");
      assert.deepEqual({ key: error.key, line: error.line }, {
        key: "",
        line: undefined,
        ...fields,
      });
      if (typeof message === "string") assert.equal(error.message, message);
      else assert.match(error.message, message);
      return true;
    },
  );
}
