/**
 * Names the files of charts, and finds and removes those of an earlier plot.
 *
 * @module
 */

import { join } from "node:path";
import { fileProblem } from "../../../../dataset/files/file_problem.ts";
import { type Theme, THEMES } from "../../charts/theme.ts";

/** File formats of charts, as file name extensions. */
export const FORMS = ["vl.json", "svg", "png"] as const;

/** Name of the page with all charts. */
export const REPORT = "report.html";

/**
 * Names the file of a chart.
 *
 * @param chart Name of the chart.
 * @param theme Its theme.
 * @param form Its file format.
 * @returns The name.
 */
export function chartFile(
  chart: string,
  theme: Theme,
  form: typeof FORMS[number],
): string {
  return `${chart}${theme === "light" ? "" : `_${theme}`}.${form}`;
}

/**
 * Lists the files that an earlier plot may have written to a folder, by its
 * page.
 *
 * @param folder The folder.
 * @returns Names of the files; none without a page.
 */
export async function listChartFiles(folder: string): Promise<string[]> {
  const page = await Deno.readTextFile(join(folder, REPORT)).catch(() => "");
  return chartsOn(page).flatMap((chart) =>
    THEMES.flatMap((theme) =>
      FORMS.map((form) => chartFile(chart, theme, form))
    )
  );
}

/**
 * Removes the files that exist.
 *
 * @param folder Folder of the files.
 * @param names Names of the files.
 * @throws {Error} If one cannot be removed.
 */
export async function removeFiles(
  folder: string,
  names: readonly string[],
): Promise<void> {
  for (const name of names) {
    const path = join(folder, name);
    await Deno.remove(path).catch((cause) => {
      if (cause instanceof Deno.errors.NotFound) return;
      throw new Error(`Cannot remove "${path}": ${fileProblem(cause)}`, {
        cause,
      });
    });
  }
}

/** Reads the names of the charts on a page, if a plot wrote it. */
function chartsOn(page: string): string[] {
  const [, json] = /<script id="run"[^>]*>(.*?)<\/script>/s.exec(page) ?? [];
  try {
    const { figures } = JSON.parse(json);
    return figures.map(({ name }: { name: unknown }) => String(name))
      // The page may have been edited: no name may point outside of the folder.
      .filter((name: string) => /^\w+$/.test(name));
  } catch {
    return [];
  }
}
