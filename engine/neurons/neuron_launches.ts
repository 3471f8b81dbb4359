/**
 * The kernels that integrate neurons, and their adjoint.
 *
 * @module
 */

import { neuronForward } from "../../kernels/neurons/neuron.ts";
import { neuronAdjoint } from "../../kernels/neurons/neuron_adjoint.ts";
import type { Launch } from "../device/launch.ts";
import { groupsFor } from "../device/launch.ts";
import { inQuads, leadOf } from "../network/layout.ts";
import type { Neuron, NeuronKind, SampleTime } from "./neuron_kind.ts";

/** Neurons of a sample that are too few to keep a GPU busy while one waits. */
const FEW_NEURONS = 8192;

/** Neurons of a layer, as their kernels know them. */
export interface NeuronSetting {
  /** Their kind. */
  readonly kind: NeuronKind;
  /** Values of the constants of its texts, and the threshold. */
  readonly constants: Readonly<Record<string, number>>;
  /** Bins in a sample. */
  readonly T: number;
  /** Number of neurons. */
  readonly F: number;
  /** Neurons of a run. */
  readonly runSize: number;
  /** Rows of potentials before those of drives; a sample has T + lead. */
  readonly lead: number;
  /** Bins that are on their way while a neuron uses those before. */
  readonly ahead: number;
}

/**
 * Prepares the neurons of a layer.
 *
 * @param neuron The neuron.
 * @param sizes Number of neurons, how they lie, bins, and how time is divided.
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
  const constants = {
    ...kind.constants(parameters, time),
    theta: parameters.theta,
  };
  return {
    kind,
    constants,
    T,
    F,
    runSize,
    lead: leadOf("K" in constants ? Number(constants.K) : 0),
    ahead: !software && F <= FEW_NEURONS ? 16 : 4,
  };
}

/**
 * Most rounds of the loops that take a neuron over a sample, four bins a round.
 *
 * @param T Bins in a sample.
 * @returns The rounds.
 */
export function neuronLoops(T: number): number {
  return 3 + Math.ceil(T / 4);
}

/**
 * Multiply-adds of a layer of neurons.
 *
 * @param neurons The neurons.
 * @param direction Drive to spikes, or back.
 * @param bins Bins of all samples.
 * @returns Their number.
 */
export function neuronWork(
  { kind, F }: NeuronSetting,
  direction: "forward" | "adjoint",
  bins: number,
): number {
  return (kind.multiplyAdds?.[direction] ?? 0) * bins * F;
}

/**
 * Constants that every kernel which integrates neurons has.
 *
 * @param neurons The neurons.
 * @returns A value for each.
 */
export function neuronConstantsOf(
  { constants, T, F, runSize, lead, ahead }: NeuronSetting,
): Readonly<Record<string, number>> {
  return { ...constants, T, F, runSize, lead, ahead };
}

/**
 * From drives to spikes.
 *
 * @param neurons The neurons.
 * @param outcome Further constants, by their names in neurons.wgsl: the height
 * of a spike, and what becomes of potentials and counts.
 * @returns The launch; it binds `batch`, `largest`, `u`, `spikes`, `tally` and
 * `fired`.
 */
export function launchNeurons(
  neurons: NeuronSetting,
  outcome: Readonly<Record<string, number>>,
): Launch {
  const kernel = neuronForward(neurons.kind.forward);
  return {
    kernel,
    constants: { ...neuronConstantsOf(neurons), ...outcome },
    grid: gridOf(neurons, kernel.workgroup),
    loops: neuronLoops(neurons.T),
    multiplyAdds: ({ bins }) => neuronWork(neurons, "forward", bins),
  };
}

/**
 * From gradients of spikes to those of drives.
 *
 * @param neurons The neurons.
 * @param source Further constants, by their names in neuron_adjoint.wgsl: rows
 * of a sample's gradients, and what a layer above adds them up by.
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
    loops: neuronLoops(neurons.T),
    multiplyAdds: ({ bins }) => neuronWork(neurons, "adjoint", bins),
  };
}

/** An invocation a neuron, with those that fill runs up to quads. */
function gridOf({ F, runSize }: NeuronSetting, workgroup: number) {
  const places = F / runSize * inQuads(runSize);
  return [groupsFor(places, workgroup), 1, "samples"] as const;
}
