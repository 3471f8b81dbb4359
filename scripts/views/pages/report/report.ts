/**
 * Writes the report of a run as a single page that works offline.
 *
 * @module
 */

import { stripTypeScriptTypes } from "node:module";
import { pageConfigOf } from "../../charts/page_theme.ts";
import { formatConfiguration } from "../../../configuration/configuration.ts";
import { duration } from "../../../command_line/duration.ts";
import { baseStyle } from "../base_style.ts";
import { embedParts } from "../embedded_page.ts";
import { readPrograms } from "./browser.ts";
import { ENERGY_NOTE, energyTable } from "../../../experiment/energy_table.ts";
import type { LayerEnergy } from "../../../../engine/training/energy.ts";
import type { Figure } from "./figures.ts";
import type { Provenance } from "./provenance.ts";
import type { Facts, ReportData } from "./report_data.ts";
import { resultsTable, type Table } from "./results_table.ts";
import page from "./report_page.html" with { type: "text" };
import type { Run } from "../../../run/reader.ts";

/**
 * Formats the report.
 *
 * @param run The run.
 * @param figures Charts of the run.
 * @param options Provenance of its data, and energy of a test sample by layer;
 * none without weights.
 * @returns HTML of the page.
 */
export async function formatReport(
  run: Run,
  figures: readonly Figure[],
  { provenance, energy }: {
    readonly provenance: Provenance;
    readonly energy: readonly LayerEnergy[];
  },
): Promise<string> {
  const data: ReportData = {
    folder: run.folder,
    facts: factsOf(run),
    results: run.summary ? resultsTable(run.summary, run.epochs) : [],
    optimistic: run.summary?.optimistic ?? false,
    energy: energy.length > 0 ? energyTable(energy) : [],
    energyNote: ENERGY_NOTE.join(" "),
    figures,
    configs: { light: pageConfigOf("light"), dark: pageConfigOf("dark") },
    configuration: formatConfiguration(run.configuration),
    data: provenance.facts,
    recordings: recordingsOf(provenance),
  };
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  const program = await Deno.readTextFile(
    new URL("report_page.ts", import.meta.url),
  );
  const { html } = await embedParts(page, {
    base: await baseStyle(page + json),
    programs: (await readPrograms()).join("\n"),
    run: json,
    page: stripTypeScriptTypes(program),
  }, { evaluates: true });
  return html;
}

function factsOf({ epochs, summary }: Run): Facts {
  const seconds = epochs.reduce((sum, { seconds }) => sum + seconds, 0);
  const mean = seconds / epochs.length;
  return [
    ["Program", summary ? `deno task ${summary.program}` : "not finished"],
    ...(summary
      ? [
        [
          "Hardware",
          `${summary.adapter.name}, ${
            summary.adapter.software ? "software" : "hardware"
          }`,
        ] as const,
      ]
      : []),
    ["Epochs of all folds", String(epochs.length)],
    ...(epochs.length > 0
      ? [["Time of an epoch", `${duration(mean)} on average`] as const]
      : []),
    ...(summary
      ? [["Time of the run", duration(summary.seconds)] as const]
      : []),
  ];
}

function recordingsOf({ recordings }: Provenance): Table {
  if (recordings.length === 0) return [];
  return [
    [
      "Recording",
      "Session",
      "Samples",
      ...recordings[0].uses.map((_, index) => `Fold ${index + 1}`),
      "SHA-256",
    ],
    ...recordings.map(({ name, session, samples, uses, sha256 }) => [
      name,
      session,
      String(samples),
      ...uses,
      sha256,
    ]),
  ];
}
