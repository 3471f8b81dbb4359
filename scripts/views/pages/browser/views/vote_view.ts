/**
 * Shows the vote of each output up to the time that is played.
 *
 * @module
 */

/// <reference lib="dom" />

import { type ClassRoles, nameOf, roleOf } from "./class_roles.ts";
import type { NetworkRun } from "../data/network_run.ts";

/**
 * Lists the outputs with their spike counts or probabilities, in the colours of
 * charts: one for the true class, one for a wrong prediction.
 *
 * @param list Element to fill.
 * @param run Votes of the network.
 * @param roles Names and roles of the classes.
 * @returns A function that updates the votes to a time, in ms since the
 * sample's start.
 */
export function viewVotes(
  list: HTMLElement,
  { votes, Ts }: Pick<NetworkRun, "votes" | "Ts">,
  roles: ClassRoles,
): (time: number) => void {
  const { of, values } = votes;
  const last = values[values.length - 1];
  const rows = last.map((_, output) => {
    const row = document.createElement("li");
    const [name, bar] = [0, 1].map(() => document.createElement("span"));
    const count = document.createElement("output");
    name.textContent = nameOf(output, roles.classes) +
      (output === roles.label ? " •" : "");
    bar.className = "share";
    row.append(name, bar, count);
    row.className = roleOf(output, roles) ?? "";
    return { row, bar, count };
  });
  list.replaceChildren(...rows.map(({ row }) => row));
  list.ariaLabel = of === "spikes"
    ? "Spikes of each class so far"
    : "Probability of each class so far";
  const most = of === "spikes" ? Math.max(1, ...last) : 1;
  return (time) => {
    const bin = Math.min(Math.max(Math.floor(time / Ts), 0), values.length - 1);
    const now = values[bin];
    const largest = Math.max(...now);
    rows.forEach(({ row, bar, count }, output) => {
      bar.style.transform = `scaleX(${now[output] / most})`;
      count.textContent = of === "spikes"
        ? String(now[output])
        : `${Math.round(100 * now[output])} %`;
      row.classList.toggle("leads", largest > 0 && now[output] === largest);
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
