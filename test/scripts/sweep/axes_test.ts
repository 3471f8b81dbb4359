import assert from "node:assert/strict";
import { readSettings } from "../../../scripts/sweep/definition/axes.ts";

Deno.test("a single value is shared, and several values are a key to vary", () => {
  const { fixed, axes } = readSettings([
    "training.epochs=5",
    "training.lr=0.001, 0.003",
    "training.optimizer=ADAMW,SGD",
  ]);
  assert.deepEqual(fixed, ["training.epochs=5"]);
  assert.deepEqual(axes, [
    { key: "training.lr", values: ["0.001", "0.003"] },
    { key: "training.optimizer", values: ["ADAMW", "SGD"] },
  ]);
});

Deno.test("commas in brackets and quotes belong to their value", () => {
  const values = [
    "[{conv: {out: 16, kernel: 5}}, {dense: 10}]",
    "2×(32c3-bn-lif-mp2)-19",
    "{a: 1, b: 2}",
    '"a,b"',
    "'c,d'",
  ];
  const { axes } = readSettings([`network=${values.join(",")}`]);
  assert.deepEqual(axes, [{ key: "network", values }]);
  const { fixed } = readSettings([`network=${values[0]}`]);
  assert.deepEqual(fixed, [`network=${values[0]}`]);
});

Deno.test("two numbers with two dots between are a range", () => {
  const { axes } = readSettings([
    "training.lr=0.0005..0.01:log",
    "simulation.nSample=8..64",
    "training.augmentation.drop=-.5..1e-1",
    "input.slices=1..8:log",
  ]);
  assert.deepEqual(axes, [
    { key: "training.lr", from: 0.0005, to: 0.01, log: true, whole: false },
    { key: "simulation.nSample", from: 8, to: 64, log: false, whole: true },
    {
      key: "training.augmentation.drop",
      from: -0.5,
      to: 0.1,
      log: false,
      whole: false,
    },
    { key: "input.slices", from: 1, to: 8, log: true, whole: true },
  ]);
});

Deno.test("values that cannot be swept are refused", () => {
  const refused: [string[], string][] = [
    [["training.lr"], 'training.lr": expected key=value'],
    [["=1,2"], '=1,2": expected key=value'],
    [["a=1,"], 'a=1,": value 2 is empty'],
    [["a=,1"], 'a=,1": value 1 is empty'],
    [["a=1,2,1"], 'a=1,2,1": 1 is there twice'],
    [["a=1,2", "a=3"], 'a=3": a is set twice'],
    [["a=2..1"], 'a=2..1": 2 is not below 1'],
    [["a=1..1"], 'a=1..1": 1 is not below 1'],
    [["a=0..1:log"], 'a=0..1:log": a logarithmic range begins above 0'],
    [["a=1..2:ln"], 'a=1..2:ln": a range ends with :log or nothing, not :ln'],
    [["training.seed=1,2"], '1,2": --seeds chooses training.seed'],
    [["training.path.out=x"], 'x": --out chooses training.path.out'],
  ];
  for (const [settings, problem] of refused) {
    assert.throws(() => readSettings(settings), (error: Error) => {
      assert(error instanceof RangeError);
      assert(error.message.startsWith('Cannot sweep "'));
      assert(error.message.endsWith(problem), error.message);
      return true;
    });
  }
  assert.deepEqual(readSettings(["training.seed=7"]).fixed, [
    "training.seed=7",
  ]);
});
