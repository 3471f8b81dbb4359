/**
 * A folder a class, with recordings of any format in it.
 *
 * @module
 */

import { counted } from "../files/counted.ts";
import { DatasetError } from "../files/errors.ts";
import { join } from "../files/file_path.ts";
import { listRecordings } from "./folder_tree.ts";
import type { Layout, ListedSample, SetName } from "./layout.ts";

/** Sets by the names that people give their folders. */
const SETS: readonly (readonly [RegExp, SetName])[] = [
  [/^train(ing)?$/i, "train"],
  [/^(val|valid|validation|dev)$/i, "validation"],
  [/^(test|testing|eval|evaluation)$/i, "test"],
];

/** Names of people and occasions, numbered. */
const GROUP =
  /(?:user|person|people|subject|subj|signer|speaker|participant|session|day)[-_ ]?\d+/i;

/** A folder of such a name is a group's. */
const GROUP_FOLDER = new RegExp(`^(?:${GROUP.source})`, "i");

/**
 * Finds the set that a name stands for.
 *
 * @param name Name of a folder, or a word in a list.
 * @returns The set; `undefined` if it is none.
 *
 * @example
 * ```ts
 * import { setNamed } from "./folders.ts";
 * if (setNamed("Training") !== "train") throw new Error("expected train");
 * ```
 */
export function setNamed(name: string): SetName | undefined {
  return SETS.find(([pattern]) => pattern.test(name))?.[1];
}

/**
 * Folders named after classes. Above them there may be `train`, `validation`
 * and `test`, or these below each class; below them, folders of people or occasions, which are the groups.
 * Where folders of groups lie above those of classes, they are told by names
 * such as `user01`, or by the classes asked for. Without folders of groups,
 * file names such as `user01_2.raw` tell them, if all do.
 */
export const folders: Layout = {
  description: "a folder a class",
  matches: ({ folders }) => folders.length > 0,
  async list(place, classes) {
    const paths = await listRecordings(place);
    const samples = labelPaths(paths, { top: place.folders, classes })
      .map((sample): ListedSample => ({
        path: join(place.path, sample.recording),
        ...sample,
      }));
    if (samples.length === 0) {
      throw new DatasetError(
        place.path,
        `${counted(paths.length, "recording")} in it, none in a folder named ` +
          "after its class",
      );
    }
    return { samples };
  },
};

/** A recording in a folder named after its class. */
export type LabelledPath = Pick<
  ListedSample,
  "recording" | "label" | "set" | "group"
>;

/**
 * Takes classes, sets and groups from the folders that recordings are in.
 *
 * @param paths Paths of recordings below a folder.
 * @param options Names of the folders in that folder; the classes, if they are
 *   known.
 * @returns The recordings that are in a folder named after their class.
 *
 * @example
 * ```ts
 * import { labelPaths } from "./folders.ts";
 * const paths = ["wave/ann/1.raw", "wave/bob/1.raw", "clap/ann/1.raw"];
 * const [{ label }] = labelPaths(paths, { top: ["clap", "wave"] });
 * if (label !== "wave") throw new Error(label);
 * ```
 */
export function labelPaths(
  paths: readonly string[],
  { top, classes }: {
    readonly top: readonly string[];
    readonly classes?: readonly string[];
  },
): LabelledPath[] {
  const bySets = top.length > 1 &&
    top.every((name) => setNamed(name) !== undefined);
  const parted = paths.map((recording) => {
    const parts = recording.split("/");
    const set = bySets ? setNamed(parts.shift()!) : undefined;
    const file = parts.pop()!;
    return { recording, set, parts, file };
  }).filter(({ parts }) => parts.length > 0);
  const groupsAbove = parted.length > 0 &&
    parted.every(({ parts }) =>
      parts.length > 1 &&
      (classes
        ? !classes.includes(parts[0]) && classes.includes(parts[1])
        : GROUP_FOLDER.test(parts[0]))
    );
  const setsBelow = parted.every(({ set, parts }) =>
    set === undefined && parts.length > 1 && setNamed(parts[1]) !== undefined
  );
  const samples = parted.map(({ recording, set, parts }): LabelledPath => {
    const [label, ...rest] = groupsAbove
      ? [parts[1], parts[0], ...parts.slice(2)]
      : parts;
    const below = setsBelow ? setNamed(rest.shift()!) : undefined;
    return {
      recording,
      label,
      set: set ?? below,
      group: rest[0],
    };
  });
  return withGroupsOfNames(withoutLoneGroups(samples));
}

/** Drops groups of one recording each, which are folders of a recording's files. */
function withoutLoneGroups(samples: readonly LabelledPath[]): LabelledPath[] {
  const groups = new Set(samples.map(({ group }) => group));
  return groups.size < samples.length
    ? [...samples]
    : samples.map((sample) => ({ ...sample, group: undefined }));
}

/** Takes groups from file names, where no folder names one and all files do. */
function withGroupsOfNames(samples: readonly LabelledPath[]): LabelledPath[] {
  if (samples.some(({ group }) => group !== undefined)) return [...samples];
  const groups = samples.map(({ recording }) =>
    GROUP.exec(recording.split("/").at(-1)!)?.[0].toLowerCase()
  );
  if (groups.includes(undefined)) return [...samples];
  return samples.map((sample, i) => ({ ...sample, group: groups[i] }));
}
