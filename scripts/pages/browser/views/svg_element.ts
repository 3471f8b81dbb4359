/**
 * Parts of drawings on the page.
 *
 * @module
 */

/// <reference lib="dom" />

/**
 * Makes an element of SVG.
 *
 * @param name Its name.
 * @param attributes Its attributes.
 * @param text What it says.
 * @returns The element.
 */
export function svgElement(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  text = "",
): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, String(value));
  }
  made.textContent = text;
  return made;
}
