/**
 * Samples on the page: events to play, and a data set for a network.
 *
 * @module
 */

import { turnToJaerAxes } from "../../../../../dataset/formats/aedat2/aedat_decode.ts";
import {
  DVS128,
  type Events,
  type Sensor,
} from "../../../../../dataset/events.ts";
import { commonSensor } from "../../../../../dataset/formats/reading/common_sensor.ts";
import type { RecordingColumns } from "../../../../../dataset/samples/read_columns.ts";
import { requireShort } from "../../../../../dataset/samples/sample_times.ts";
import { NMNIST_SENSOR } from "../../../../../dataset/formats/nmnist.ts";
import type { SampleSource } from "../../../../../dataset/sample_source.ts";
import type { Timing } from "../../../../../dataset/events.ts";
import { createSample, type Sample } from "../../../pictures/samples/sample.ts";

/** A sample on the page. */
export interface PageSample {
  /** The events to play. */
  readonly picture: Sample;
  /** Time of the first event, in ms on the time axis of the network. */
  readonly offset: number;
  /** Data set of this sample alone, for making batches. */
  readonly source: SampleSource;
  /** Its label, if it is known. */
  readonly label: number | undefined;
}

/** Name and classes of a sample. */
export interface SampleFacts {
  /** Its name. */
  readonly name: string;
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** Its label, if it is known. */
  readonly label?: number;
}

/**
 * Makes a sample of events of a DVS128. It is played upright, as in jAER.
 *
 * @param events Events, in the default axes of `readAedat()`.
 * @param facts Name, classes and label.
 * @returns The sample.
 * @throws {RangeError} If there are no events.
 */
export function recordedSample(events: Events, facts: SampleFacts): PageSample {
  // Only the picture is turned; the network sees the events as recorded.
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
 * Makes a sample of an N-MNIST digit.
 *
 * @param events Events as `readNmnist()` gives them.
 * @param facts Name, classes and label.
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

/**
 * Makes a sample of a recording of any format, with rows from the top and times
 * from its start.
 *
 * @param columns The recording.
 * @param facts Name, classes and label.
 * @returns The sample.
 * @throws {RangeError} If there are no events.
 * @throws {RecordingError} If it lasts 71 min or longer.
 */
export function uprightSample(
  { x, y, t, p, sensor: own, told, firstUs }: RecordingColumns,
  facts: SampleFacts,
): PageSample {
  const start = firstUs ?? 0;
  requireShort(t, { startUs: start, path: facts.name });
  const events = { x, y, p, t: new Uint32Array(t.map((us) => us - start)) };
  const sensor = commonSensor([{ ...own, told }]);
  return sampleOf(facts, events, {
    picture: createSample(events, { name: facts.name, sensor, origin: "top" }),
    sensor,
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
