/// <reference lib="dom" />
/**
 * Draws the confusion matrix as a table with shaded cells.
 *
 * @module
 */

import type { ConfusionPart } from "../page_data.ts";
import { element } from "./elements.ts";

/** Shares of the true class above which the next darker shade begins. */
const LEVELS = [0, 0.1, 0.3, 0.5, 0.8];

/**
 * Draws the matrix.
 *
 * @param confusion The confusion matrix.
 * @returns The table: a row for each true class, a column for each predicted
 * class.
 */
export function confusionTable(
  { names, counts, summary }: ConfusionPart,
): HTMLTableElement {
  const caption = element("caption", `True class by row, predicted by column`);
  const corner = element("td");
  const columns = names.map((name) => {
    const head = element("th", element("span", name));
    head.scope = "col";
    return head;
  });
  const rows = counts.map((row, label) => {
    const head = element("th", names[label]);
    head.scope = "row";
    const total = row.reduce((sum, count) => sum + count, 0);
    return element(
      "tr",
      head,
      ...row.map((count, prediction) => {
        const cell = element("td", count === 0 ? "" : String(count));
        const share = total === 0 ? 0 : count / total;
        const level = LEVELS.filter((from) => share > from).length;
        cell.dataset.level = String(level);
        if (label === prediction) cell.className = "right";
        cell.title = `${names[label]} predicted as ${
          names[prediction]
        }: ${count}`;
        return cell;
      }),
    );
  });
  const table = element(
    "table",
    caption,
    element("thead", element("tr", corner, ...columns)),
    element("tbody", ...rows),
  );
  table.className = "confusion";
  table.ariaDescription = summary;
  return table;
}
