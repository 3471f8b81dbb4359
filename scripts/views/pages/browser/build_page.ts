/**
 * Builds the browser page as a single file.
 *
 * @module
 */

import { baseStyle } from "../base_style.ts";
import { type EmbeddedPage, embedParts } from "../embedded_page.ts";
import page from "./page.html" with { type: "text" };

/**
 * Bundles the script of the page and embeds it.
 *
 * @returns The page.
 * @throws {Error} If the script cannot be bundled.
 */
export async function buildPage(): Promise<EmbeddedPage> {
  // HDF5 is ten times the size of all other code, and may not run in the page.
  const external = ["npm:h5wasm@*", "npm:numcodecs@*"];
  const program = await bundle(import.meta.resolve("./main.ts"), external);
  return await embedParts(page, {
    base: await baseStyle(),
    program,
  });
}

/**
 * Bundles a module for browsers.
 *
 * @param module URL or path of the module.
 * @param external Packages that are left out; importing them fails at runtime.
 * @returns The code as one module without imports.
 * @throws {Error} If the module cannot be bundled.
 */
export async function bundle(
  module: string,
  external: string[] = [],
): Promise<string> {
  const { success, errors, outputFiles } = await Deno.bundle({
    entrypoints: [module],
    external,
    platform: "browser",
    minify: true,
    write: false,
  });
  if (!success) {
    throw new Error(`Cannot bundle "${module}": ${errors[0].text}`);
  }
  return outputFiles![0].text();
}
