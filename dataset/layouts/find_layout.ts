/**
 * The layouts that are known, and which of them a folder or list has.
 *
 * @module
 */

import { DatasetError } from "../files/errors.ts";
import { dvsGesture } from "./dvs_gesture.ts";
import { lookAt } from "./folder_tree.ts";
import { folders } from "./folders.ts";
import type { Layout, LayoutName, Listing, Place } from "./layout.ts";
import { list } from "./list.ts";
import { nCaltech101 } from "./n_caltech101.ts";
import { nmnist } from "./nmnist.ts";
import { shd } from "./shd.ts";
import { slAnimals } from "./sl_animals.ts";

/** All layouts; the first that matches is taken, so special ones go first. */
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
 * Lists the samples of a data set, in whatever layout it has.
 *
 * @param path The folder or the list.
 * @param options The layout, found by looking if left out, and the classes
 *   asked for.
 * @returns The samples, and the name of the layout.
 * @throws {DatasetError} If there is no such place, it has no layout that is
 *   known, or not the one given, or a file that describes the samples cannot be
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
  { layout, classes }: {
    readonly layout?: LayoutName;
    readonly classes?: readonly string[];
  } = {},
): Promise<Listing & { readonly layout: LayoutName }> {
  const place = await lookAt(path);
  const name = layout ?? await findLayout(place);
  if (name === undefined) {
    const known = Object.values(LAYOUTS).map(({ description }) => description);
    throw new DatasetError(path, `it is none of: ${known.join("; ")}`);
  }
  const listing = await LAYOUTS[name].list(place, classes);
  const { samples, classes: own } = listing;
  const isOwn = samples.some(({ label }) => own?.includes(label) ?? true);
  if (layout !== undefined && !isOwn) {
    const { description } = LAYOUTS[layout];
    throw new DatasetError(
      path,
      `it has not the layout "${layout}": ${description}`,
    );
  }
  return { layout: name, ...listing };
}

/**
 * Finds the layout of a file or folder by looking at it.
 *
 * @param place The file or folder.
 * @returns Name of the layout; `undefined` if it has none that is known, as a
 *   recording and a folder of recordings without classes.
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
