/** A data set for the tests of batches, which tells what is read of it. */

import {
  allocateEvents,
  DVS128,
  type Events,
} from "../../../dataset/events.ts";
import type { SampleSource } from "../../../dataset/sample_source.ts";

/** Samples of 0, 1, 2 … bins with some events in each, and reads to watch. */
export class WatchedSource implements SampleSource {
  readonly sensor = DVS128;
  readonly timing = { unitUs: 1000, fromFirstEvent: true };
  readonly classes = ["cat", "dog", "cow"];
  readonly labels: number[];
  /** Samples asked for, in order. */
  readonly asked: number[] = [];
  /** Reads under way. */
  active = 0;
  /** Samples that cannot be read. */
  readonly broken = new Set<number>();

  constructor(length: number) {
    this.labels = Array.from({ length }, (_, n) => n % 3);
  }

  async events(index: number): Promise<Events> {
    this.asked.push(index);
    this.active++;
    // Later samples are ready earlier.
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

/** Lets whatever is ready go on. */
export function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** The numbers 0 … length − 1. */
export function upTo(length: number): number[] {
  return Array.from({ length }, (_, n) => n);
}
