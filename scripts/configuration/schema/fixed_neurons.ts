/**
 * The neurons of a configuration in integers of the Loihi 2 processor.
 *
 * @module
 */

import * as v from "npm:valibot@1.5.0";
import { decays } from "../../../engine/neurons/fixed_point.ts";
import { integer, resonatorSpikes, surrogates } from "./neuron_values.ts";
import { expected, section } from "./values.ts";

/** Fixed-point neuron parameters. */
const fixedPoint = {
  /** Threshold, in units of 1/64. */
  vThMant: v.optional(integer(1, 131071), 80),
  /** Decays of current and voltage per bin, in units of 1/4096. */
  iDecay: v.optional(integer(0, 4096), 1024),
  vDecay: v.optional(integer(0, 4096), 128),
  ...surrogates,
};

/** Adaptation of the threshold of fixed-point neurons. */
const fixedAdaptation = {
  /** Rise of the threshold per spike, in units of 1/64. */
  vThStep: v.optional(integer(0, 131071), 8),
  /** Decays of the rise and the refractory response, in units of 1/4096. */
  thDecay: v.optional(integer(0, 4096), 512),
  refDecay: v.optional(integer(0, 4096), 512),
};

/** Parameters of fixed-point neurons with an oscillating potential. */
const fixedResonance = {
  vThMant: fixedPoint.vThMant,
  /** Factor of the oscillation per bin, in units of 1/4096. */
  sinDecay: v.optional(integer(1, 4095), 2751),
  cosDecay: v.optional(integer(0, 4095), 2751),
  ...resonatorSpikes,
};

/** Requires an oscillation that decays. */
function decaying<S extends v.GenericSchema>(neurons: S): S {
  const smaller = expected(
    "less, so that the squares of sinDecay and cosDecay sum to less than 4096²",
  );
  type Factor = Record<"sinDecay" | "cosDecay", number>;
  return v.pipe(
    neurons as v.GenericSchema<Factor>,
    v.forward(
      v.check(decays, ({ input }) => smaller({ input: input.cosDecay })),
      ["cosDecay"],
    ),
  ) as unknown as S;
}

/** CUBA in integers. */
export const FIXED_CUBA = section({
  type: v.literal("FIXED_CUBA"),
  ...fixedPoint,
});

/** lava-dl's ALIF in integers, which also has a refractory response. */
export const FIXED_ALIF = section({
  type: v.literal("FIXED_ALIF"),
  ...fixedPoint,
  ...fixedAdaptation,
});

/** RF in integers. */
export const FIXED_RF = decaying(section({
  type: v.literal("FIXED_RF"),
  ...fixedResonance,
}));

/** ADRF in integers. */
export const FIXED_ADRF = decaying(section({
  type: v.literal("FIXED_ADRF"),
  ...fixedResonance,
  ...fixedAdaptation,
}));
