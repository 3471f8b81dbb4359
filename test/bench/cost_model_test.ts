import { ok, strictEqual } from "node:assert/strict";
import { type Costs, leastBatch, stepTime } from "../../bench/cost_model.ts";

const COSTS: Costs = {
  submit: 1,
  sample: 2,
  tick: 11,
  readBacks: 1,
  gradient: 1000,
  readBack: 1000,
  upload: 500,
  latency: 0.5,
  network: 250,
};

Deno.test("stepTime() adds up what a step costs", () => {
  strictEqual(stepTime(COSTS, 8, 1), 1 + 16);
  // 4 samples; a tick; 1 ms of reading; one message of 4 ms; 2 ms of upload.
  strictEqual(stepTime(COSTS, 8, 2), 1 + 8 + 11 + 1 + 0.5 + 4 + 2);
  // 3 of 8 samples on the slowest of three.
  strictEqual(stepTime(COSTS, 8, 3), 1 + 6 + 11 + 1 + 1 + 8 + 4);
});

Deno.test("leastBatch() finds where one machine more begins to pay", () => {
  for (const ranks of [2, 16]) {
    const batch = leastBatch(COSTS, ranks)!;
    strictEqual(batch % ranks, 0);
    ok(stepTime(COSTS, batch, ranks) < stepTime(COSTS, batch, ranks - 1));
    const less = batch - ranks;
    ok(stepTime(COSTS, less, ranks) >= stepTime(COSTS, less, ranks - 1));
  }
  // A second machine saves 2 ms for each of its samples, and costs 18.5.
  strictEqual(leastBatch(COSTS, 2), 2 * 10);
});

Deno.test("leastBatch() knows machines that never pay", () => {
  strictEqual(leastBatch({ ...COSTS, sample: 0 }, 2), undefined);
});

Deno.test("norms cost a tick in each direction", () => {
  const norms = { ...COSTS, readBacks: 1 + 2 * 5 };
  strictEqual(stepTime(norms, 8, 2) - stepTime(COSTS, 8, 2), 10 * 11);
});
