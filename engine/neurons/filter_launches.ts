/**
 * Learned responses of layers, and the launches of their kernels.
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

/**
 * Limit on the loop iterations of an invocation that sums over a strip of
 * neurons.
 */
const STRIP_LOOPS = 1 << 14;

/** Learned responses of a layer. */
export interface LearnedResponse {
  /** Taps of all tables, `[K]` for one table, `[filters, K]` for several. */
  readonly taps: WeightLayout;
  /** Number of tables, and of drives per neuron. */
  readonly filters: number;
  /** Taps per table. */
  readonly K: number;
}

/** The launches of learned responses. */
export interface FilterLaunches {
  /** From drives to responses. */
  readonly forward: Launch;
  /** From the gradient of responses to partial sums of the gradient of taps. */
  readonly sums: Launch;
  /** From the gradient of responses to the gradient of drives. */
  readonly adjoint: Launch;
  /** Reduces the gradient of taps, and updates the taps. */
  readonly total: Launch;
  /** Floats of a sample's partial sums. */
  readonly partialFloats: number;
}

/**
 * Describes the learned responses of a layer.
 *
 * @param neuron Kind of the neurons, and a value for each parameter.
 * @param Ts Time step in ms.
 * @returns The responses; `undefined` if the kind does not learn them.
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
 * Launches the learned responses of a layer.
 *
 * @param response The responses.
 * @param neurons The neurons.
 * @param setting Height of an incoming spike, and the index of the optimizer's
 * update rule.
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
