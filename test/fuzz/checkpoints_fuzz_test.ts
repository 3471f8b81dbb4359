import assert from "node:assert/strict";
import { WeightsError } from "../../engine/network/safetensors.ts";
import {
  type Checkpoint,
  formatCheckpoint,
  parseCheckpoint,
} from "../../scripts/run/checkpoint.ts";
import { fc } from "../fixtures/properties.ts";
import { fuzzTest } from "./fuzz.ts";
import { mutated } from "./mutations.ts";

const array = (...data: number[]) => ({
  "fc1.weight": { shape: [data.length, 1], data: Float32Array.from(data) },
});
const CHECKPOINT: Checkpoint = {
  adapter: "llvmpipe",
  position: {
    ...{ epoch: 3, batches: 2, trained: false, seconds: 1.5, lowestLoss: 4 },
    sums: {
      ...{ samples: 16, loss: 80.25, right: 3, spikes: [500, 7] },
      fired: [Uint32Array.of(1, 2, 3), Uint32Array.of(4)],
    },
    losses: [],
    random: [1, -2, 3, -4],
    best: { epoch: 1, trainAccuracy: 0.5, loss: 4, accuracy: 0.25 },
  },
  state: {
    weights: array(1, 2),
    steps: 41,
    moments: { m: array(3, 4), v: array(5, 6) },
  },
  best: array(7, 8),
  logged: array(9, 10),
};
const RUN = { program: "train", "training.lr": "0.01" };
const WHOLE = new Uint8Array(formatCheckpoint(CHECKPOINT, RUN));
const TOKENS = [
  '"epoch\\":',
  "3",
  "4",
  "[",
  "]",
  "{",
  "}",
  ",",
  '"',
  " ",
  "\0",
];

fuzzTest("checkpoints", {
  share: 0.05,
  inputs: fc.oneof(mutated([WHOLE], TOKENS), fc.constant(WHOLE)),
  refusal: WeightsError,
  read(bytes) {
    const { checkpoint, identity } = parseCheckpoint(new Uint8Array(bytes));
    assert.deepEqual(checkpoint, CHECKPOINT);
    assert.deepEqual(identity, RUN);
  },
});
