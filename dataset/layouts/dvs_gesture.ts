/**
 * Layout of DVS Gesture: AEDAT 3.1 recordings with label files that define
 * gestures.
 *
 * Source: A. Amir et al., A Low Power, Fully Event-Based Gesture Recognition
 * System, 2017.
 *
 * @module
 */

import { readTable, readText } from "../files/csv_table.ts";
import { DVS128 } from "../events.ts";
import { DatasetError } from "../files/errors.ts";
import { join } from "../files/file_path.ts";
import type { Layout, ListedSample } from "./layout.ts";

/** Names of gestures 1 to 11, for data without a list of them. */
const GESTURES = [
  "hand_clapping",
  "right_hand_wave",
  "left_hand_wave",
  "right_arm_clockwise",
  "right_arm_counter_clockwise",
  "left_arm_clockwise",
  "left_arm_counter_clockwise",
  "arm_roll",
  "air_drums",
  "air_guitar",
  "other_gestures",
];

const MAPPING = "gesture_mapping.csv";

/** Lists of recordings, with the set of each list. */
const TRIALS = [
  ["trials_to_train.txt", "train"],
  ["trials_to_test.txt", "test"],
] as const;

/**
 * Recordings `user01_fluorescent.aedat` with labels
 * `user01_fluorescent_labels.csv`, and a list each for training and test;
 * groups are people.
 */
export const dvsGesture: Layout = {
  description: "recordings, labels and trial lists of DVS Gesture",
  matches: ({ files = [] }) => TRIALS.every(([name]) => files.includes(name)),
  async list({ path, files = [] }) {
    const classes = files.includes(MAPPING)
      ? await readMapping(join(path, MAPPING))
      : GESTURES;
    const samples: ListedSample[] = [];
    for (const [name, set] of TRIALS) {
      for (const line of (await readText(join(path, name))).split(/\r?\n/)) {
        const recording = line.trim().replace(/\.aedat$/, "");
        if (recording === "") continue;
        const labels = join(path, `${recording}_labels.csv`);
        for (const row of await readLabels(labels, classes)) {
          samples.push({
            path: join(path, `${recording}.aedat`),
            recording,
            group: recording.split("_")[0],
            set,
            ...row,
          });
        }
      }
    }
    return { samples, classes, sensor: DVS128 };
  },
};

/**
 * Reads the names of the gestures, with the columns `action,label` and labels
 * from 1.
 */
async function readMapping(path: string): Promise<string[]> {
  const names: string[] = [];
  for (const { line, fields } of await readTable(path, ["action", "label"])) {
    const label = Number(fields[1]);
    if (!Number.isInteger(label) || label < 1 || label > 1000) {
      throw new DatasetError(path, `label "${fields[1]}" is no number from 1`, {
        line,
      });
    }
    names[label - 1] = fields[0];
  }
  return Array.from(names, (name, i) => name ?? String(i + 1));
}

/** Reads the gestures of a recording. */
async function readLabels(
  path: string,
  classes: readonly string[],
): Promise<Pick<ListedSample, "label" | "part" | "line">[]> {
  const columns = ["class", "startTime_usec", "endTime_usec"];
  return (await readTable(path, columns)).map(({ line, fields }) => {
    const [number, start, end] = fields.map(Number);
    const label = classes[number - 1];
    if (label === undefined || !(start >= 0 && end > start)) {
      throw new DatasetError(path, `"${fields}" is no gesture and its time`, {
        line,
      });
    }
    return { label, part: { start, end, unit: "us" }, line };
  });
}
