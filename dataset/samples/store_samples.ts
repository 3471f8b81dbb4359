/**
 * The slices of an event store as labelled samples.
 *
 * @module
 */

import type { Events } from "../events.ts";
import type { EventStore } from "../store/store.ts";
import type { LabelledSample, LabelledSamples } from "./labelled_samples.ts";

/**
 * Presents the slices of a store as labelled samples. Their groups are those of
 * the sliced data set, or the people of SL-Animals.
 *
 * @param store The store.
 * @returns Its slices. A slice starts where it was cut, or at its first event
 *   if the store has no starts.
 */
export function storeSamples(store: EventStore): LabelledSamples {
  const { slices, sensor, classes, labels, timing } = store;
  const names = [...new Set(slices.map(({ source }) => source))];
  const bySource = Map.groupBy(slices.keys(), (n) => slices[n].source);
  const placeIn = (n: number) => bySource.get(slices[n].source)!.indexOf(n);
  const isOwn = slices.every(({ startUs }) => startUs !== undefined);
  const samples = slices.map((slice, n): LabelledSample => {
    const { source, label, name, group, set, startUs, durationUs } = slice;
    const number = String(placeIn(n)).padStart(2, "0");
    const short = name?.replace(/\.\w+(#|$)/, "$1").replace("#", "_") ?? source;
    return {
      name: bySource.get(source)!.length > 1 ? `${short}_${number}` : short,
      recording: name ?? source,
      group: isOwn ? group : `user${String(slice.person).padStart(2, "0")}`,
      set,
      label,
      place: names.indexOf(source),
      startUs,
      durationUs,
    };
  });
  return {
    layout: "store",
    sensor,
    timing: isOwn ? { unitUs: 1, fromFirstEvent: false } : timing,
    classes,
    labels,
    samples,
    recordings: names.map((source) => {
      const [first] = bySource.get(source)!;
      return { name: slices[first].name ?? source, path: source };
    }),
    empty: 0,
    origin: async (index) => await store.origin!(index),
    async events(index): Promise<Events> {
      const { t, ...events } = await store.events(index);
      const { startUs = 0 } = slices[index];
      return { ...events, t: t.map((time) => time - startUs) };
    },
  };
}
