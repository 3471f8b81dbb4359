/// <reference lib="dom" />
/**
 * Elements of the page.
 *
 * @module
 */

import type { Table } from "../../report/results_table.ts";

/**
 * Finds an element that the page has.
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
 * Makes an element.
 *
 * @param name Its tag.
 * @param content Text or elements in it.
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
 * Makes a table.
 *
 * @param rows Its head, then its rows, whose first cells name them.
 * @param caption What it is called.
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
