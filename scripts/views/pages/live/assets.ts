/**
 * Reads the files of the live page.
 *
 * @module
 */

import { stripTypeScriptTypes } from "node:module";
import { pageConfigOf } from "../../charts/page_theme.ts";
import { THEMES } from "../../charts/theme.ts";
import { baseStyle } from "../base_style.ts";
import { readPrograms } from "../report/browser.ts";

/** A file of the page. */
export interface Asset {
  readonly type: string;
  readonly content: string;
}

/** Scripts of the page. */
const PROGRAMS = [
  ...["page", "charts", "confusion", "elements", "recording", "samples"],
];

/**
 * Reads all files of the page.
 *
 * @returns The files, by their paths on the server.
 */
export async function readAssets(): Promise<ReadonlyMap<string, Asset>> {
  const read = (name: string) =>
    Deno.readTextFile(new URL(name, import.meta.url));
  const script = (content: string) => ({ type: "text/javascript", content });
  const html = await read("page.html");
  return new Map<string, Asset>([
    ["/", { type: "text/html", content: html }],
    ["/page.css", {
      type: "text/css",
      content: await baseStyle() + await read("page.css"),
    }],
    ["/vega.js", script((await readPrograms()).join("\n"))],
    ["/themes.json", {
      type: "application/json",
      content: JSON.stringify(themes()),
    }],
    ...await Promise.all(PROGRAMS.map(async (name) => {
      const source = await read(`page/${name}.ts`);
      return [`/${name}.ts`, script(stripTypeScriptTypes(source))] as const;
    })),
  ]);
}

/** The Vega-Lite configuration of each theme. */
function themes() {
  return Object.fromEntries(
    THEMES.map((theme) => [theme, pageConfigOf(theme)]),
  );
}
