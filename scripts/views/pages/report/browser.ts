/**
 * Reads the scripts that draw charts in a browser.
 *
 * @module
 */

// Imported only to download its files.
import "npm:vega-embed@7.3.0";
import { readVega } from "../../pictures/render.ts";

/**
 * Reads the scripts.
 *
 * @returns Vega, Vega-Lite and Vega-Embed, in the order in which a page loads
 * them.
 */
export async function readPrograms(): Promise<string[]> {
  const embed = new URL(
    "vega-embed.min.js",
    import.meta.resolve("npm:vega-embed@7.3.0"),
  );
  return [...await readVega(), await Deno.readTextFile(embed)];
}
