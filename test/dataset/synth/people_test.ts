import assert from "node:assert/strict";
import { sessionOf } from "../../../dataset/formats/sl_animals.ts";
import { choosePeople, PEOPLE } from "../../../dataset/synth/people.ts";
import { Random } from "../../../dataset/synth/random.ts";

Deno.test("Random gives the numbers of sfc32", () => {
  const draw = (random: Random) =>
    [0, 0, 0].map(() => random.uniform(0, 2 ** 32));
  assert.deepEqual(draw(new Random(7, 3)), [
    2584875041,
    1399683007,
    3847426309,
  ]);
  assert.deepEqual(
    draw(new Random(2 ** 40 + 5, 0)),
    [1829320450, 171792437, 3939325321],
  );
});

Deno.test("Random draws with the moments asked for", () => {
  const random = new Random(0, 0);
  const moments = (draw: () => number) => {
    const values = Array.from({ length: 20_000 }, draw);
    const mean = values.reduce((sum, value) => sum + value) / values.length;
    const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return [mean, Math.sqrt(square / values.length)];
  };
  const near = ([mean, deviation]: number[], m: number, d: number) => {
    assert(Math.abs(mean - m) < 0.03 * d && Math.abs(deviation - d) < 0.03 * d);
  };
  near(moments(() => random.normal(3, 2)), 3, 2);
  near(moments(() => random.uniform(-1, 3)), 1, 4 / Math.sqrt(12));
  near(moments(() => random.wait(5)), 5, 5);
  near(moments(() => random.below(3)), 1, Math.sqrt(2 / 3));
});

Deno.test("a seed that is none is refused", () => {
  for (const seed of [-1, 0.5, NaN, 2 ** 53]) {
    assert.throws(() => new Random(seed, 0), RangeError);
  }
});

Deno.test("choosePeople() keeps the sessions' shares and who was chosen", () => {
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
  within(0.85, 1.15, everybody.map(({ scale }) => scale));
  within(0.8, 1.2, everybody.map(({ speed }) => speed));
  within(-6, 6, everybody.map(({ dx }) => dx));
  within(-6, 6, everybody.map(({ dy }) => dy));
  within(2 ** 31, 2 ** 32 - 2 ** 30, everybody.map(({ clockUs }) => clockUs));
});
