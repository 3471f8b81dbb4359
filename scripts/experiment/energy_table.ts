/**
 * Table of the energy per layer.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { mean, sum } from "npm:d3-array@3.2.4";
import type { LayerEnergy } from "../../engine/training/energy.ts";

/** Explanation of the table's columns. */
export const ENERGY_NOTE = [
  "Averages per test sample, for a 45 nm process (Horowitz 2014). An operation",
  "is one spike at one synapse, an accumulate of 0.9 pJ; counts, marked ×,",
  "need a multiply-accumulate of 4.6 pJ. A 32-bit word of weights, drives or",
  "potentials costs 5, 10, 50 or 650 pJ, for arrays that fit into 8 KB, 32 KB,",
  "1 MB or only DRAM.",
];

/**
 * Averages the energy of several folds, whose networks have the same layers.
 *
 * @param folds The layers of each fold.
 * @returns The mean of each layer.
 */
export function meanEnergy(
  folds: readonly (readonly LayerEnergy[])[],
): LayerEnergy[] {
  return folds[0].map(({ name }, layer) => {
    const over = (key: keyof Omit<LayerEnergy, "name">) =>
      mean(folds, (own) => own[layer][key])!;
    return {
      name,
      incoming: over("incoming"),
      spikes: over("spikes"),
      accumulates: over("accumulates"),
      multiplyAccumulates: over("multiplyAccumulates"),
      bytes: over("bytes"),
      operationsNj: over("operationsNj"),
      memoryNj: over("memoryNj"),
    };
  });
}

/**
 * Formats the energy of a sample.
 *
 * @param layers The layers, first to last.
 * @returns A header, a row per layer, and a row of totals.
 *
 * @example
 * ```ts
 * import { energyTable } from "./energy_table.ts";
 * const [, [name, , , operations]] = energyTable([{
 *   name: "fc1",
 *   incoming: 4,
 *   spikes: 1,
 *   accumulates: 12000,
 *   multiplyAccumulates: 0,
 *   bytes: 144000,
 *   operationsNj: 10.8,
 *   memoryNj: 700,
 * }]);
 * if (`${name} ${operations}` !== "fc1 12,000") throw new Error(operations);
 * ```
 */
export function energyTable(layers: readonly LayerEnergy[]): string[][] {
  const over = (key: keyof Omit<LayerEnergy, "name">) =>
    sum(layers, (l) => l[key]);
  const whole = (value: number) => Math.round(value).toLocaleString("en");
  const row = (
    name: string,
    { accumulates, multiplyAccumulates, ...layer }: Omit<LayerEnergy, "name">,
  ) => [
    name,
    whole(layer.incoming),
    whole(layer.spikes),
    whole(accumulates + multiplyAccumulates) +
    (multiplyAccumulates > 0 ? " ×" : ""),
    nanojoules(layer.operationsNj),
    whole(layer.bytes / 1000),
    nanojoules(layer.memoryNj),
  ];
  return [
    [
      "Layer",
      "Reads",
      "Spikes",
      "Operations",
      "Ops (nJ)",
      "kB moved",
      "Mem (nJ)",
    ],
    ...layers.map(({ name, ...layer }) => row(name, layer)),
    row("all", {
      incoming: over("incoming"),
      spikes: over("spikes"),
      accumulates: over("accumulates"),
      multiplyAccumulates: over("multiplyAccumulates"),
      bytes: over("bytes"),
      operationsNj: over("operationsNj"),
      memoryNj: over("memoryNj"),
    }),
  ];
}

/**
 * Formats the energy of a sample as lines of text.
 *
 * @param layers The layers, first to last.
 * @returns The table, followed by its explanation.
 */
export function energyLines(layers: readonly LayerEnergy[]): string[] {
  const rows = energyTable(layers);
  const widths = rows[0].map((_, column) =>
    Math.max(...rows.map((row) => row[column].length))
  );
  return [
    ...rows.map(([name, ...cells]) =>
      [
        name.padEnd(widths[0]),
        ...cells.map((cell, index) => cell.padStart(widths[index + 1])),
      ].join("  ")
    ),
    ...ENERGY_NOTE,
  ];
}

/** Formats nJ with at least three significant digits. */
function nanojoules(value: number): string {
  return value >= 100
    ? Math.round(value).toLocaleString("en")
    : value.toPrecision(3);
}
