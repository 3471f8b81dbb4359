/**
 * The response ε (PSP kernel) with which losses filter spikes, and its adjoint.
 *
 * @module
 */

import { lossNumSpikes } from "../../kernels/output/loss.ts";
import { ShapeError } from "../device/errors.ts";
import type { Launch } from "../device/launch.ts";
import { describeNeuron } from "../neurons/describe_neuron.ts";
import {
  launchNeuronAdjoint,
  settleNeurons,
} from "../neurons/neuron_launches.ts";
import { SRM_ALPHA } from "../neurons/srm_alpha.ts";
import type { LossSample } from "./loss.ts";

/** The response with which a loss filters spikes. */
export interface ResponseOptions {
  /**
   * Time constant in ms of the SRM-alpha response ε.
   *
   * @default the response of the output neuron
   */
  readonly tauSr?: number;
}

/** A response as taps for kernels, and the launch of its adjoint. */
export interface LossResponse {
  /** Number of taps. */
  readonly K: number;
  /** Taps Ts·ε, in the layout of loss.wgsl. */
  readonly taps: Float32Array<ArrayBuffer>;
  /** Filters the error `ds` by the adjoint of ε to the gradient `u`. */
  readonly adjoint: Launch;
}

/**
 * Computes the response of a loss.
 *
 * @param name Name of the loss.
 * @param options Time constant of the response.
 * @param sample Sizes, and the output neuron.
 * @returns The response.
 * @throws {ShapeError} If neither the output neuron has a response nor the loss
 * a time constant, or there are more taps than a loss can have.
 */
export function responseOf(
  name: string,
  options: ResponseOptions,
  { Ts, tSample, T, O, voters, neuron, software }: LossSample,
): LossResponse {
  const tauSr: number | undefined = options.tauSr ?? neuron.parameters.tauSr;
  const { kind, parameters } = tauSr === undefined
    ? neuron
    : describeNeuron({ kind: SRM_ALPHA, tauSr });
  const time = { Ts, tSample };
  const epsilon = kind.response?.(parameters, time);
  if (!epsilon) {
    throw new ShapeError(
      `Cannot filter spikes for loss "${name}": neurons of kind ` +
        `"${neuron.kind.name}" have no tauSr, and the loss was given none`,
    );
  }
  const neurons = settleNeurons({ kind, parameters }, {
    T,
    F: O * voters,
    runSize: O * voters,
    time,
    software,
  });
  return {
    K: epsilon.length,
    taps: tabulateTaps(epsilon.map((tap) => Ts * tap)),
    // Slope 0 and scale 1 make the surrogate's factor 1.
    adjoint: launchNeuronAdjoint(
      { ...neurons, lead: 0 },
      { aboveRows: T, scale: 1, slope: 0 },
    ),
  };
}

/**
 * Arranges taps in the table of loss.wgsl.
 *
 * @param epsilon Taps of the response, k = 0 first.
 * @returns The taps, zero-padded.
 * @throws {ShapeError} If there are more taps than the table holds.
 */
export function tabulateTaps(
  epsilon: Float64Array,
): Float32Array<ArrayBuffer> {
  const { tapRows } = lossNumSpikes.tile;
  if (epsilon.length > 4 * tapRows) {
    throw new ShapeError(
      `Cannot tabulate the neuron's response: ${epsilon.length} taps are ` +
        `more than ${4 * tapRows}; a larger Ts gives fewer`,
    );
  }
  const table = new Float32Array(4 * tapRows);
  table.set(epsilon);
  return table;
}
