/** A data set for the tests of batches, which logs the reads of its samples. */

import {
  allocateEvents,
  DVS128,
  type Events,
} from "../../../dataset/events.ts";
import type { SampleSource } from "../../../dataset/sample_source.ts";

/** Samples of 0, 1, 2 … bins with some events in each, and a log of reads. */
export class WatchedSource implements SampleSource {
  readonly sensor = DVS128;
  readonly timing = { unitUs: 1000, fromFirstEvent: true };
  readonly classes = ["cat", "dog", "cow"];
  readonly labels: number[];
  /** Indices of the samples read, in the order of the reads. */
  readonly asked: number[] = [];
  /** Number of pending reads. */
  active = 0;
  /** Samples that cannot be read. */
  readonly broken = new Set<number>();

  constructor(length: number) {
    this.labels = Array.from({ length }, (_, n) => n % 3);
  }

  async events(index: number): Promise<Events> {
    this.asked.push(index);
    this.active++;
    // Reads of later samples end earlier.
    for (let turn = index; turn < this.labels.length; turn++) await tick();
    this.active--;
    if (this.broken.has(index)) throw new Error(`no sample ${index}`);
    const events = allocateEvents(2 * index);
    for (let n = 0; n < 2 * index; n++) {
      events.x[n] = index;
      events.y[n] = n;
      events.p[n] = n % 2;
      events.t[n] = Math.floor(n / 2) * 5000;
    }
    return events;
  }
}

/** Waits until all promises that can settle have settled. */
export function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** The numbers 0 … length − 1. */
export function upTo(length: number): number[] {
  return Array.from({ length }, (_, n) => n);
}
