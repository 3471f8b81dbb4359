/**
 * Rows of lists that name a sample which another row names, too.
 *
 * @module
 */

import { counted } from "../files/counted.ts";
import { DatasetError } from "../files/errors.ts";
import type { ListedSample } from "./layout.ts";

/** A list and its rows. */
export interface ReadList {
  /** The list. */
  readonly path: string;
  /** The sample of each row, with its line. */
  readonly samples: readonly ListedSample[];
}

/** Properties in which rows of one sample must agree. */
const FACTS = ["label", "set", "group"] as const;

/**
 * Leaves out rows that repeat another one: the same recording, the same part of
 * it, label, split and group.
 *
 * @param lists Lists that together are one data set.
 * @returns The samples, and a remark with the number of rows left out, if any.
 * @throws {DatasetError} If two rows give one sample different labels, splits or
 *   groups.
 *
 * @example
 * ```ts
 * import { withoutRepeats } from "./list_repeats.ts";
 * const row = { path: "1.csv", recording: "1.csv", label: "wave" };
 * const { samples, remark } = withoutRepeats([
 *   { path: "list.csv", samples: [{ ...row, line: 2 }, { ...row, line: 3 }] },
 * ]);
 * if (samples.length !== 1 || !remark?.includes("line 3")) throw new Error(remark);
 * ```
 */
export function withoutRepeats(
  lists: readonly ReadList[],
): { readonly samples: ListedSample[]; readonly remark?: string } {
  const rows = lists.flatMap(({ path, samples }) =>
    samples.map((sample) => ({ list: path, sample }))
  );
  const first = new Map<string, typeof rows[number]>();
  const repeats: string[] = [];
  for (const row of rows) {
    const { list, sample } = row;
    const key = keyOf(sample);
    const before = first.get(key);
    if (before === undefined) {
      first.set(key, row);
      continue;
    }
    const place = (list === before.list ? "" : `"${before.list}" `) +
      `line ${before.sample.line}`;
    const fact = FACTS.find((fact) => sample[fact] !== before.sample[fact]);
    if (fact !== undefined) {
      const column = fact === "set" ? "split" : fact;
      const [own, other] = [sample, before.sample].map((one) =>
        one[fact] === undefined ? `no ${column}` : `${column} "${one[fact]}"`
      );
      throw new DatasetError(
        list,
        `it gives ${sample.recording} ${own}, but ${place} gives it ${other}`,
        { line: sample.line },
      );
    }
    repeats.push(
      `line ${sample.line}${
        lists.length > 1 ? ` of "${list}"` : ""
      } repeats ${place}`,
    );
  }
  return {
    samples: [...first.values()].map(({ sample }) => sample),
    remark: repeats.length === 0
      ? undefined
      : `rows that repeat another are left out: ${
        counted(repeats.length, "row")
      }, such as ${repeats[0]}`,
  };
}

/** Returns a text that is the same for equal parts of one recording. */
function keyOf({ path, part }: ListedSample): string {
  const plain = path.replaceAll(/\/(?:\.?\/)+/g, "/").replace(/^\.\//, "");
  return JSON.stringify([plain, part?.start, part?.end, part?.unit]);
}
