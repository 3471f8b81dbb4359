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
    for (const [n, person] of people.entries()) {
      files[`${label}/${person}/1.csv`] = recordingText({
        events: 101,
        everyMs: 10,
        // No recording has the events of another.
        start: 3.25 + n / 1000,
        // Filters keep events of pixels whose neighbours have some, too.
        x: x - 1,
        side: 2,
      });
    }
  }
  return files;
}
