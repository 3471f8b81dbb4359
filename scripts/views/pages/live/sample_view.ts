/**
 * Runs a fold's best network on a sample of its test set, for the live page.
 *
 * Uses a separate device and releases it immediately, so that the training
 * process does not wait for it.
 *
 * @module
 */

import { join } from "node:path";
import { openPreferredDevice } from "../../../device/adapter.ts";
import { spikeHistogram } from "../../charts/spike_histogram.ts";
import { spikeRaster } from "../../charts/spike_raster.ts";
import type { OutputSpikes } from "../../charts/output_spikes.ts";
import { runningLogits } from "../../charts/decisions/running_logits.ts";
import { openModel } from "../../../experiment/evaluate_fold.ts";
import {
  countDifferences,
  GREYS,
  paintDifferences,
  typicalLimit,
} from "../../pictures/differences.ts";
import { imageUrl } from "../../pictures/gif.ts";
import { originIn } from "../../pictures/samples/open_sample.ts";
import { createSample, type Sample } from "../../pictures/samples/sample.ts";
import { traceSample } from "../../../experiment/trace_sample.ts";
import { weightsName } from "../../../run/files.ts";
import { readWeights } from "../../../run/weights_file.ts";
import { foldsOf } from "../../../run/reader.ts";
import { chartPart } from "./chart_parts.ts";
import type { SampleView } from "./page_data.ts";
import type { RunFiles } from "./run_files.ts";

/** Number of time windows for the events of a sample. */
const STRETCHES = 8;

/**
 * Shows a sample.
 *
 * @param files The run.
 * @param options The fold, and the sample's position in its test set; positions
 * beyond either end wrap around.
 * @returns The events of the sample and the outputs.
 * @throws {Error} If the run has no such fold, or data or weights cannot be
 * read, or there is no device.
 */
export async function viewSample(
  { folder, configuration, epochs }: RunFiles,
  { fold: number, place }: { readonly fold: number; readonly place: number },
): Promise<SampleView> {
  if (configuration === undefined) {
    throw new Error(`Cannot show a sample: "${folder}" has no config.yaml`);
  }
  const folds = await foldsOf({ configuration, epochs });
  const fold = folds.find((fold) => fold.number === number);
  if (fold === undefined) {
    throw new RangeError(`Cannot show fold "${number}": there is none`);
  }
  const weights = await readWeights(join(folder, weightsName(number)));
  const { source, indices } = fold.test;
  const total = indices.length;
  const at = ((place % total) + total) % total;
  const sample = indices[at];
  using device = await openPreferredDevice();
  using model = await openModel(device, fold, { configuration, weights });
  const { output } = await traceSample(model, fold, {
    sample,
    neurons: [],
    configuration,
  });
  const events = await source.events(sample);
  return {
    place: at,
    total,
    name: output.sample,
    label: className(output, output.label),
    prediction: className(output, output.prediction),
    events: events.t.length === 0 ? [] : picturesOf(createSample(events, {
      name: output.sample,
      sensor: source.sensor,
      origin: await originIn(configuration),
      span: {
        timing: source.timing,
        lengthUs: 1000 * output.duration,
      },
    })),
    charts: output.logits
      ? [chartPart("logits", runningLogits(output), logitsOf(output))]
      : [
        chartPart("raster", spikeRaster(output), countsOf(output)),
        chartPart("counts", spikeHistogram(output), countsOf(output)),
      ],
  };
}

function className({ classes }: OutputSpikes, index: number): string {
  return classes[index] ?? `output ${index}`;
}

/** Lists the spike count of each output. */
function countsOf(output: OutputSpikes): string {
  const counts = output.times.map((times, index) =>
    `${className(output, index)} ${times.length}`
  );
  return `Spikes of each output: ${counts.join(", ")}`;
}

/** Lists the logit of each output at the end of the sample. */
function logitsOf(output: OutputSpikes): string {
  const logits = (output.logits ?? []).map((own, index) =>
    `${className(output, index)} ${own[own.length - 1].toPrecision(3)}`
  );
  return `Logit of each output: ${logits.join(", ")}`;
}

function picturesOf(sample: Sample): SampleView["events"] {
  const { startUs, endUs, pixels } = sample;
  const edges = Array.from(
    { length: STRETCHES + 1 },
    (_, i) => startUs + (endUs - startUs) * i / STRETCHES,
  );
  const counts = edges.slice(1).map((end, i) =>
    countDifferences(sample, edges[i], end)
  );
  const limit = typicalLimit(counts);
  const ms = (us: number) => Math.round(us / 1000);
  return counts.map((picture, i) => ({
    time: `${ms(edges[i])}–${ms(edges[i + 1])} ms`,
    url: imageUrl(paintDifferences(picture, pixels.width, limit), GREYS),
  }));
}
