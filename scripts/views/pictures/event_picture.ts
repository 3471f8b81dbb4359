/**
 * The event picture: ON minus OFF events of each pixel in eight time windows.
 *
 * @module
 */

import type { ChartSpec } from "../charts/spec.ts";
import type { Theme } from "../charts/theme.ts";
import { countDifferences, typicalLimit } from "./differences.ts";
import { picturePanels } from "./picture_panels.ts";
import type { Sample } from "./samples/sample.ts";
import {
  chooseTimeUnit,
  formatDuration,
  formatEvents,
  formatNumber,
} from "./samples/time_unit.ts";

/** Number of panels, in two rows. */
const PANELS = 8;

/**
 * Charts ON minus OFF events of each pixel as grey levels: a panel for each of
 * eight equal time windows, in two rows.
 *
 * @param sample The sample.
 * @param theme The theme of everything but the pixels.
 * @returns The chart.
 */
export function eventPicture(sample: Sample, theme: Theme): ChartSpec {
  const { name, origin, pixels, startUs, endUs, events } = sample;
  const unit = chooseTimeUnit(endUs);
  const edges = Array.from(
    { length: PANELS + 1 },
    (_, i) => startUs + (endUs - startUs) * i / PANELS,
  );
  const panels = edges.slice(1).map((end, i) =>
    countDifferences(sample, edges[i], end)
  );
  const limit = typicalLimit(panels);
  const step = (endUs - startUs) / PANELS / unit.us;
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(step)));
  const written = edges.map((edge) => formatNumber(edge / unit.us, decimals));
  const labels = panels.map((_, i) =>
    `${written[i]} to ${written[i + 1]} ${unit.name}`
  );
  return picturePanels(
    panels.map((counts, i) => ({ label: labels[i], counts })),
    {
      title: {
        text: name,
        subtitle: [
          `ON minus OFF events in each pixel, in eight stretches of ` +
          `${formatDuration((endUs - startUs) / PANELS)}`,
          `${
            formatEvents(events.t.length)
          } in all; white is ${limit} or more, ` +
          `black −${limit} or less`,
        ],
      },
      pixels,
      origin,
      limit,
      columns: PANELS / 2,
      theme,
    },
  );
}
