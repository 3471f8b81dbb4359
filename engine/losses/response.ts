/**
 * The response ε by which losses filter spikes, and its adjoint.
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
import { responseKernel, SRM_ALPHA } from "../neurons/srm_alpha.ts";
import type { LossSample } from "./loss.ts";

/** By what a loss filters spikes. */
export interface ResponseOptions {
  /**
   * Time constant in ms of the SRM-alpha response ε.
   *
   * @default `tauSr` of the output neuron
   */
  readonly tauSr?: number;
}

/** A response, as kernels know it. */
export interface LossResponse {
  /** Number of taps. */
  readonly K: number;
  /** Ts·ε as loss.wgsl reads it. */
  readonly taps: Float32Array<ArrayBuffer>;
  /** From `ds`, the error, to `u`, the gradient, by the adjoint of ε. */
  readonly adjoint: Launch;
}

/**
 * Works out the response of a loss.
 *
 * @param name Name of the loss.
 * @param options Its time constant.
 * @param sample Sizes, and the output neuron.
 * @returns The response.
 * @throws {ShapeError} If neither the output neuron nor the loss has a time
 * constant, or there are more taps than fit.
 */
export function responseOf(
  name: string,
  options: ResponseOptions,
  { Ts, tSample, T, O, neuron, software }: LossSample,
): LossResponse {
  const tauSr: number | undefined = options.tauSr ?? neuron.parameters.tauSr;
  if (tauSr === undefined) {
    throw new ShapeError(
      `Cannot filter spikes for loss "${name}": neurons of kind ` +
        `"${neuron.kind.name}" have no tauSr, and the loss was given none`,
    );
  }
  const time = { Ts, tSample };
  const response = describeNeuron({ kind: SRM_ALPHA, tauSr });
  const epsilon = responseKernel({ tauSr }, Ts, tSample);
  const neurons = settleNeurons(response, {
    T,
    F: O,
    runSize: O,
    time,
    software,
  });
  return {
    K: epsilon.length,
    taps: tabulateTaps(epsilon.map((tap) => Ts * tap)),
    // No surrogate is in it.
    adjoint: launchNeuronAdjoint(
      { ...neurons, lead: 0 },
      { aboveRows: T, scale: 1, slope: 0 },
    ),
  };
}

/**
 * Lays taps out as loss.wgsl reads them.
 *
 * @param epsilon Taps of the response, k = 0 first.
 * @returns The taps, then 0.
 * @throws {ShapeError} If there are more than fit.
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
