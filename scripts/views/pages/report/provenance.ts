/**
 * The provenance of a run's data: paths, sizes and checksums.
 *
 * @module
 */

import { join } from "node:path";
import type { EventStore } from "../../../../dataset/store/store.ts";
import { parseRecordingAttributes } from "../../../../dataset/store/attributes.ts";
import { readGroup } from "../../../../dataset/store/zarr/groups.ts";
import type { Configuration } from "../../../configuration/schema/types.ts";
import type { Fold } from "../../../experiment/fold.ts";

/** A recording and its use in each fold. */
export interface RecordingProvenance {
  /** Its name. */
  readonly name: string;
  /** SHA-256 of its file, in hexadecimal. */
  readonly sha256: string;
  /** Lighting session, `S1` to `S4`. */
  readonly session: string;
  /** Number of samples cut from it. */
  readonly samples: number;
  /** Training, validation or test, for each fold. */
  readonly uses: readonly string[];
}

/** The provenance of data. */
export interface Provenance {
  /** Names and values of the facts. */
  readonly facts: readonly (readonly [string, string])[];
  /** The recordings in a store; none if samples are not from one. */
  readonly recordings: readonly RecordingProvenance[];
}

/**
 * Collects the provenance of a run's data.
 *
 * @param configuration The run's configuration.
 * @param folds Its folds.
 * @returns Paths, sizes, and the recordings with their checksums.
 * @throws {DatasetError} If the store is damaged.
 */
export async function readProvenance(
  configuration: Configuration,
  folds: readonly Fold[],
): Promise<Provenance> {
  const { path, sliced_dataset } = configuration.training;
  const { source } = folds[0].test;
  const { width, height } = source.sensor;
  const sizes = folds.map(({ number, train, validation, test }) =>
    [
      `Samples of fold ${number}`,
      [
        `${train.indices.length} training`,
        ...(validation ? [`${validation.indices.length} validation`] : []),
        `${test.indices.length} test`,
      ].join(", "),
    ] as const
  );
  const { slices } = source as Partial<EventStore>;
  const places = configuration.data
    ? [["Recordings", configuration.data.path]] as const
    : slices === undefined
    ? [["Training list", path.train!], ["Test list", path.test!]] as const
    : [
      ...sliced_dataset ? [["Event store", path.store] as const] : [],
      ["Recordings", path.file_list] as const,
    ];
  return {
    facts: [
      ...places,
      ["Sensor", `${width}×${height} pixels`],
      ["Classes", source.classes.join(", ")],
      ...sizes,
    ],
    recordings: slices === undefined || !sliced_dataset
      ? []
      : await readRecordings(path.store, slices, folds),
  };
}

async function readRecordings(
  store: string,
  slices: EventStore["slices"],
  folds: readonly Fold[],
): Promise<RecordingProvenance[]> {
  const uses = folds.map((fold) => {
    const use = new Map<string, string>();
    for (const set of ["train", "validation", "test"] as const) {
      const word = set === "train" ? "training" : set;
      fold[set]?.indices.forEach((index) =>
        use.set(slices[index].source, word)
      );
    }
    return use;
  });
  const names = [...new Set(slices.map(({ source }) => source))]
    .filter((name) => uses.some((use) => use.has(name)));
  return await Promise.all(names.map(async (name) => {
    const folder = join(store, name);
    const attributes = parseRecordingAttributes(
      folder,
      await readGroup(folder) ?? {},
    );
    return {
      name,
      sha256: attributes.sha256,
      session: attributes.session,
      samples: attributes.labels.length,
      uses: uses.map((use) => use.get(name) ?? ""),
    };
  }));
}
