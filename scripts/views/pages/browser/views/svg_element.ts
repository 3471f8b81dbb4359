/**
 * Creates SVG elements.
 *
 * @module
 */

/// <reference lib="dom" />

/**
 * Creates an SVG element.
 *
 * @param name Tag of the element.
 * @param attributes Its attributes.
 * @param text Its text.
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
