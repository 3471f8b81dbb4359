/**
 * Detection of the layout of a folder or list.
 *
 * @module
 */

import { counted } from "../files/counted.ts";
import { DatasetError } from "../files/errors.ts";
import { join } from "../files/file_path.ts";
import {
  findClassPattern,
  nameInPath,
  type NamePatterns,
  withoutClasses,
} from "./class_pattern.ts";
import { dvsGesture } from "./dvs_gesture.ts";
import { isRecording, listRecordings, lookAt } from "./folder_tree.ts";
import { folders, labelPaths } from "./folders.ts";
import type {
  Layout,
  LayoutName,
  Listing,
  ListOptions,
  Place,
} from "./layout.ts";
import { list } from "./list.ts";
import { nCaltech101 } from "./n_caltech101.ts";
import { nmnist } from "./nmnist.ts";
import { shd } from "./shd.ts";
import { slAnimals } from "./sl_animals.ts";

/**
 * All layouts. The first match counts, so special layouts precede general ones.
 */
export const LAYOUTS: Readonly<Record<LayoutName, Layout>> = {
  "sl-animals": slAnimals,
  "dvs-gesture": dvsGesture,
  shd,
  nmnist,
  "n-caltech101": nCaltech101,
  list,
  folders,
};

/**
 * Lists the samples of a data set in any known layout.
 *
 * @param path The folder or the list.
 * @param options The layout, detected by default, and the requested classes or
 *   a pattern of classes.
 * @returns The samples, and the name of the layout.
 * @throws {DatasetError} If there is no such file or folder, it has no known
 *   layout or not the given one, or a file that describes the samples cannot be
 *   used.
 *
 * @example
 * ```ts
 * import { listSamples } from "./find_layout.ts";
 * const folder = await Deno.makeTempDir();
 * await Deno.mkdir(`${folder}/wave`);
 * await Deno.writeTextFile(`${folder}/wave/1.csv`, "t,x,y,p\n1,5,7,1\n");
 * const { layout, samples } = await listSamples(folder);
 * if (layout !== "folders" || samples[0].label !== "wave") {
 *   throw new Error("expected a folder a class");
 * }
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function listSamples(
  path: string,
  { layout, ...options }: ListOptions & { readonly layout?: LayoutName } = {},
): Promise<Listing & { readonly layout: LayoutName }> {
  const outer = await lookAt(path);
  const found = layout ?? await findLayout(outer);
  const inner = layout === undefined && found === "folders"
    ? await findInside(outer)
    : undefined;
  const place = inner?.place ?? outer;
  const name = inner?.layout ?? found ??
    (options.class && place.files ? "folders" : undefined);
  if (name === undefined) {
    const recordings = place.files?.filter(isRecording) ?? [];
    if (recordings.length > 0) {
      throw new DatasetError(path, withoutClasses(recordings));
    }
    const known = Object.values(LAYOUTS).map(({ description }) => description);
    throw new DatasetError(path, `it is none of: ${known.join("; ")}`);
  }
  const listed = await LAYOUTS[name].list(place, options);
  const listing = options.class && name !== "folders"
    ? relabel(listed, { path, pattern: options.class })
    : listed;
  const { samples, classes: own } = listing;
  const isOwn = samples.some(({ label }) => own?.includes(label) ?? true);
  if (layout !== undefined && !isOwn) {
    const { description } = LAYOUTS[layout];
    throw new DatasetError(
      path,
      `it has not the layout "${layout}": ${description}`,
    );
  }
  const { guessed } = listing;
  return {
    layout: name,
    ...listing,
    guessed: inner ? { ...guessed, inside: inner.name } : guessed,
  };
}

/**
 * Finds patterns of classes, and possibly groups, in file names, if neither the
 * layout nor folders define classes. People of several words have no pattern:
 * they are groups without one.
 *
 * @param place The folder.
 * @returns The patterns; `undefined` if classes are defined otherwise, or there
 *   are none.
 * @throws {DatasetError} If a folder cannot be read.
 *
 * @example
 * ```ts
 * import { findNamePatterns } from "./find_layout.ts";
 * import { lookAt } from "./folder_tree.ts";
 * const folder = await Deno.makeTempDir();
 * for (const name of ["wave_1", "wave_2", "clap_1", "clap_2"]) {
 *   await Deno.writeTextFile(`${folder}/${name}.csv`, "");
 * }
 * const found = await findNamePatterns(await lookAt(folder));
 * if (`${found?.class.names}` !== "clap,wave") throw new Error("expected two");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function findNamePatterns(
  place: Place,
): Promise<NamePatterns | undefined> {
  const layout = await findLayout(place);
  if (!place.files || (layout !== undefined && layout !== "folders")) {
    return undefined;
  }
  const paths = await listRecordings(place);
  if (labelPaths(paths).samples.length > 0) return undefined;
  const found = findClassPattern(paths);
  if (found?.group === undefined) return found;
  const { guessed } = labelPaths(paths, {
    class: new RegExp(found.class.pattern),
  });
  // A pattern of one word would join people who share a part of their names.
  return guessed?.groups?.some((name) => name.includes("_"))
    ? { class: found.class }
    : found;
}

/** Replaces the classes of a listing by those in the paths of recordings. */
function relabel(
  { samples, classes: _classes, remarks = [], ...listing }: Listing,
  { path, pattern }: { readonly path: string; readonly pattern: RegExp },
): Listing {
  const labelled = samples.flatMap((sample) => {
    const label = nameInPath(sample.recording, pattern);
    return label === undefined ? [] : [{ ...sample, label }];
  });
  if (labelled.length === 0) {
    const paths = new Set(samples.map(({ recording }) => recording));
    throw new DatasetError(path, withoutClasses([...paths], { pattern }));
  }
  const left = samples.length - labelled.length;
  return {
    ...listing,
    samples: labelled,
    remarks: left === 0
      ? remarks
      : [...remarks, `without a class: ${counted(left, "sample")}`],
  };
}

/**
 * Finds a layout other than that of a folder a class in the only folder of a
 * place, or in the only folder of that one, as archives are unpacked.
 */
async function findInside({ path, files, folders }: Place): Promise<
  | {
    readonly place: Place;
    readonly layout: LayoutName;
    readonly name: string;
  }
  | undefined
> {
  const [name] = folders;
  if (folders.length !== 1 || files?.some(isRecording)) return undefined;
  const place = await lookAt(join(path, name));
  const layout = await findLayout(place);
  return layout === undefined || layout === "folders"
    ? await findInside(place)
    : { place, layout, name };
}

/**
 * Detects the layout of a file or folder.
 *
 * @param place The file or folder.
 * @returns Name of the layout; `undefined` if it has no known layout, like a
 *   recording or a folder of recordings without classes.
 * @throws {DatasetError} If a folder cannot be read.
 *
 * @example
 * ```ts
 * import { findLayout } from "./find_layout.ts";
 * import { lookAt } from "./folder_tree.ts";
 * const path = await Deno.makeTempFile({ suffix: ".csv" });
 * await Deno.writeTextFile(path, "t,x,y,p\n1,5,7,1\n");
 * const layout = await findLayout(await lookAt(path));
 * if (layout !== undefined) throw new Error("expected a recording");
 * await Deno.remove(path);
 * ```
 */
export async function findLayout(
  place: Place,
): Promise<LayoutName | undefined> {
  for (const [name, layout] of Object.entries(LAYOUTS)) {
    if (await layout.matches(place)) return name as LayoutName;
  }
}
