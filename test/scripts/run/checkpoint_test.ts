import assert from "node:assert/strict";
import { WeightsError } from "../../../engine/network/safetensors.ts";
import {
  type Checkpoint,
  formatCheckpoint,
  parseCheckpoint,
} from "../../../scripts/run/checkpoint.ts";
import {
  differenceOf,
  type RunIdentity,
} from "../../../scripts/run/identity.ts";

const array = (name: string) => ({
  [name]: { shape: [2], data: Float32Array.of(1, 2) },
});
const fired = Array.from({ length: 11 }, (_, layer) => Uint32Array.of(layer));
const CHECKPOINT: Checkpoint = {
  adapter: "llvmpipe",
  position: {
    epoch: 3,
    batches: 2,
    trained: false,
    seconds: 1.5,
    sums: { samples: 16, loss: 80.25, right: 3, spikes: [500, 7], fired },
    losses: [],
    random: [1, -2, 3, -4],
  },
  state: { weights: array("fc1.weight"), steps: 41, moments: {} },
  best: array("fc1.weight"),
  logged: array("fc1.weight"),
};
const RUN = { program: "train", "training.lr": "0.01" };

Deno.test("tensors named like properties of objects change none of them", () => {
  const { entries } = Object;
  const moments = Object.fromEntries(
    ["constructor", "__proto__", "toString"].map((group) => [
      group,
      array("entries"),
    ]),
  );
  const given = {
    ...CHECKPOINT,
    state: { ...CHECKPOINT.state!, moments },
  };
  try {
    const bytes = new Uint8Array(formatCheckpoint(given, RUN));
    const { checkpoint } = parseCheckpoint(bytes);
    assert.equal(Object.entries, entries);
    assert.deepEqual(checkpoint, given);
  } finally {
    Object.entries = entries;
  }
});

Deno.test("a checkpoint keeps averages of weights", () => {
  const state = { ...CHECKPOINT.state!, averages: array("fc1.weight") };
  const given = { ...CHECKPOINT, state };
  const bytes = new Uint8Array(formatCheckpoint(given, RUN));
  assert.deepEqual(parseCheckpoint(bytes).checkpoint, given);
});

Deno.test("a checkpoint keeps the order of more than ten layers", () => {
  const bytes = new Uint8Array(formatCheckpoint(CHECKPOINT, RUN));
  assert.deepEqual(parseCheckpoint(bytes).checkpoint, CHECKPOINT);
});

Deno.test("a checkpoint that misses a layer's spikes is refused", () => {
  const moments = { fired: array("12") };
  const state = { ...CHECKPOINT.state!, moments };
  const bytes = formatCheckpoint({ ...CHECKPOINT, state }, RUN);
  assert.throws(
    () => parseCheckpoint(new Uint8Array(bytes)),
    (error) =>
      error instanceof WeightsError &&
      error.message === 'Cannot read weights "fired/11": it is missing',
  );
});

Deno.test("a checkpoint of no run is refused", () => {
  const run = null as unknown as RunIdentity;
  assert.throws(
    () => parseCheckpoint(new Uint8Array(formatCheckpoint(CHECKPOINT, run))),
    (error) =>
      error instanceof WeightsError &&
      error.problem === "its run is null, expected an object",
  );
});

Deno.test("differenceOf() takes no name for a property of every object", () => {
  for (const key of ["constructor", "__proto__", "toString"]) {
    const found = Object.fromEntries([...Object.entries(RUN), [key, "1"]]);
    assert.equal(differenceOf(found, RUN), `its ${key} is 1, expected none`);
    assert.equal(differenceOf(RUN, found), `its ${key} is missing, expected 1`);
  }
  assert.equal(differenceOf(RUN, { ...RUN }), undefined);
});
