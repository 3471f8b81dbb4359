/**
 * Recordings of gestures in folders of classes, small enough for a test.
 *
 * @module
 */

import { recordingText } from "../../dataset/layouts/recordings.ts";

/**
 * Makes recordings of a second by some people, one to the left, the other to
 * the right.
 *
 * @param people Their names.
 * @returns The files, by their paths below the folder.
 */
export function gestures(
  people: readonly string[] = ["ann", "bob", "cleo", "dan"],
): Record<string, string> {
  const files: Record<string, string> = {};
  for (const [label, x] of [["left", 2], ["right", 14]] as const) {
    for (const person of people) {
      files[`${label}/${person}/1.csv`] = recordingText({
        events: 101,
        everyMs: 10,
        x,
      });
    }
  }
  return files;
}
