/**
 * Opens the samples of a configuration, unfiltered, and filters them.
 *
 * @module
 */

import { join } from "node:path";
// @ts-types="npm:@types/d3-array@3.2.2"
import { sum } from "npm:d3-array@3.2.4";
import { counted } from "../../dataset/files/counted.ts";
import { DatasetError } from "../../dataset/files/errors.ts";
import type { LabelledSamples } from "../../dataset/samples/labelled_samples.ts";
import {
  openSamples,
  type OpenSamplesOptions,
} from "../../dataset/samples/open_samples.ts";
import { storeSamples } from "../../dataset/samples/store_samples.ts";
import type { SampleSource } from "../../dataset/sample_source.ts";
import { openRecordings } from "../../dataset/slicing/recordings.ts";
import type { EventStore, ReadOptions } from "../../dataset/store/store.ts";
import type { DataSection } from "../configuration/schema/data.ts";
import type { Configuration } from "../configuration/schema/types.ts";
import { filtered } from "../configuration/transforms.ts";
import { createProgress, type Progress } from "../command_line/progress.ts";
import { describeChanges } from "../files/store_source.ts";
import { leadsToStore, openEventStore } from "./event_store.ts";
import type { FoldsOptions } from "./fold.ts";

/** Number of samples whose filtered events are counted. */
const LOOKED_AT = 8;

/** Share of their events below which a filter is doubted. */
const LEAST = 0.1;

/**
 * Opens the samples of a configuration's section `data`, and shows progress.
 *
 * @param data The section.
 * @param options `onUnreadable` receives the error of each unreadable
 * recording; without it the first one is thrown. Also the cache folder.
 * @returns The samples, unfiltered.
 * @throws {DatasetError} If a file that describes them cannot be used.
 * @throws {RecordingError} If a recording cannot be read.
 */
export async function openData(
  data: DataSection,
  { onUnreadable, cache }:
    & Pick<OpenSamplesOptions, "onUnreadable">
    & Pick<ReadOptions, "cache"> = {},
): Promise<LabelledSamples> {
  const { path, class: pattern, group, ...options } = data;
  if (await leadsToStore(path)) return await openSliced(data, cache);
  let progress: Progress | undefined;
  try {
    return await openSamples(path, {
      ...options,
      onUnreadable,
      class: pattern === undefined ? undefined : new RegExp(pattern),
      group: group === "recording"
        ? group
        : group === undefined || group === "none"
        ? undefined
        : new RegExp(group),
      onProgress(done, total) {
        progress ??= createProgress({ total, label: "recordings" });
        progress.update(done);
      },
    });
  } finally {
    progress?.[Symbol.dispose]();
  }
}

/**
 * Opens a store of slices as labelled samples.
 *
 * @param data The section that names it.
 * @param cache Folder for downloads.
 * @returns The samples.
 * @throws {DatasetError} If the store cannot be used, or the section has keys
 * that apply to recordings only.
 */
async function openSliced(
  data: DataSection,
  cache: string | undefined,
): Promise<LabelledSamples> {
  const { path, group } = data;
  const keys = [
    ...["window", "classes", "class", "skip", "layout", "timeUnit"] as const,
  ];
  const key = keys.find((key) => data[key] !== undefined);
  if (key !== undefined) {
    throw new DatasetError(
      path,
      `it is a store, which is cut already: leave out data.${key}`,
    );
  }
  if (group !== undefined && group !== "none") {
    throw new DatasetError(
      path,
      "it is a store, which defines its groups",
    );
  }
  const samples = storeSamples(await openEventStore(path, { cache }));
  const change = await describeChanges(path);
  return change === undefined ? samples : { ...samples, remarks: [change] };
}

/**
 * Opens the slices of a configuration: from their store or from the recordings,
 * in which case progress is shown.
 *
 * @param configuration The configuration.
 * @param options Options for reading, by default on this thread; `onDoubt`
 * receives a line for each recording that is cut off, or one if recordings have
 * changed since they were sliced.
 * @returns The slices, unfiltered.
 * @throws {DatasetError} If the store, a list or a tag file cannot be used.
 * @throws {RecordingError} If a recording cannot be read.
 */
export async function openSlices(
  { training }: Configuration,
  { onDoubt, ...options }: ReadOptions & Pick<FoldsOptions, "onDoubt"> = {},
): Promise<EventStore> {
  const { store, data, file_list: list, cache } = training.path;
  if (training.sliced_dataset) {
    const opened = await openEventStore(store, { cache, ...options });
    const change = onDoubt && await describeChanges(store);
    if (change) onDoubt?.(change);
    return opened;
  }
  let progress: Progress | undefined;
  try {
    return await openRecordings({
      ...options,
      recordings: join(data, "recordings"),
      tags: join(data, "tags"),
      list,
      classes: join(data, "SL-Animals-DVS_gestures_definitions.csv"),
      cache,
      onRemark: onDoubt,
      onProgress(done, total) {
        progress ??= createProgress({ total, label: "recordings" });
        progress.update(done);
      },
    });
  } finally {
    progress?.[Symbol.dispose]();
  }
}

/**
 * Applies the filters of a configuration.
 *
 * @param source The samples.
 * @param configuration The configuration.
 * @param options `onDoubt` receives a line if less than a tenth of the events
 * of a few samples stay.
 * @returns The filtered samples; the source itself without a filter.
 * @throws {Error} If one of these samples cannot be read.
 */
export async function openFiltered(
  source: SampleSource,
  configuration: Configuration,
  { onDoubt }: Pick<FoldsOptions, "onDoubt">,
): Promise<SampleSource> {
  const rest = filtered(source, configuration);
  const all = source.labels.length;
  if (rest === source || all === 0 || onDoubt === undefined) return rest;
  const count = Math.min(all, LOOKED_AT);
  const indices = Array.from(
    { length: count },
    (_, n) => Math.floor(n * all / count),
  );
  const [before, after] = await Promise.all(
    [source, rest].map(async (own) =>
      sum(
        await Promise.all(
          indices.map(async (index) => (await own.events(index)).t.length),
        ),
      )
    ),
  );
  if (after < LEAST * before) {
    onDoubt(
      `training.filter leaves ${after} of ${counted(before, "event")} in ` +
        `${counted(count, "sample")}: --set training.filter=null keeps them`,
    );
  }
  return rest;
}
