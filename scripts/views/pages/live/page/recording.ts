/// <reference lib="dom" />
/**
 * The section of the page with a live recording.
 *
 * @module
 */

import type { LivePart } from "../page_data.ts";
import { element, find, tableOf } from "./elements.ts";

/**
 * Shows a recording.
 *
 * @param part State of the recording; `null` if there is none.
 */
export function showRecording(part: LivePart | null): void {
  find("#recording").hidden = part === null;
  if (part === null) return;
  const { source, time, stretch, window, progress, classes, past } = part;
  find("#recording-title").textContent = source;
  find("#recording-time").textContent = time;
  const picture = find<HTMLImageElement>("#recording-events");
  picture.hidden = part.picture === undefined;
  if (part.picture !== undefined) picture.src = part.picture;
  picture.alt =
    find("#recording figcaption").textContent =
      `ON minus OFF events of ${stretch}`;
  find("#recording-window").textContent = window;
  find<HTMLProgressElement>("#recording-progress").value = progress;
  find("#recording-classes").replaceChildren(
    ...classes.map(({ name, share }, index) => {
      const bar = element("span");
      bar.className = "share";
      bar.style.setProperty("--share", `${100 * share}%`);
      const row = element(
        "li",
        element("span", name),
        bar,
        element("output", `${Math.round(100 * share)} %`),
      );
      row.classList.toggle("leads", index === part.leads);
      return row;
    }),
  );
  find("#recording-past").hidden = past.length < 2;
  if (past.length > 1) {
    find("#recording-past").replaceChildren(tableOf(past, "Earlier windows"));
  }
}
