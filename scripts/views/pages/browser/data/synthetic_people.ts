/**
 * Records synthetic people with a simulated event camera in the page, without
 * blocking it.
 *
 * @module
 */

import { DVS128, type Events } from "../../../../../dataset/events.ts";
import type { SampleSource } from "../../../../../dataset/sample_source.ts";
import { MOTIONS } from "../../../../../dataset/synth/motions.ts";
import { choosePeople } from "../../../../../dataset/synth/people.ts";
import { filmPerson } from "../../../../../dataset/synth/recording.ts";
import { asRecorded } from "../../../../../dataset/synth/recorded_files.ts";
import type { Recording } from "./held_recordings.ts";
import { recordedSample } from "./page_sample.ts";

/** Number of people, and those in the test set. */
const PEOPLE = 8;
const TESTED: readonly number[] = [1, 5];

const SEED = 0;
const CLASSES: readonly string[] = MOTIONS.map(({ name }) => name);

/** Recordings by person; each person is recorded once. */
const filmed = new Map<number, Promise<Events[]>>();

/** Called with the number of signs recorded, and of all signs. */
export type OnFilming = (done: number, total: number) => void;

/**
 * Records one of the people in the test set.
 *
 * @returns The recording, with all signs.
 */
export async function filmRecording(): Promise<Recording> {
  const [person] = TESTED;
  const slices = await film(person);
  const name = choosePeople(PEOPLE, SEED)[person].recording;
  return {
    signs: CLASSES,
    open: (label) =>
      Promise.resolve(recordedSample(slices[label], {
        classes: CLASSES,
        label,
        name: `${name}/${CLASSES[label]}`,
      })),
  };
}

/**
 * Records all people.
 *
 * @param onFilming Called with the progress.
 * @param signal Stops recording early.
 * @returns All signs as a data set, and the indices of training and test
 * samples.
 */
export async function filmPeople(
  onFilming: OnFilming,
  signal: AbortSignal,
): Promise<SampleSource & { train: number[]; test: number[] }> {
  const total = PEOPLE * CLASSES.length;
  const slices: Events[] = [];
  for (let person = 0; person < PEOPLE; person++) {
    signal.throwIfAborted();
    slices.push(
      ...await film(person, (done) => {
        onFilming(person * CLASSES.length + done, total);
      }),
    );
  }
  const isTested = (index: number) =>
    TESTED.includes(Math.floor(index / CLASSES.length));
  const all = [...slices.keys()];
  return {
    sensor: DVS128,
    timing: { unitUs: 1000, fromFirstEvent: true },
    classes: CLASSES,
    labels: all.map((index) => index % CLASSES.length),
    events: (index) => Promise.resolve(slices[index]),
    train: all.filter((index) => !isTested(index)),
    test: all.filter(isTested),
  };
}

function film(
  person: number,
  onSign: (done: number) => void = () => {},
): Promise<Events[]> {
  const found = filmed.get(person);
  if (found) return found;
  const filming = filmSigns(person, onSign);
  filmed.set(person, filming);
  return filming;
}

async function filmSigns(
  number: number,
  onSign: (done: number) => void,
): Promise<Events[]> {
  const person = choosePeople(PEOPLE, SEED)[number];
  const filming = filmPerson(person, SEED);
  while (true) {
    const step = filming.next();
    if (!step.done) {
      onSign(step.value + 1);
      // Gives the browser time to redraw the page.
      await new Promise((resolve) => setTimeout(resolve));
      continue;
    }
    const { x, y, t, p } = asRecorded(step.value.events, person.clockUs);
    return step.value.signs.map(({ start, end }) => ({
      x: x.slice(start, end),
      y: y.slice(start, end),
      t: t.slice(start, end),
      p: p.slice(start, end),
    }));
  }
}
