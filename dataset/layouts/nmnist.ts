/**
 * Layouts of N-MNIST: as published, and with the lists of slayerPytorch.
 *
 * @module
 */

import { DatasetError } from "../files/errors.ts";
import { join } from "../files/file_path.ts";
import { NMNIST_SENSOR, readNmnistList } from "../formats/nmnist.ts";
import { lookAt } from "./folder_tree.ts";
import { folders } from "./folders.ts";
import type { Layout, ListedSample, Place } from "./layout.ts";

const DIGITS = Array.from("0123456789");

/** File names of slayerPytorch's lists. */
const LIST = /^(train|test).*\.txt$/i;
const DIGIT = /^\d+\.(bs2|bin)$/;

/**
 * `Train/` and `Test/` with a folder per digit, or lists such as `train1K.txt`
 * and `test100.txt` next to the listed recordings.
 */
export const nmnist: Layout = {
  description: "digits of N-MNIST",
  async matches(place) {
    if (isListed(place)) return true;
    const inner = place.folders.length === 2 &&
        place.folders.every((name) => /^(train|test)$/i.test(name))
      ? await lookAt(join(place.path, place.folders[0]))
      : place;
    if (inner.folders.join() !== DIGITS.join()) return false;
    const { files = [] } = await lookAt(join(inner.path, "0"));
    return files.length > 0 && files.every((name) => /\.bin$/i.test(name));
  },
  async list(place) {
    const known = { classes: DIGITS, sensor: NMNIST_SENSOR };
    if (!isListed(place)) return { ...await folders.list(place), ...known };
    const present = new Set(place.files);
    const samples: ListedSample[] = [];
    for (const name of place.files!.filter((name) => LIST.test(name))) {
      const set = /^train/i.test(name) ? "train" : "test";
      for (
        const { id, label } of await readNmnistList(join(place.path, name))
      ) {
        const file = [`${id}.bs2`, `${id}.bin`].find((f) => present.has(f));
        if (file === undefined) {
          throw new DatasetError(place.path, `there is no "${id}.bs2"`);
        }
        samples.push({
          path: join(place.path, file),
          recording: file,
          label: String(label),
          set,
        });
      }
    }
    return { samples, ...known };
  },
};

function isListed({ files = [] }: Place): boolean {
  return files.some((name) => LIST.test(name)) &&
    files.some((name) => DIGIT.test(name));
}
