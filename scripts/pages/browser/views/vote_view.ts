/**
 * Shows the spike count of each output up to the time that is played.
 *
 * @module
 */

/// <reference lib="dom" />

import { type ClassRoles, nameOf, roleOf } from "./class_roles.ts";
import { binAt, type NetworkRun } from "../data/network_run.ts";

/**
 * Lists the outputs with their spike counts, in the colours of charts: one for
 * the true class, one for a wrong prediction.
 *
 * @param list Element to fill.
 * @param run Spikes of the network.
 * @param roles Names and roles of the classes.
 * @returns A function that updates the counts to a time, in ms since the
 * sample's start.
 */
export function viewVotes(
  list: HTMLElement,
  { layers, Ts }: NetworkRun,
  roles: ClassRoles,
): (time: number) => void {
  const { extent, neurons, bins } = layers[layers.length - 1];
  const T = bins.length - 1;
  const rows = Array.from({ length: extent.C }, (_, output) => {
    const row = document.createElement("li");
    const [name, bar] = [0, 1].map(() => document.createElement("span"));
    const count = document.createElement("output");
    name.textContent = nameOf(output, roles.classes) +
      (output === roles.label ? " •" : "");
    bar.className = "bar";
    row.append(name, bar, count);
    row.className = roleOf(output, roles) ?? "";
    return { row, bar, count };
  });
  list.replaceChildren(...rows.map(({ row }) => row));
  const most = Math.max(1, ...countUntil(T - 1));
  function countUntil(bin: number): Uint32Array {
    const counts = new Uint32Array(extent.C);
    for (let i = 0; i < bins[bin + 1]; i++) counts[neurons[i]]++;
    return counts;
  }
  return (time) => {
    const counts = countUntil(binAt(time, Ts, bins));
    const largest = Math.max(...counts);
    rows.forEach(({ row, bar, count }, output) => {
      bar.style.transform = `scaleX(${counts[output] / most})`;
      count.textContent = String(counts[output]);
      row.classList.toggle("leads", largest > 0 && counts[output] === largest);
    });
  };
}

/**
 * Formats the prediction as a sentence.
 *
 * @param roles Names and roles of the classes.
 * @returns The sentence.
 */
export function wordVerdict(
  { classes, label, prediction }: ClassRoles,
): string {
  const predicted = nameOf(prediction, classes);
  if (label === undefined) return `The network predicts ${predicted}.`;
  return prediction === label
    ? `The network predicts ${predicted}, which is right.`
    : `The network predicts ${predicted}; it is ${nameOf(label, classes)}.`;
}
