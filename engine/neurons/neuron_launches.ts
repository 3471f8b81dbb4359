/**
 * Launches of the kernels that integrate neurons, and of their adjoint.
 *
 * @module
 */

import { neuronForward } from "../../kernels/neurons/neuron.ts";
import { neuronAdjoint } from "../../kernels/neurons/neuron_adjoint.ts";
import type { Launch } from "../device/launch.ts";
import { groupsFor } from "../device/launch.ts";
import { inQuads, leadOf } from "../network/layout.ts";
import type { Neuron, SampleTime, SlayerNeuronKind } from "./neuron_kind.ts";

/** Neurons per sample below which occupancy is too low to hide load latency. */
const FEW_NEURONS = 8192;

/** Constants and sizes of a layer's neurons for their kernels. */
export interface NeuronSetting {
  /** Kind of the neurons. */
  readonly kind: SlayerNeuronKind;
  /** Values of the WGSL constants of the kind, and the threshold. */
  readonly constants: Readonly<Record<string, number>>;
  /** Bins in a sample. */
  readonly T: number;
  /** Number of neurons. */
  readonly F: number;
  /** Neurons per run. */
  readonly runSize: number;
  /** Rows from potentials to drives; a sample has T + lead rows. */
  readonly lead: number;
  /** Bins whose drives are loaded ahead of integration, to hide latency. */
  readonly ahead: number;
}

/**
 * Prepares the neurons of a layer.
 *
 * @param neuron The neuron.
 * @param sizes Number and memory layout of the neurons, bins, and time step.
 * @returns Constants and sizes for their kernels.
 */
export function settleNeurons(
  { kind, parameters }: Neuron,
  { T, F, runSize, time, software }: {
    readonly T: number;
    readonly F: number;
    readonly runSize: number;
    readonly time: SampleTime;
    /** Whether the device computes on the CPU. */
    readonly software: boolean;
  },
): NeuronSetting {
  const constants: Readonly<Record<string, number>> = {
    ...kind.constants(parameters, time),
    theta: parameters.theta,
  };
  const { K = 0, reach = 0 } = constants;
  return {
    // Networks with other kinds of neurons are computed layer by layer.
    kind: kind as SlayerNeuronKind,
    constants,
    T,
    F,
    runSize,
    lead: leadOf(Math.max(K, reach)),
    ahead: !software && F <= FEW_NEURONS ? 16 : 4,
  };
}

/**
 * Returns the largest number of loop iterations that integrate a neuron over a
 * sample, four bins each.
 *
 * @param T Bins in a sample.
 * @returns The number of iterations.
 */
export function neuronLoops(T: number): number {
  return 3 + Math.ceil(T / 4);
}

/**
 * Counts the multiply-adds of a layer of neurons.
 *
 * @param neurons The neurons.
 * @param direction From drives to spikes, or backward.
 * @param bins Bins of all samples.
 * @returns The number of multiply-adds.
 */
export function neuronWork(
  { kind, F }: NeuronSetting,
  direction: "forward" | "adjoint",
  bins: number,
): number {
  return (kind.multiplyAdds?.[direction] ?? 0) * bins * F;
}

/**
 * Returns the constants common to all kernels that integrate neurons.
 *
 * @param neurons The neurons.
 * @returns A value for each constant.
 */
export function neuronConstantsOf(
  { constants, T, F, runSize, lead, ahead }: NeuronSetting,
): Readonly<Record<string, number>> {
  return { ...constants, T, F, runSize, lead, ahead };
}

/**
 * Launches the kernel from drives to spikes.
 *
 * @param neurons The neurons.
 * @param forwardConstants Further constants, by their names in neurons.wgsl:
 * the height of a spike, and whether potentials and counts are kept.
 * @returns The launch; it binds `batch`, `largest`, `u`, `spikes`, `tally` and
 * `fired`.
 */
export function launchNeurons(
  neurons: NeuronSetting,
  forwardConstants: Readonly<Record<string, number>>,
): Launch {
  const kernel = neuronForward(neurons.kind.forward);
  return {
    kernel,
    constants: { ...neuronConstantsOf(neurons), ...forwardConstants },
    grid: gridOf(neurons, kernel.workgroup),
    loops: neuronLoops(neurons.T),
    multiplyAdds: ({ bins }) => neuronWork(neurons, "forward", bins),
  };
}

/**
 * Launches the adjoint, from gradients of spikes to those of drives.
 *
 * @param neurons The neurons.
 * @param source Further constants, by their names in neuron_adjoint.wgsl: rows
 * of a sample's gradients, and how the gradients of the layer above are
 * gathered.
 * @returns The launch; it binds `largest`, the gradients `ds` and, in place,
 * potentials and drives `u`.
 */
export function launchNeuronAdjoint(
  neurons: NeuronSetting,
  source: Readonly<Record<string, number>>,
): Launch {
  const kernel = neuronAdjoint(neurons.kind.adjoint);
  return {
    kernel,
    constants: { ...neuronConstantsOf(neurons), ...source },
    grid: gridOf(neurons, kernel.workgroup),
    loops: neuronLoops(neurons.T) +
      (neurons.kind.adjointLoops?.(neurons.T, neurons.constants) ?? 0),
    multiplyAdds: ({ bins }) => neuronWork(neurons, "adjoint", bins),
  };
}

/** One invocation per neuron, including the padding of runs to quads. */
function gridOf({ F, runSize }: NeuronSetting, workgroup: number) {
  const places = F / runSize * inQuads(runSize);
  return [groupsFor(places, workgroup), 1, "samples"] as const;
}
