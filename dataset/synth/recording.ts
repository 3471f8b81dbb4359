/**
 * Synthesis of one recording: a person makes all signs in front of the
 * simulated camera.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { bisectRight } from "npm:d3-array@3.2.4";
import { DVS128, type Events } from "../events.ts";
import { EventCamera } from "./camera.ts";
import { type BodyPose, drawArms, drawTrunk } from "./body.ts";
import { MOTIONS } from "./motions.ts";
import type { Person } from "./people.ts";
import { Random } from "../random.ts";
import { backgroundOf } from "./places.ts";
import { type Bar, Scene } from "./scene.ts";
import { courseOf, type SignCourse } from "./sign_course.ts";

/** Class and event range of a sign in a recording. */
export interface SignSpan {
  /** Class, from 0. */
  readonly label: number;
  /** Index of its first event. */
  readonly start: number;
  /** Index after its last event. */
  readonly end: number;
}

/** A synthetic recording. */
export interface SyntheticRecording {
  /** Events with x to the right, y down, p = 1 for ON, and times from 0. */
  readonly events: Events;
  /** Signs in temporal order. */
  readonly signs: SignSpan[];
}

const CAMERA = {
  threshold: 0.25,
  mismatch: 0.1,
  refractoryUs: 400,
  leakHz: 0.1,
};
/**
 * Time between exposures in µs, in which hands usually move by less than a
 * pixel.
 */
const STEP_US = 5000;
/**
 * Time between exposures under lamps in µs: a quarter of their flicker period.
 */
const LAMP_STEP_US = 2500;
/** Movement in pixels after which trunk and head are redrawn. */
const TRUNK_PIXELS = 0.1;
const FLICKER_HZ = 100;
/** Flicker of a glossy pixel, relative to that of a lit hand. */
const GLOSS = 3;

/**
 * Records a person making all signs, one after another.
 *
 * A sign lasts from the moment the hands leave their rest until they return to
 * it; between signs the person pauses briefly.
 *
 * @param person The person.
 * @param seed Seed of camera noise and variation between signs.
 * @returns Events and signs, which depend only on the arguments.
 *
 * @example
 * ```ts
 * import { choosePeople } from "./people.ts";
 * import { recordPerson } from "./recording.ts";
 * const [person] = choosePeople(1, 0);
 * const { signs } = recordPerson(person, 0);
 * if (signs.length !== 19) throw new Error(`${signs.length} signs`);
 * ```
 */
export function recordPerson(person: Person, seed: number): SyntheticRecording {
  const filming = filmPerson(person, seed);
  while (true) {
    const { done, value } = filming.next();
    if (done) return value;
  }
}

/**
 * Records a person like `recordPerson()`, but yields after each sign, so that a
 * web page can be updated in between.
 *
 * @param person The person.
 * @param seed Seed of camera noise and variation between signs.
 * @returns A generator that yields the class of each sign and returns all
 *   events and signs.
 *
 * @example
 * ```ts
 * import { choosePeople } from "./people.ts";
 * import { filmPerson } from "./recording.ts";
 * const [person] = choosePeople(1, 0);
 * const { value } = filmPerson(person, 0).next();
 * if (value !== 0) throw new Error("expected the first sign");
 * ```
 */
export function* filmPerson(
  person: Person,
  seed: number,
): Generator<number, SyntheticRecording> {
  const { place } = person;
  const random = new Random(seed, 2 * person.number + 1);
  const background = backgroundOf(place, random);
  const scene = new Scene(DVS128, background);
  const camera = new EventCamera(
    DVS128,
    { ...CAMERA, noiseHz: place.noiseHz },
    { random, levels: background.levels },
  );
  const stepUs = place.flicker > 0 ? LAMP_STEP_US : STEP_US;
  let nowUs = 0;
  const film = (course: SignCourse, from: number, to: number) => {
    const steps = Math.round((to - from) * 1e6 / stepUs);
    let drawn: BodyPose | undefined;
    let behind: readonly Bar[] = [];
    for (let n = 1; n <= steps; n++) {
      nowUs += stepUs;
      const pose = course.at(from + n * stepUs / 1e6);
      if (drawn === undefined || trunkMoved(drawn, pose) > TRUNK_PIXELS) {
        drawn = pose;
        behind = drawTrunk(person, pose);
      }
      const lamps = lampsAt(nowUs / 1e6, person);
      const changes = scene.draw({
        behind,
        front: drawArms(person, pose),
        lamps,
        gloss: GLOSS * lamps,
      });
      camera.expose(nowUs, changes);
    }
    return nowUs;
  };
  const times: { startUs: number; endUs: number }[] = [];
  for (const [label, motion] of MOTIONS.entries()) {
    const course = courseOf(motion, person, random);
    const startUs = film(course, -random.uniform(0.2, 0.5), 0);
    const endUs = film(course, 0, course.seconds);
    film(course, course.seconds, course.seconds + 0.2);
    times.push({ startUs, endUs });
    yield label;
  }
  const events = camera.events();
  const signs = times.map(({ startUs, endUs }, label) => ({
    label,
    start: bisectRight(events.t, startUs),
    end: bisectRight(events.t, endUs),
  }));
  return { events, signs };
}

/** Largest movement of trunk, head and lips between two poses, in pixels. */
function trunkMoved(from: BodyPose, to: BodyPose): number {
  return Math.max(
    Math.abs(to.lean - from.lean),
    Math.abs(to.nod - from.nod),
    Math.abs(to.tilt - from.tilt),
    Math.abs(to.mouth - from.mouth),
  );
}

function lampsAt(seconds: number, { place }: Person): number {
  return place.flicker * Math.sin(2 * Math.PI * FLICKER_HZ * seconds);
}
