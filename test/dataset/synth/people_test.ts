import assert from "node:assert/strict";
import { sessionOf } from "../../../dataset/formats/sl_animals.ts";
import {
  choosePeople,
  PEOPLE,
  type Person,
} from "../../../dataset/synth/people.ts";

Deno.test("choosePeople() keeps the sessions' shares and smaller choices", () => {
  const inSession = { S1: 10, S2: 25, S3: 17, S4: 7 };
  let fewer: string[] = [];
  for (let count = 1; count <= PEOPLE; count++) {
    const names = choosePeople(count, 3).map((person) => person.recording);
    const sessions = names.map((name) => sessionOf(name).session);
    assert.equal(new Set(names).size, count);
    assert.deepEqual(names, [...names].sort());
    assert(fewer.every((name) => names.includes(name)));
    if (count >= 4) assert.equal(new Set(sessions).size, 4);
    for (const [session, all] of Object.entries(inSession)) {
      const chosen = sessions.filter((other) => other === session).length;
      assert(
        Math.abs(chosen - (count * all) / 59) < 2,
        `${session}: ${chosen}`,
      );
    }
    fewer = names;
  }
  assert.equal(fewer[3], "user03_indoor");
  assert.equal(fewer[4], "user05_indoor");
  assert.equal(fewer[58], "user59_dc");
  for (const count of [0, 60, 2.5, NaN]) {
    assert.throws(() => choosePeople(count, 0), RangeError);
  }
});

Deno.test("people differ within bounds", () => {
  const everybody = choosePeople(PEOPLE, 1);
  const within = (low: number, high: number, values: number[]) => {
    assert(Math.min(...values) >= low && Math.max(...values) <= high);
    assert(Math.max(...values) - Math.min(...values) > (high - low) / 2);
  };
  within(0.85, 1.15, everybody.map(({ looks }) => looks.scale));
  within(0.67, 1.5, everybody.map(({ manner }) => manner.tempo));
  within(0.63, 1.57, everybody.map(({ manner }) => manner.patience));
  within(-10, 10, everybody.map(({ dx }) => dx));
  within(-6, 6, everybody.map(({ dy }) => dy));
  within(2 ** 31, 2 ** 32 - 2 ** 30, everybody.map(({ clockUs }) => clockUs));
  const part = (is: (person: Person) => boolean) =>
    everybody.filter(is).length / PEOPLE;
  const common = (share: number) => assert(share > 0.2 && share < 0.8);
  common(part(({ manner }) => manner.leftHanded));
  common(part(({ manner }) => manner.restsHigh));
  common(part(({ looks }) => looks.skin > 0));
  common(part(({ looks }) => looks.longSleeves));
  for (const { looks: { skin, shirt } } of everybody) {
    assert(Math.abs(skin - shirt) >= 0.5, `${skin} before ${shirt}`);
  }
});
