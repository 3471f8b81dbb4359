/**
 * Reads configuration files.
 *
 * @module
 */

import { isUrl } from "../../dataset/files/file_path.ts";
import { fileProblem } from "../../dataset/files/file_problem.ts";
import {
  type FileSource,
  nameOf,
  readBytes,
} from "../../dataset/files/file_source.ts";
import { ConfigurationError } from "./error.ts";
import type { Configuration } from "./schema/types.ts";
import { type ReadOptions, readYaml } from "./yaml_text.ts";

/**
 * Reads a configuration file.
 *
 * @param file The file; a `Blob` has no folder, so paths in it stay as they
 * are written.
 * @param options Values set on top of it, and whether it is for training.
 * @returns The configuration, with defaults filled in; paths in a file on disk
 * become absolute, URLs stay.
 * @throws {ConfigurationError} If the file cannot be read, is no YAML, or a
 *   key or value in it cannot be used.
 *
 * @example
 * ```ts
 * import { readConfigurationFile } from "./configuration_file.ts";
 * const path = await Deno.makeTempFile({ suffix: ".yaml" });
 * await Deno.writeTextFile(path, "training: {lr: 0.1, optimizer: SGD}");
 * const { training } = await readConfigurationFile(path, {
 *   set: ["training.lr=0.2"],
 * });
 * if (training.lr !== 0.2) throw new Error("expected the value set on top");
 * await Deno.remove(path);
 * ```
 */
export async function readConfigurationFile(
  file: FileSource,
  options: ReadOptions = {},
): Promise<Configuration> {
  const name = nameOf(file);
  const text = await readText(file, name);
  if (typeof file !== "string") {
    return readYaml(text, name, { ...options, resolve: (path) => path });
  }
  // Imported here since browsers, which have no paths, do not have it.
  const { dirname, resolve } = await import("node:path");
  const folder = dirname(resolve(file));
  return readYaml(text, name, {
    ...options,
    resolve: (path) => isUrl(path) ? path : resolve(folder, path),
    resolveSet: (path) => isUrl(path) ? path : resolve(path),
  });
}

async function readText(file: FileSource, name: string): Promise<string> {
  try {
    return new TextDecoder().decode(await readBytes(file));
  } catch (cause) {
    throw new ConfigurationError(name, fileProblem(cause), { cause });
  }
}
