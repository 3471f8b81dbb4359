import assert from "node:assert/strict";
import { Random } from "../../../dataset/random.ts";
import { drawArms } from "../../../dataset/synth/body.ts";
import { MOTIONS } from "../../../dataset/synth/motions.ts";
import { choosePeople, PEOPLE } from "../../../dataset/synth/people.ts";
import { courseOf } from "../../../dataset/synth/sign_course.ts";

const people = choosePeople(PEOPLE, 0);

/** All signs of all people, as one seed plans them. */
const courses = people.flatMap((person) => {
  const random = new Random(7, person.number);
  return MOTIONS.map((motion) => ({
    person,
    motion,
    course: courseOf(motion, person, random),
  }));
});

/** Moments of a sign, 50 ms apart. */
function moments(seconds: number): number[] {
  return Array.from({ length: Math.floor(seconds / 0.05) }, (_, n) => n * 0.05);
}

Deno.test("signs take 0.9 to 9.5 s, 4.4 s in the mean", () => {
  const all = courses.map(({ course }) => course.seconds);
  assert(Math.min(...all) > 0.9 && Math.min(...all) < 1.5);
  assert(Math.max(...all) < 9.5 && Math.max(...all) > 9);
  const mean = all.reduce((sum, seconds) => sum + seconds, 0) / all.length;
  assert(Math.abs(mean - 4.4) < 0.2, `${mean} s`);
});

/** Those of a few people, to look at closely. */
const some = courses.slice(0, 6 * MOTIONS.length);

Deno.test("hands begin and end at rest, and stay in the picture in between", () => {
  for (const { person, motion, course } of courses) {
    const { seconds, at } = course;
    const [first, last] = [at(0), at(seconds)];
    const far = Math.hypot(
      first.leading.x - last.leading.x,
      first.leading.y - last.leading.y,
    );
    assert(far < 1e-9, `${motion.name} ends ${far} pixels from its start`);
    for (
      const t of moments(seconds).filter((t) => t > 0.6 && t < seconds - 0.6)
    ) {
      // The palm of the leading hand is before its fingers, the last five bars.
      const { ax, ay } = drawArms(person, at(t)).at(-6)!;
      assert(
        ax > 0 && ax < 128 && ay > 0 && ay < 128,
        `${motion.name} of ${person.recording} at ${ax}, ${ay}`,
      );
    }
  }
});

Deno.test("nothing jumps: between exposures hands move by 4 pixels at most, and turn by 12°", () => {
  for (const { motion, course: { seconds, at } } of some) {
    let before = at(0);
    for (let t = 0.005; t < seconds; t += 0.005) {
      const now = at(t);
      for (const hand of ["leading", "other"] as const) {
        const far = Math.hypot(
          now[hand].x - before[hand].x,
          now[hand].y - before[hand].y,
        );
        const turn = Math.abs(now[hand].points - before[hand].points);
        assert(far < 4 && turn < 12, `${motion.name}: ${far}, ${turn} at ${t}`);
      }
      before = now;
    }
  }
});

Deno.test("people pause between repetitions in some signs", () => {
  // The hand of this sign opens and closes all the time, but in a pause.
  const goats = courses.filter(({ motion }) => motion.name === "goat");
  const longest = goats.map(({ course: { seconds, at } }) => {
    const still = { now: 0, longest: 0 };
    for (const t of moments(seconds).filter((t) => t > 0.45)) {
      const [before, after] = [t - 0.05, t].map((t) => at(t).leading.shape);
      const moves = Math.abs(before.spread - after.spread) > 1e-9;
      if (moves) still.longest = Math.max(still.longest, still.now);
      still.now = moves ? 0 : still.now + 0.05;
    }
    return still.longest;
  });
  const pauses = longest.filter((seconds) => seconds > 0.6).length;
  assert(pauses > 5 && pauses < 40, `${pauses} of ${longest.length} people`);
});

Deno.test("some signs differ by place alone, others by the shape of the hand", () => {
  const motionOf = (name: string) =>
    MOTIONS.find((motion) => motion.name === name)!;
  for (let cycle = 0; cycle < 2; cycle += 0.13) {
    const move = (name: string) => motionOf(name).move(cycle).leading;
    const [{ at: cheek, ...cat }, { at: chest, ...zebra }] = [
      move("cat"),
      move("zebra"),
    ];
    assert.deepEqual(cat, zebra);
    assert(chest[1] - cheek[1] > 20);
    const [{ shape: beak, ...bird }, { shape: bill, ...duck }] = [
      move("bird"),
      move("duck"),
    ];
    assert.deepEqual(bird, duck);
    assert.notDeepEqual(beak.fingers, bill.fingers);
    const [camel, dolphin] = [move("camel"), move("dolphin")];
    assert.deepEqual([camel.at, camel.by], [dolphin.at, dolphin.by]);
    assert.notDeepEqual(camel.shape.fingers, dolphin.shape.fingers);
  }
});
