/**
 * Picture of one sample of each class.
 *
 * @module
 */

import type { LabelledSamples } from "../../../dataset/samples/labelled_samples.ts";
import type { ChartSpec } from "../charts/spec.ts";
import type { Theme } from "../charts/theme.ts";
import { countDifferences, typicalLimit } from "./differences.ts";
import { type Panel, picturePanels } from "./picture_panels.ts";
import { createSample } from "./samples/sample.ts";

/** Largest number of classes, and panels per row. */
const [MAX_CLASSES, COLUMNS] = [24, 4];

/**
 * Charts ON minus OFF events of each pixel of the first sample of each class.
 *
 * @param samples The samples, with rows from the top.
 * @param options Name of the data set, and the theme of the chart.
 * @returns The chart.
 * @throws {RecordingError} If a sample cannot be read.
 */
export async function classPictures(
  samples: LabelledSamples,
  { name, theme }: { readonly name: string; readonly theme: Theme },
): Promise<ChartSpec> {
  const { classes, labels, sensor } = samples;
  const panels: Panel[] = [];
  for (const [label, className] of classes.slice(0, MAX_CLASSES).entries()) {
    const index = labels.indexOf(label);
    const events = index < 0 ? undefined : await samples.events(index);
    if (events === undefined || events.t.length === 0) continue;
    const sample = createSample(events, {
      name: className,
      sensor,
      origin: "top",
    });
    panels.push({
      label: className,
      counts: countDifferences(sample, sample.startUs, sample.endUs),
    });
  }
  const limit = typicalLimit(panels.map(({ counts }) => counts));
  return picturePanels(panels, {
    title: {
      text: name,
      subtitle: [
        "ON minus OFF events in each pixel, the first sample of each class",
        `white is ${limit} or more, black −${limit} or less`,
      ],
    },
    pixels: { x: 0, y: 0, ...sensor },
    origin: "top",
    limit,
    columns: COLUMNS,
    theme,
  });
}
