/**
 * The files that charts are drawn into, and those that an earlier plot left.
 *
 * @module
 */

import { join } from "node:path";
import { fileProblem } from "../../../dataset/files/file_problem.ts";
import { type Theme, THEMES } from "../../charts/theme.ts";

/** What a chart is drawn as, by the ending of the file. */
export const FORMS = ["vl.json", "svg", "png"] as const;

/** The page with all charts in it. */
export const REPORT = "report.html";

/**
 * Names the file of a chart.
 *
 * @param chart Name of the chart.
 * @param theme Its theme.
 * @param form What it is drawn as.
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
 * Lists the files that a plot left in a folder, as far as its page tells.
 *
 * @param folder The folder.
 * @returns Their names; none if there is no such page.
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
 * Removes files, as far as they are there.
 *
 * @param folder Their folder.
 * @param names Their names.
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

/** Names of the charts on a page, if it is one of ours. */
function chartsOn(page: string): string[] {
  const [, json] = /<script id="run"[^>]*>(.*?)<\/script>/s.exec(page) ?? [];
  try {
    const { figures } = JSON.parse(json);
    return figures.map(({ name }: { name: unknown }) => String(name))
      // Whoever wrote the page: no name leads out of the folder.
      .filter((name: string) => /^\w+$/.test(name));
  } catch {
    return [];
  }
}
