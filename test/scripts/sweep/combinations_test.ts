import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  combine,
  draw,
} from "../../../scripts/sweep/definition/combinations.ts";
import { planRungs } from "../../../scripts/sweep/definition/rungs.ts";
import { bestOf } from "../../../scripts/sweep/scores.ts";
import { readShare, takeShare } from "../../../scripts/sweep/share.ts";

Deno.test("combine() gives every combination once", () => {
  const all = combine([
    { key: "a", values: ["1", "2"] },
    { key: "b", values: ["x", "y", "z"] },
  ]);
  const texts = all.map(({ a, b }) => a + b);
  assert.deepEqual(texts, ["1x", "1y", "1z", "2x", "2y", "2z"]);
  assert.deepEqual(combine([]), [{}]);
});

Deno.test("draw() stays in its ranges and depends on nothing but its seed", () => {
  const axes = [
    { key: "lr", from: 0.0005, to: 0.01, log: true, whole: false },
    { key: "batch", from: 1, to: 4, log: false, whole: true },
    { key: "layers", from: 1, to: 64, log: true, whole: true },
    { key: "optimizer", values: ["ADAM", "SGD"] },
  ];
  const seeds = fc.integer({ min: 0, max: 2 ** 32 - 2 });
  fc.assert(fc.property(seeds, (seed) => {
    const drawn = draw(axes, { runs: 20, seed });
    assert.deepEqual(draw(axes, { runs: 7, seed }), drawn.slice(0, 7));
    for (const { lr, batch, layers, optimizer } of drawn) {
      assert(Number(lr) >= 0.0005 && Number(lr) <= 0.01, lr);
      assert(["1", "2", "3", "4"].includes(batch), batch);
      assert(/^\d+$/.test(layers) && Number(layers) <= 64, layers);
      assert(["ADAM", "SGD"].includes(optimizer), optimizer);
    }
  }));
  const [one, other] = [0, 1].map((seed) => draw(axes, { runs: 20, seed }));
  assert.notDeepEqual(one, other);
});

Deno.test("draw() covers a logarithmic range evenly, and whole numbers too", () => {
  const drawn = draw([
    { key: "lr", from: 0.0001, to: 1, log: true, whole: false },
    { key: "n", from: 1, to: 4, log: false, whole: true },
  ], { runs: 4000, seed: 3 });
  for (const decade of [0.0001, 0.001, 0.01, 0.1]) {
    const inside = drawn.filter(({ lr }) =>
      Number(lr) >= decade && Number(lr) < 10 * decade
    );
    assert(Math.abs(inside.length - 1000) < 120, `${inside.length}`);
  }
  for (const n of ["1", "2", "3", "4"]) {
    const { length } = drawn.filter((values) => values.n === n);
    assert(Math.abs(length - 1000) < 120, `${n} ${length}`);
  }
});

Deno.test("halving trains fewer and fewer combinations to the end", () => {
  const counts = fc.integer({ min: 1, max: 300 });
  fc.assert(fc.property(counts, counts, (combinations, epochs) => {
    const rungs = planRungs(combinations, epochs);
    assert.equal(rungs[0].combinations, combinations);
    assert.equal(rungs.at(-1)!.epochs, epochs);
    for (let n = 1; n < rungs.length; n++) {
      const [before, rung] = [rungs[n - 1], rungs[n]];
      assert.equal(rung.combinations, Math.ceil(before.combinations / 2));
      assert(rung.epochs > before.epochs);
    }
  }));
});

Deno.test("the best combination has the highest accuracy, then the lowest loss", () => {
  const scores = new Map([
    [0, { accuracy: 0.5, loss: 1 }],
    [1, { accuracy: 0.75, loss: 3 }],
    [2, { accuracy: 0.75, loss: 2 }],
    [3, { accuracy: -Infinity, loss: Infinity }],
    [4, { accuracy: 0.75, loss: 2 }],
  ]);
  assert.deepEqual(bestOf(scores, 5), [2, 4, 1, 0, 3]);
  assert.deepEqual(bestOf(scores, 2), [2, 4]);
});

Deno.test("the jobs of an array take every run once", () => {
  const runs = Array.from({ length: 11 }, (_, n) => n);
  const share = (id: number, last: number) =>
    readShare({
      SLURM_ARRAY_TASK_ID: String(id),
      SLURM_ARRAY_TASK_COUNT: String(last + 1),
      SLURM_ARRAY_TASK_MIN: "0",
      SLURM_ARRAY_TASK_MAX: String(last),
    });
  for (const last of [0, 1, 3, 10, 12]) {
    const taken = Array.from(
      { length: last + 1 },
      (_, id) => takeShare(runs, share(id, last)),
    ).flat();
    assert.deepEqual(taken.sort((a, b) => a - b), runs);
  }
  assert.deepEqual(takeShare(runs, share(1, 3)), [1, 5, 9]);
});

Deno.test("a job of part of an array, and a pod, take the run of their number", () => {
  const runs = ["a", "b", "c", "d"];
  const part = {
    SLURM_ARRAY_TASK_ID: "3",
    SLURM_ARRAY_TASK_COUNT: "2",
    SLURM_ARRAY_TASK_MIN: "1",
    SLURM_ARRAY_TASK_MAX: "3",
  };
  assert.deepEqual(takeShare(runs, readShare(part)), ["d"]);
  const pod = readShare({ JOB_COMPLETION_INDEX: "2" });
  assert.deepEqual(takeShare(runs, pod), ["c"]);
  assert.deepEqual(takeShare(runs, { index: 9, step: Infinity }), []);
  assert.equal(readShare({}), undefined);
  assert.throws(
    () => readShare({ SLURM_ARRAY_TASK_ID: "-1" }),
    /^RangeError: Cannot take a share: SLURM_ARRAY_TASK_ID is "-1", expected/,
  );
});
