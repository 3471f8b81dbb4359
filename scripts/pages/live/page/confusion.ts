/// <reference lib="dom" />
/**
 * The confusion matrix, a table that is coloured by shares.
 *
 * @module
 */

import type { ConfusionPart } from "../page_data.ts";
import { element } from "./elements.ts";

/** Shares at which the next colour begins. */
const LEVELS = [0, 0.1, 0.3, 0.5, 0.8];

/**
 * Draws the matrix.
 *
 * @param confusion What there is to see.
 * @returns A table: a row is a class, a column a class predicted.
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
        cell.title = `${names[label]} taken for ${names[prediction]}: ${count}`;
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
