/**
 * Layout of SHD and SSC: spikes of spoken words in HDF5, many samples per file.
 *
 * @module
 */

import { DatasetError } from "../files/errors.ts";
import { join } from "../files/file_path.ts";
import { hdf5 } from "../formats/hdf5/hdf5.ts";
import { CHANNELS } from "../formats/hdf5/spikes.ts";
import type { Layout, ListedSample, Place } from "./layout.ts";
import { setNamed } from "./folder_names.ts";

const FILE = /^(shd|ssc)(?:_(train|valid|test))?\.(h5|hdf5)$/i;

/**
 * Files such as `shd_train.h5` and `shd_test.h5`, or one of them; groups are
 * speakers, if the file gives them.
 */
export const shd: Layout = {
  description: "spoken words of SHD or SSC",
  matches: (place) => filesOf(place).length > 0,
  async list(place) {
    const samples: ListedSample[] = [];
    let names: readonly string[] = [];
    for (const path of filesOf(place)) {
      const recording = path.split("/").at(-1)!;
      const file = await hdf5.open(path);
      if (file.keys.length > names.length) names = file.keys;
      const set = setNamed(FILE.exec(recording)?.[2] ?? "");
      for (const [index, { label, speaker }] of file.samples.entries()) {
        if (label === undefined) {
          throw new DatasetError(path, "it has spikes without labels");
        }
        samples.push({
          path,
          recording,
          index,
          label: String(label),
          group: speaker === undefined ? undefined : `speaker ${speaker}`,
          set,
        });
      }
    }
    const most = samples.reduce(
      (most, { label }) => Math.max(most, Number(label) + 1),
      names.length,
    );
    const classes = Array.from({ length: most }, (_, n) => names[n] ?? `${n}`);
    return {
      samples: samples.map(({ label, ...sample }) => ({
        ...sample,
        label: classes[Number(label)],
      })),
      classes,
      sensor: CHANNELS,
    };
  },
};

/**
 * Returns the files of the data set: those in the folder, or the place itself.
 */
function filesOf({ path, files }: Place): string[] {
  if (files === undefined) {
    return FILE.test(path.split("/").at(-1)!) ? [path] : [];
  }
  return files.filter((name) => FILE.test(name)).map((name) =>
    join(path, name)
  );
}
