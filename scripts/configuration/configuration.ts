/**
 * Reads and writes configurations in YAML, with SLAYER's keys.
 *
 * @module
 */

import { dirname, resolve } from "node:path";
import { isUrl } from "../../dataset/files/file_path.ts";
import type { Configuration } from "./schema/types.ts";
import { type ConfigurationOptions, readYaml } from "./yaml_text.ts";
export { formatConfiguration } from "./yaml_text.ts";
export type { ConfigurationOptions };

/**
 * Reads a configuration.
 *
 * @param text Contents of the file.
 * @param path The file, for messages and for paths relative to it.
 * @param options Values set on top of the file.
 * @returns The configuration, with defaults filled in and absolute paths.
 * @throws {ConfigurationError} If the text is no YAML, or a key or value in it
 *   cannot be used.
 *
 * @example
 * ```ts
 * import { parseConfiguration } from "./configuration.ts";
 * const { simulation, training } = parseConfiguration(
 *   "simulation: {Ts: 1, tSample: 300}",
 *   "/home/me/network.yaml",
 * );
 * if (simulation.nSample !== 8) throw new Error("expected the default");
 * if (training.path.data !== "/home/data") throw new Error("expected ../data");
 * ```
 */
export function parseConfiguration(
  text: string,
  path: string,
  options: ConfigurationOptions = {},
): Configuration {
  const folder = dirname(resolve(path));
  return readYaml(text, path, {
    ...options,
    resolve: (path) => isUrl(path) ? path : resolve(folder, path),
  });
}
