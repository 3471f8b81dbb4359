/**
 * Export of labelled samples from any data set to one event store.
 *
 * @module
 */

import type { LabelledSamples } from "../samples/labelled_samples.ts";
import { RecordingWriter } from "../store/recording_writer.ts";
import type {
  RecordingAttributes,
  RecordingOrigin,
  StoreAttributes,
  StoreSource,
} from "../store/attributes.ts";
import { StoreUpdate } from "../store/update.ts";
import type { SliceProgress, SliceReport } from "./slice.ts";

/** Options for writing the store. */
export interface SliceSamplesOptions {
  /** The store to create or to update. */
  readonly out: string;
  /** Files that are sliced, to be named in the store. @default not named */
  readonly source?: StoreSource;
  /** Called after each recording. */
  readonly onProgress?: (progress: SliceProgress) => void;
}

/**
 * Writes the samples of a data set to an event store, in upright axes, with
 * their groups, split and start times. As with `sliceRecordings()`, unchanged
 * recordings in the store are kept, and recordings that the data set lacks are
 * removed.
 *
 * @param samples The samples.
 * @param options The store to write.
 * @returns The recordings of the store, and those removed from it.
 * @throws {DatasetError} If `out` is a folder of other files or slices or is
 *   being read or sliced by another run, or if writing fails.
 * @throws {RecordingError} If a recording cannot be read.
 *
 * @example
 * ```ts
 * import { openSamples } from "../samples/open_samples.ts";
 * import { sliceSamples } from "./slice_samples.ts";
 * import { openStore } from "../store/store.ts";
 * const folder = await Deno.makeTempDir();
 * await Deno.mkdir(`${folder}/wave`);
 * await Deno.writeTextFile(`${folder}/wave/1.csv`, "t,x,y,p\n7,5,2,1\n");
 * const out = `${folder}/wave.zarr`;
 * await sliceSamples(await openSamples(folder), { out });
 * const { slices } = await openStore(out);
 * if (slices[0].name !== "wave/1.csv") throw new Error("expected the recording");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function sliceSamples(
  samples: LabelledSamples,
  { out, source, onProgress }: SliceSamplesOptions,
): Promise<SliceReport> {
  const members = [
    ...Map.groupBy(samples.samples.keys(), (n) => samples.samples[n].place),
  ];
  const names = folderNames(
    members.map(([place]) => samples.recordings[place].name),
  );
  const origins = await Promise.all(
    members.map(([place, indices], n) =>
      originOf(samples, { place, indices, source: names[n] })
    ),
  );
  const store: StoreAttributes = {
    format: "slayer-events",
    version: 1,
    complete: true,
    sensor: samples.sensor,
    axes: "upright",
    timeUnit: "µs",
    classes: samples.classes,
    recordings: names,
    source,
  };
  await using update = await StoreUpdate.open(out);
  const found: (RecordingAttributes | undefined)[] = [];
  for (const origin of origins) found.push(await update.find(origin, store));
  update.requireSameData(store, found.flatMap((there) => there?.source ?? []));
  const removed = await update.others(names);
  const unchanged = found.every((recording) => recording !== undefined) &&
    removed.length === 0 && update.says(store);
  if (!unchanged) await update.begin(store);
  for (const name of removed) await update.remove(name);
  const recordings = [];
  for (const [n, origin] of origins.entries()) {
    const there = found[n];
    const attributes = there ?? await writeRecording(samples, {
      indices: members[n][1],
      origin,
      folder: update.partial(origin.source),
    });
    if (there === undefined) await update.place(origin.source);
    const recording = { ...attributes, sliced: there === undefined };
    recordings.push(recording);
    onProgress?.({ recording, done: n + 1, total: origins.length });
  }
  if (!unchanged) await update.complete(store);
  return { recordings, removed, locked: update.locked };
}

/**
 * Returns a unique folder name for each recording, of letters, digits and
 * underscores.
 */
function folderNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const plain = name.replace(/\.\w+$/, "").replaceAll(/\W+/g, "_");
    let folder = plain;
    for (let n = 2; taken.has(folder); n++) folder = `${plain}_${n}`;
    taken.add(folder);
    return folder;
  });
}

async function originOf(
  samples: LabelledSamples,
  { place, indices, source }: {
    readonly place: number;
    readonly indices: readonly number[];
    readonly source: string;
  },
): Promise<RecordingOrigin> {
  const own = indices.map((index) => samples.samples[index]);
  const { digest } = await samples.origin!(indices[0]);
  return {
    source,
    sha256: digest,
    axes: "upright",
    person: 0,
    session: "",
    name: samples.recordings[place].name,
    groups: own.map(({ group = "" }) => group),
    sets: own.map(({ set = "" }) => set),
    startsUs: own.map(({ startUs = 0 }) => startUs),
    labels: own.map(({ label }) => label),
    tagStarts: own.map(({ from = 0 }) => from),
    tagEnds: await Promise.all(
      own.map(async ({ to }, n) =>
        to ?? (await samples.events(indices[n])).t.length
      ),
    ),
  };
}

/**
 * Writes the group of a recording; events in several samples are stored once.
 */
async function writeRecording(
  samples: LabelledSamples,
  { indices, origin, folder }: {
    readonly indices: readonly number[];
    readonly origin: RecordingOrigin;
    readonly folder: string;
  },
): Promise<RecordingAttributes> {
  const { tagStarts, tagEnds } = origin;
  const writer = await RecordingWriter.create(folder, samples.sensor);
  const start = new Uint32Array(indices.length);
  const end = new Uint32Array(indices.length);
  const durationsUs: number[] = [];
  const order = [...indices.keys()].sort((a, b) => tagStarts[a] - tagStarts[b]);
  // Events before this index of the recording are stored or in no sample.
  let written = 0;
  for (const n of order) {
    const { t, ...events } = await samples.events(indices[n]);
    written = Math.max(written, tagStarts[n]);
    const first = origin.startsUs![n];
    start[n] = writer.events - (written - tagStarts[n]);
    if (tagEnds[n] > written) {
      const times = t.map((time) => time + first);
      const from = written - tagStarts[n];
      await writer.append({ ...events, t: times }, from, times.length);
      written = tagEnds[n];
    }
    end[n] = start[n] + t.length;
    const { durationUs } = samples.samples[indices[n]];
    durationsUs[n] = durationUs ?? t[t.length - 1] - t[0];
  }
  const attributes: RecordingAttributes = {
    ...origin,
    events: writer.events,
    durationsUs,
    specialEvents: 0,
    backwardSteps: 0,
  };
  await writer.finish({ start, end }, attributes);
  return attributes;
}
