import assert from "node:assert/strict";
import {
  type ModelDescription,
  structureOf,
} from "../../../engine/model/model_description.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import { inputOfWeights } from "../../../scripts/configuration/fitting_input.ts";

const LAYERS = [
  { conv: { out: 4, kernel: 8, stride: 8 } },
  { dense: 19 },
];

const UNITS: ModelDescription = {
  input: { C: 2, H: 64, W: 48 },
  sensor: { C: 2, H: 128, W: 128 },
  layers: [{ ...LAYERS[0], bias: true }, LAYERS[1]],
  neuron: leaky(),
  Ts: 1,
  random: 0,
};

const SLAYER: ModelDescription = {
  input: { C: 2, H: 64, W: 48 },
  layers: LAYERS,
  Ts: 1,
  random: 0,
};

/** Weights of zero of a network. */
function weightsOf(description: ModelDescription) {
  return Object.fromEntries(
    structureOf(description).slots.map(({ name, weights: { shape } }) => [
      name,
      {
        shape,
        data: new Float32Array(shape.reduce((product, side) => product * side)),
      },
    ]),
  );
}

Deno.test("weights for another size of the input name it", () => {
  const input = { C: 2, H: 32, W: 32 };
  assert.equal(
    inputOfWeights(UNITS, weightsOf({ ...UNITS, input, sensor: undefined })),
    "; they fit an input of 32×32, and here it has 48×64: input.size is " +
      "to be 32",
  );
  assert.equal(
    inputOfWeights(SLAYER, weightsOf({ ...SLAYER, input })),
    "; they fit an input of 32×32, and here it has 48×64 pixels",
  );
});

Deno.test("weights of another network, or of this one, name no size", () => {
  assert.equal(inputOfWeights(UNITS, weightsOf(UNITS)), "");
  const others = { ...SLAYER, layers: [LAYERS[0], { dense: 20 }] };
  assert.equal(inputOfWeights(SLAYER, weightsOf(others)), "");
  assert.equal(inputOfWeights(SLAYER, {}), "");
});
