import assert from "node:assert/strict";
import {
  formatSafetensors,
  parseSafetensors,
  type Tensor,
  WeightsError,
} from "../../engine/network/safetensors.ts";
import { fc } from "../fixtures/properties.ts";
import { fuzzTest } from "./fuzz.ts";
import { join, mutated, mutatedTree } from "./mutations.ts";

const TENSORS: Record<string, Tensor> = {
  "fc1.weight": { dtype: "F32", shape: [2, 3], data: new Float32Array(6) },
  step: { dtype: "I64", shape: [], data: BigInt64Array.of(3n) },
  mask: { dtype: "BOOL", shape: [5], data: new Uint8Array(5) },
  none: { dtype: "F16", shape: [0, 4], data: new Float16Array(0) },
};
const WHOLE = formatSafetensors(TENSORS, { epoch: "12" });
const HEADER_END = 8 + new DataView(WHOLE.buffer).getUint32(0, true);
const HEADER = JSON.parse(
  new TextDecoder().decode(WHOLE.subarray(8, HEADER_END)),
);
const TOKENS = [
  ...['"F32"', '"BF16"', "[", "]", "{", "}", ":", ",", '"', "\\", "-1"],
  ...["1e308", "9007199254740993", '"__metadata__"', '"shape"', " ", "\u0000"],
];

/** Whole files whose header says something else. */
const otherHeaders = mutatedTree(HEADER).map((tree) => {
  const text = new TextEncoder().encode(JSON.stringify(tree));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setUint32(0, text.length, true);
  return join(length, text, WHOLE.subarray(HEADER_END));
});

fuzzTest("safetensors", {
  share: 0.1,
  inputs: fc.oneof(mutated([WHOLE], TOKENS), otherHeaders),
  refusal: WeightsError,
  read(bytes) {
    const { tensors, metadata } = parseSafetensors(bytes);
    for (const { shape, data } of tensors.values()) {
      assert.equal(data.length, shape.reduce((a, b) => a * b, 1));
      assert(data.byteLength <= bytes.length);
    }
    assert(Object.values(metadata).every((text) => typeof text === "string"));
  },
});
