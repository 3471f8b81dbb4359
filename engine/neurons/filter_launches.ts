/**
 * Responses that a layer learns, and the launches of their kernels.
 *
 * @module
 */

import { filterAdjoint, filterForward } from "../../kernels/neurons/filter.ts";
import {
  filterGradientSums,
  filterGradientTotal,
} from "../../kernels/neurons/filter_gradient.ts";
import { groupsFor, type Launch, launch } from "../device/launch.ts";
import { inQuads, QUAD } from "../network/layout.ts";
import type { WeightLayout } from "../network/weights.ts";
import type { NeuronKind, NeuronParameters } from "./neuron_kind.ts";
import type { NeuronSetting } from "./neuron_launches.ts";

/** Most rounds of loops of an invocation that adds up a strip of neurons. */
const STRIP_LOOPS = 1 << 14;

/** The responses that a layer learns. */
export interface LearnedResponse {
  /** The taps of all tables, `[K]` of one, `[filters, K]` of several. */
  readonly taps: WeightLayout;
  /** Number of tables, and of drives of each neuron. */
  readonly filters: number;
  /** Taps of a table. */
  readonly K: number;
}

/** The launches of learned responses. */
export interface FilterLaunches {
  /** From the drives to the responses. */
  readonly forward: Launch;
  /** From the gradient of the responses to that of the taps, in parts. */
  readonly sums: Launch;
  /** From the gradient of the responses to that of the drives. */
  readonly adjoint: Launch;
  /** Adds up the gradient of the taps, and updates them. */
  readonly total: Launch;
  /** Floats of a sample's partial sums. */
  readonly partialFloats: number;
}

/**
 * Describes the responses that a layer of neurons learns.
 *
 * @param neuron Kind of the neurons, and a value for each parameter.
 * @param Ts Time step in ms.
 * @returns The responses; none if the kind has none.
 */
export function describeResponse(
  { kind, parameters }: {
    readonly kind: NeuronKind;
    readonly parameters: NeuronParameters;
  },
  Ts: number,
): LearnedResponse | undefined {
  if (!kind.taps) return undefined;
  const { filters, K, first } = kind.taps(parameters, Ts);
  const length = filters * K;
  const taps: WeightLayout = {
    shape: filters > 1 ? [filters, K] : [K],
    floats: inQuads(length),
    first,
    visit(at) {
      for (let k = 0; k < length; k++) at(k, k);
    },
  };
  return { taps, filters, K };
}

/**
 * Launches the responses that a layer learns.
 *
 * @param response The responses.
 * @param neurons The neurons.
 * @param setting Height of an incoming spike, and the number of the rule by
 * which taps are updated.
 * @returns The launches.
 */
export function launchFilter(
  { filters, K }: LearnedResponse,
  { T, F, lead, runSize }: NeuronSetting,
  { height, rule }: { readonly height: number; readonly rule: number },
): FilterLaunches {
  const constants = { T, sampleRows: T + lead, F, K, filters, runSize };
  const lanes = filterGradientSums.workgroup;
  const S = Math.ceil(Math.ceil(F / lanes) * (T + 2) / STRIP_LOOPS);
  const taps = filters * K;
  const rounds = Math.min(T, K) + 3;
  return {
    forward: launch({
      kernel: filterForward,
      constants,
      grid: [groupsFor(F, filterForward.workgroup), 1, "samples"],
      loops: Math.ceil(T / 4) * (filters * (rounds + 2) + 7) + 1,
    }),
    sums: launch({
      kernel: filterGradientSums,
      constants: { ...constants, S, height },
      grid: [taps, S, "samples"],
      loops: Math.ceil(Math.ceil(F / S) / lanes) * (T + 2) + 8,
    }),
    adjoint: launch({
      kernel: filterAdjoint,
      constants,
      grid: [groupsFor(F * filters, filterAdjoint.workgroup), 1, "samples"],
      loops: Math.ceil(T / 4) * (rounds + 7) + 1,
    }),
    total: launch({
      kernel: filterGradientTotal,
      constants: { K, filters, S, rule },
      grid: [
        groupsFor(inQuads(taps) / QUAD, filterGradientTotal.workgroup),
        1,
        1,
      ],
      loops: S + 2,
      loopsPerSample: S + 2,
    }),
    partialFloats: S * taps,
  };
}
