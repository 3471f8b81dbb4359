/**
 * Samples of the page: what is played, and what a network sees of it.
 *
 * @module
 */

import { turnToJaerAxes } from "../../../../dataset/formats/aedat_decode.ts";
import {
  DVS128,
  type Events,
  type Sensor,
} from "../../../../dataset/events.ts";
import { NMNIST_SENSOR } from "../../../../dataset/formats/nmnist.ts";
import type { SampleSource } from "../../../../dataset/sample_source.ts";
import type { Timing } from "../../../../dataset/events.ts";
import { createSample, type Sample } from "../../../pictures/samples/sample.ts";

/** A sample. */
export interface PageSample {
  /** Its events as they are played. */
  readonly picture: Sample;
  /** When the first of them is, in ms of what the network sees. */
  readonly offset: number;
  /** The sample alone, as what makes batches wants it. */
  readonly source: SampleSource;
  /** Its class, where it is known. */
  readonly label: number | undefined;
}

/** What is known of a sample besides its events. */
export interface SampleFacts {
  /** What it is called. */
  readonly name: string;
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** Its class, where it is known. */
  readonly label?: number;
}

/**
 * Makes a sample of a DVS128's events. It is played as jAER shows it, upright.
 *
 * @param events Events in the axes that `readAedat()` has by default.
 * @param facts What else is known.
 * @returns The sample.
 * @throws {RangeError} If there are no events.
 */
export function recordedSample(events: Events, facts: SampleFacts): PageSample {
  // The network sees the events as they are.
  const turned = turnToJaerAxes({
    ...events,
    y: events.y.slice(),
    p: events.p.slice(),
  });
  return sampleOf(facts, events, {
    picture: createSample(turned, {
      name: facts.name,
      sensor: DVS128,
      origin: "bottom",
    }),
    sensor: DVS128,
    timing: { unitUs: 1000, fromFirstEvent: true },
  });
}

/**
 * Makes a sample of a digit of N-MNIST.
 *
 * @param events Events as `readNmnist()` gives them.
 * @param facts What else is known.
 * @returns The sample.
 * @throws {RangeError} If there are no events.
 */
export function digitSample(events: Events, facts: SampleFacts): PageSample {
  return sampleOf(facts, events, {
    picture: createSample(events, {
      name: facts.name,
      sensor: NMNIST_SENSOR,
      origin: "top",
    }),
    sensor: NMNIST_SENSOR,
    timing: { unitUs: 1, fromFirstEvent: false },
  });
}

function sampleOf(
  { classes, label }: SampleFacts,
  events: Events,
  { picture, sensor, timing }: {
    readonly picture: Sample;
    readonly sensor: Sensor;
    readonly timing: Timing;
  },
): PageSample {
  return {
    picture,
    label,
    offset: timing.fromFirstEvent ? 0 : events.t[0] / 1000,
    source: {
      sensor,
      timing,
      classes,
      labels: [label ?? 0],
      events: () => Promise.resolve(events),
    },
  };
}
