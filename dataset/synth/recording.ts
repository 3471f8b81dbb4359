/**
 * One recording: a person makes all signs in front of the simulated camera.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { bisectRight } from "npm:d3-array@3.2.4";
import { DVS128, type Events } from "../events.ts";
import { type CameraSettings, EventCamera } from "./camera.ts";
import { drawHand } from "./hands.ts";
import { type Motion, MOTIONS } from "./motions.ts";
import type { Person } from "./people.ts";
import { Random } from "../random.ts";
import { type Bar, type Light, Scene } from "./scene.ts";

/** Class of a sign, and its range of events in a recording. */
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
  /** Its events: x to the right, y downwards, p 1 for ON, times from 0. */
  readonly events: Events;
  /** Its signs, in the order made. */
  readonly signs: SignSpan[];
}

const CAMERA = { threshold: 0.3, mismatch: 0.1, refractoryUs: 400 };
/** Time between exposures; five make a period of the flicker. */
const STEP_US = 2000;
const FLICKER_HZ = 100;
const GLOSSY_PIXELS = 20;
/** Flicker of a glossy pixel, relative to that of a lit hand. */
const GLOSS = 3;
const SIGN_SECONDS = 2;
/** Time to raise the hands before a sign, and to lower them after it. */
const RAISE_SECONDS = 0.35;
/** Rows by which lowered hands are lower: out of the picture. */
const LOWERED = 110;

/**
 * Records a person making all signs, one after another.
 *
 * The hands rise into the picture before each sign and leave it afterwards;
 * only the events between belong to the sign.
 *
 * @param person The person.
 * @param seed Seed of the camera's noise and the variation between signs.
 * @returns Events and signs; the same for the same arguments.
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
 * Records a person as `recordPerson()` does, and yields after each sign, so that
 * a web page can be drawn in between.
 *
 * @param person The person.
 * @param seed Seed of the camera's noise and the variation between signs.
 * @returns Yields the class of each sign, and returns all events and signs.
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
  const settings: CameraSettings = { ...CAMERA, noiseHz: place.noiseHz };
  const camera = new EventCamera(DVS128, settings, random);
  const glossy = place.flicker > 0
    ? Array.from(
      { length: GLOSSY_PIXELS },
      () => random.below(DVS128.width * DVS128.height),
    )
    : [];
  const scene = new Scene(DVS128, glossy);
  let step = 0;
  const film = (seconds: number, at: (t: number) => Bar[]) => {
    const steps = Math.round((seconds * 1e6) / STEP_US);
    for (let n = 1; n <= steps; n++) {
      step++;
      const light = lightAt((step * STEP_US) / 1e6, person);
      camera.expose(step * STEP_US, scene.draw(at((n * STEP_US) / 1e6), light));
    }
    return step * STEP_US;
  };
  const times: { startUs: number; endUs: number }[] = [];
  for (const [label, motion] of MOTIONS.entries()) {
    const pose = poseOf(motion, person, random);
    const rise = (s: number) => LOWERED * (0.5 + 0.5 * Math.cos(Math.PI * s));
    const seconds = SIGN_SECONDS / pose.speed;
    film(random.uniform(0.2, 0.5), () => []);
    const startUs = film(
      RAISE_SECONDS,
      (t) => pose.at(t - RAISE_SECONDS, rise(t / RAISE_SECONDS)),
    );
    const endUs = film(seconds, (t) => pose.at(t, 0));
    film(
      RAISE_SECONDS,
      (t) => pose.at(seconds + t, rise(1 - t / RAISE_SECONDS)),
    );
    times.push({ startUs, endUs });
    yield label;
  }
  film(0.2, () => []);
  const events = camera.events();
  const signs = times.map(({ startUs, endUs }, label) => ({
    label,
    start: bisectRight(events.t, startUs),
    end: bisectRight(events.t, endUs),
  }));
  return { events, signs };
}

function lightAt(seconds: number, { place }: Person): Light {
  const swing = place.flicker * Math.sin(2 * Math.PI * FLICKER_HZ * seconds);
  return { bars: place.contrast + swing, gloss: GLOSS * swing };
}

/** Poses of one repetition of a sign, with random speed, phase and place. */
function poseOf(motion: Motion, person: Person, random: Random) {
  const { scale } = person;
  const speed = person.speed * random.uniform(0.95, 1.05);
  const phase = person.phase + random.uniform(-0.03, 0.03);
  const x = DVS128.width / 2 + person.dx + random.uniform(-2, 2);
  const y = DVS128.height / 2 + person.dy + random.uniform(-2, 2);
  const at = (seconds: number, lowered: number): Bar[] =>
    motion.pose(seconds * speed + phase).flatMap(drawHand).map((bar) => ({
      ax: x + scale * bar.ax,
      ay: y + scale * bar.ay + lowered,
      bx: x + scale * bar.bx,
      by: y + scale * bar.by + lowered,
      radius: scale * bar.radius,
    }));
  return { speed, at };
}
