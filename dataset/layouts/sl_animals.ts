/**
 * Layout of SL-Animals-DVS: a recording per person, with tags that define
 * signs.
 *
 * @module
 */

import { join } from "../files/file_path.ts";
import { readClasses, readFileList, readTags } from "../formats/sl_animals.ts";
import type { Layout } from "./layout.ts";

const CLASSES = "SL-Animals-DVS_gestures_definitions.csv";

/**
 * Recordings in `recordings/`, tags in `tags/`, class names next to these
 * folders, and `filelist.txt`, which lists the recordings to use; groups are
 * people.
 */
export const slAnimals: Layout = {
  description: "recordings, tags and class names of SL-Animals-DVS",
  matches: ({ files = [], folders }) =>
    files.includes(CLASSES) && folders.includes("recordings") &&
    folders.includes("tags"),
  async list({ path }) {
    const classes = await readClasses(join(path, CLASSES));
    const names = await readFileList(join(path, "filelist.txt"));
    const tags = await Promise.all(
      names.map((name) => readTags(join(path, "tags", `${name}.csv`), classes)),
    );
    const samples = names.flatMap((name, n) =>
      tags[n].map(({ label, start, end, line }) => ({
        path: join(path, "recordings", `${name}.aedat`),
        recording: name,
        label: classes[label],
        group: name.split("_")[0],
        part: { start, end, unit: "records" as const },
        line,
      }))
    );
    return { samples, classes };
  },
};
