/**
 * Division of recordings in time, for splits that have windows of one recording
 * in several parts.
 *
 * @module
 */

import type { LabelledSample } from "../samples/labelled_samples.ts";

/** A sample with its time in its recording. */
type Timed = Pick<LabelledSample, "recording" | "startUs" | "durationUs">;

/** A sample with its class, too. */
type Labelled = Timed & Pick<LabelledSample, "label">;

/**
 * Tells whether recordings can be divided in time.
 *
 * @param samples Samples of the recordings.
 * @returns Whether each recording has at least two samples.
 *
 * @example
 * ```ts
 * import { canSplitInTime } from "./split_in_time.ts";
 * if (canSplitInTime([{ recording: "wave.csv" }])) throw new Error("one only");
 * ```
 */
export function canSplitInTime(samples: readonly Timed[]): boolean {
  return [...Map.groupBy(samples, ({ recording }) => recording).values()]
    .every((members) => members.length > 1);
}

/**
 * Divides the samples of each recording by their start times, class by class, so
 * that each part has all classes of a recording. Classes of which a recording
 * has a single sample are divided by recording.
 *
 * @param samples The samples.
 * @param shares Share of each part, above 0; the sum is 1.
 * @returns The indices of the samples in each part, ascending; the first part
 *   has the earliest samples of each class in every recording.
 *
 * @example
 * ```ts
 * import { splitInTime } from "./split_in_time.ts";
 * const samples = [40, 0, 20, 60].map((startUs) => ({
 *   recording: "wave.csv",
 *   label: 0,
 *   startUs,
 *   durationUs: 20,
 * }));
 * const [early, late] = splitInTime(samples, [0.75, 0.25]);
 * if (`${early} ${late}` !== "0,1,2 3") throw new Error(`${early} ${late}`);
 * ```
 */
export function splitInTime(
  samples: readonly Labelled[],
  shares: readonly number[],
): number[][] {
  const parts = shares.map((): number[] => []);
  const ends = shares.map((_, part) =>
    shares.slice(0, part + 1).reduce((sum, share) => sum + share, 0)
  );
  for (const members of membersByClass(samples)) {
    const last = members.length - 1;
    for (const [place, n] of members.entries()) {
      // A sample belongs to the part that contains its middle rank; the last
      // sample always belongs to the last part, a single one to the first.
      const at = last === 0 ? 0 : (place + 0.5) / members.length;
      const isLast = place === last && last > 0;
      const part = ends.findIndex((end) => at < end);
      parts[isLast || part < 0 ? shares.length - 1 : part].push(n);
    }
  }
  return parts.map((part) => part.sort((a, b) => a - b));
}

/**
 * Lists the samples of each class in each recording by their start times, and
 * the single samples of each class.
 */
function membersByClass(samples: readonly Labelled[]): number[][] {
  const recordings = Map.groupBy(samples.keys(), (n) => samples[n].recording);
  const own = [...recordings.values()].flatMap((
    members,
  ) => [...Map.groupBy(members, (n) => samples[n].label).values()]);
  const single = own.filter(({ length }) => length === 1).flat();
  return [
    ...own.filter(({ length }) => length > 1).map((members) =>
      members.sort((a, b) => startOf(samples[a]) - startOf(samples[b]) || a - b)
    ),
    ...Map.groupBy(single, (n) => samples[n].label).values(),
  ];
}

/**
 * Removes samples that overlap in time with other samples of their recording.
 *
 * @param others Indices of the other samples.
 * @param indices Indices of the samples to filter.
 * @param samples All samples.
 * @returns The remaining indices, in their order.
 *
 * @example
 * ```ts
 * import { apartFrom } from "./split_in_time.ts";
 * const samples = [0, 10, 20].map((startUs) => ({
 *   recording: "wave.csv",
 *   startUs,
 *   durationUs: 15,
 * }));
 * const left = apartFrom([2], [0, 1], samples);
 * if (left.join() !== "0") throw new Error(left.join());
 * ```
 */
export function apartFrom(
  others: readonly number[],
  indices: readonly number[],
  samples: readonly Timed[],
): number[] {
  const timed = others.filter((n) => samples[n].startUs !== undefined);
  const byRecording = Map.groupBy(timed, (n) => samples[n].recording);
  return indices.filter((n) => {
    const { recording, durationUs = 0 } = samples[n];
    const start = startOf(samples[n]);
    return !byRecording.get(recording)?.some((other) => {
      const otherStart = startOf(samples[other]);
      const otherEnd = otherStart + (samples[other].durationUs ?? 0);
      return start < otherEnd && otherStart < start + durationUs;
    });
  });
}

function startOf({ startUs = 0 }: Timed): number {
  return startUs;
}
