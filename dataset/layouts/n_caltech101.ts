/**
 * Layout of N-Caltech101: a folder per class, with ATIS recordings in `.bin`.
 *
 * @module
 */

import { join } from "../files/file_path.ts";
import { lookAt } from "./folder_tree.ts";
import { folders } from "./folders.ts";
import type { Layout, Place } from "./layout.ts";

/** Class folders by which the layout is recognised. */
const SOME_CLASSES = ["accordion", "airplanes", "yin_yang"];

/** The folder `Caltech101`, or its parent, which also has the annotations. */
export const nCaltech101: Layout = {
  description: "objects of N-Caltech101",
  matches: async (place) => await findClasses(place) !== undefined,
  async list(place, options) {
    return await folders.list(await findClasses(place) ?? place, options);
  },
};

async function findClasses(place: Place): Promise<Place | undefined> {
  const inner = place.folders.includes("Caltech101")
    ? await lookAt(join(place.path, "Caltech101"))
    : place;
  const has = SOME_CLASSES.every((name) => inner.folders.includes(name));
  return has ? inner : undefined;
}
