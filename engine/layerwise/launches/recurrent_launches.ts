/**
 * Launches and buffers of recurrent layers.
 *
 * @module
 */

import type { SteppedText } from "../../../kernels/shared/stepped.ts";
import { recurrentForward } from "../../../kernels/unit/recurrent/recurrent.ts";
import {
  recurrentAdjoint,
  recurrentChannelSums,
} from "../../../kernels/unit/recurrent/recurrent_adjoint.ts";
import { ShapeError } from "../../device/errors.ts";
import { groupsFor, type Launch } from "../../device/launch.ts";
import { dense, type DenseLayer } from "../../layers/dense.ts";
import type { Layer, LayerSetting } from "../../layers/layer.ts";
import { stateBytes } from "../units/state_bytes.ts";
import { floatsOf, type Unit } from "../units/units.ts";
import type { UnitSetting } from "./placed_unit.ts";
import type { Strips } from "./strips.ts";

/**
 * Bytes of workgroup memory in addition to a structure per neuron: per neuron,
 * and for all.
 */
const ROOM = { State: [8, 1100], Back: [4, 2100] } as const;

/** WGSL and constants of a unit's neuron. */
export interface UnitNeuron {
  readonly text: SteppedText;
  readonly constants: Readonly<Record<string, number>>;
}

/** Words per sample that only recurrent units need. */
export interface RecurrentWords {
  /** Drives including those from its own spikes. */
  readonly driven: number;
  /** State of each neuron before each bin. */
  readonly states: number;
  /** Gradients of the drives of the next bin. */
  readonly ahead: number;
}

/**
 * Determines the words per sample of a recurrent unit.
 *
 * @param unit The unit.
 * @param T Bins of a sample.
 * @param trains Whether steps train.
 * @returns The words, 0 for a unit that is not recurrent.
 * @throws {ShapeError} If the size of its neurons' state is unknown.
 */
export function recurrentWords(
  unit: Unit,
  T: number,
  trains: boolean,
): RecurrentWords {
  if (!unit.recurrent) return { driven: 0, states: 0, ahead: 0 };
  const floats = T * floatsOf({ ...unit.layer, extent: unit.layer.output });
  const bytes = stateBytes(unit.layer.name, unit.neuron!.kind.stepped!);
  return {
    driven: floats,
    states: trains ? floats * bytes / 4 : 0,
    ahead: trains ? floats : 0,
  };
}

/** A recurrent unit with its neuron, and the strips of its sums. */
export interface RecurrentPlace {
  readonly unit: Pick<Unit, "layer">;
  readonly strips: Strips;
  readonly setting: Pick<UnitSetting, "workgroupBytes">;
  readonly neuron: UnitNeuron;
}

/**
 * Launches the neurons of a recurrent unit.
 *
 * @param place The unit and its neuron.
 * @param record Where spikes are counted, by names in recurrent.wgsl.
 * @returns The launch.
 * @throws {ShapeError} If workgroup memory is too small.
 */
export function launchRecurrent(
  place: RecurrentPlace,
  record: Readonly<Record<"keep" | "layer" | "stride", number>>,
): Launch {
  const { strips: { T, C, runSize }, neuron: { text, constants } } = place;
  const kernel = recurrentForward(text);
  requireRoom(place, "State");
  const neurons = Math.ceil(C / kernel.tile.lanes);
  return {
    kernel,
    constants: { T, C, runSize, ...constants, ...record },
    grid: [1, 1, "samples"],
    // Per bin and neuron of an invocation: summing spikes, eight at a time, and
    // the prefix sum that lists the neuron.
    loops: T * (3 + neurons * (C / 8 + C / 32 + 8) + C / 32),
  };
}

/**
 * Launches the adjoint of a recurrent unit's neurons.
 *
 * @param place The unit and its neuron.
 * @param record Whether the sparsity loss applies, and the first index of the
 * sums of learned parameters.
 * @returns The launches, in order.
 * @throws {ShapeError} If workgroup memory is too small.
 */
export function launchRecurrentBack(
  place: RecurrentPlace,
  record: Readonly<Record<"sparse" | "learnedFirst", number>>,
): Launch[] {
  const { strips, neuron: { text, constants: { theta, ...own } } } = place;
  const { T, C, runSize, channelLanes } = strips;
  const sizes = { T, C, runSize, ...own };
  requireRoom(place, "Back");
  const adjoint = recurrentAdjoint(text);
  const channelSums = recurrentChannelSums(text);
  const neurons = Math.ceil(C / adjoint.tile.lanes);
  return [
    {
      kernel: adjoint,
      constants: { ...sizes, theta, channelLanes, ...record },
      grid: [1, 1, "samples"],
      loops: neurons * (T + 2) + T * (3 + neurons * (C / 16 + 4)) + 40,
    },
    {
      kernel: channelSums,
      constants: sizes,
      grid: [groupsFor(C, channelSums.workgroup), 1, "samples"],
      loops: 2 * (T + 3),
    },
  ];
}

/**
 * Launches the gradient of a unit's recurrent weights, with the kernel of dense
 * layers: from the spikes of a bin and the gradient of the drives one bin
 * later.
 *
 * @param recurrent The synapses.
 * @param setting Sizes and constants of the unit's synapse.
 * @returns The launches.
 */
export function launchRecurrentGradient(
  recurrent: Layer,
  setting: LayerSetting,
): readonly Launch[] {
  return dense.gradient!(recurrent as DenseLayer, { ...setting, P: 1 });
}

function requireRoom(
  { unit: { layer: { name } }, strips: { C }, setting, neuron }: RecurrentPlace,
  struct: "State" | "Back",
): void {
  const [more, all] = ROOM[struct];
  const each = stateBytes(name, neuron.text, struct) + more;
  // A quarter of a byte: the neuron's bits in two sets.
  const needed = Math.ceil(C * each + C / 4 + all);
  if (needed <= setting.workgroupBytes) return;
  throw new ShapeError(
    `Cannot build layer "${name}" with ${C} recurrent neurons: they take ` +
      `${needed} bytes of a workgroup's memory, and the device has ` +
      `${setting.workgroupBytes}`,
  );
}
