import assert from "node:assert/strict";
import { Random } from "../../dataset/random.ts";

Deno.test("Random draws other numbers for each seed and each stream", () => {
  const draw = (seed: number, stream: number) =>
    new Random(seed, stream).below(2 ** 32);
  const drawn = new Set<number>();
  for (
    const seed of [0, 1, 2, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 40 + 5]
  ) {
    for (const stream of [0, 1, 2, 117]) {
      const number = draw(seed, stream);
      assert.equal(number, draw(seed, stream));
      drawn.add(number);
    }
  }
  assert.equal(drawn.size, 28);
});

Deno.test("the first numbers of neighbouring seeds are spread evenly", () => {
  const counts = new Array<number>(16).fill(0);
  for (let seed = 0; seed < 1600; seed++) counts[new Random(seed).below(16)]++;
  for (const count of counts) assert(count > 60 && count < 140, `${counts}`);
});

Deno.test("Random draws with the moments asked for", () => {
  const random = new Random(0);
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
    assert.throws(() => new Random(seed), RangeError);
  }
});
