/// <reference lib="dom" />
/**
 * Finds and creates elements of the page.
 *
 * @module
 */

import type { Table } from "../../report/results_table.ts";

/**
 * Finds an element of the page.
 *
 * @param selector A CSS selector.
 * @returns The element.
 * @throws {Error} If there is none.
 */
export function find<T extends HTMLElement = HTMLElement>(selector: string): T {
  const found = document.querySelector<T>(selector);
  if (found === null) throw new Error(`Cannot find "${selector}" in the page`);
  return found;
}

/**
 * Creates an element.
 *
 * @param name Tag of the element.
 * @param content Texts and elements in it.
 * @returns The element.
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  ...content: readonly (string | Node)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  made.append(...content);
  return made;
}

/**
 * Creates a table.
 *
 * @param rows The head, then the rows; the first cell of a row names it.
 * @param caption Name of the table for screen readers.
 * @returns The table.
 */
export function tableOf(
  [head, ...rows]: Table,
  caption: string,
): HTMLTableElement {
  const heading = (text: string, scope: string) =>
    Object.assign(element("th", text), { scope });
  const name = element("caption", caption);
  name.className = "unseen";
  return element(
    "table",
    name,
    element(
      "thead",
      element("tr", ...head.map((cell) => heading(cell, "col"))),
    ),
    element(
      "tbody",
      ...rows.map(([first, ...cells]) =>
        element(
          "tr",
          heading(first, "row"),
          ...cells.map((cell) => element("td", cell)),
        )
      ),
    ),
  );
}
