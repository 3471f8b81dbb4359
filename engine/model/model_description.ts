/**
 * Networks as plain data, and the layers and arrays that follow from it.
 *
 * @module
 */

import type { Device } from "../device/device.ts";
import { ShapeError } from "../device/errors.ts";
import {
  describeLayers,
  type LayerDescription,
} from "../layers/describe_layers.ts";
import { describeUnits } from "../layerwise/units/describe_units.ts";
import {
  areUnits,
  type UnitDescription,
} from "../layerwise/units/unit_descriptions.ts";
import { layOutUnits } from "../layerwise/units/parameters.ts";
import type { Units } from "../layerwise/units/units.ts";
import type { Layer } from "../layers/layer.ts";
import { isPositive } from "../network/float_range.ts";
import type { Extent } from "../network/network.ts";
import type { Random } from "../network/random.ts";
import { layOutWeights, type WeightSlot } from "../network/weights.ts";
import {
  describeNeuron,
  type NeuronDescription,
} from "../neurons/describe_neuron.ts";
import type { UpdateRule } from "../plan/steps/optimizer.ts";
import { CODING_MODES, type InputCoding } from "../plan/sizes.ts";
/** A network's input, layers, neurons and update rule, as plain data. */
export interface ModelDescription extends UpdateRule {
  /**
   * The device that holds the network's weights and runs its kernels.
   *
   * @default a device of the network's own, which is destroyed with it
   */
  readonly device?: Device;
  /** Channels, height and width of the input. */
  readonly input: Extent;
  /**
   * Channels, height and width of the sensor, which is scaled to fit into the
   * input; only for networks that are computed layer by layer.
   *
   * @default the input
   */
  readonly sensor?: Extent;
  /**
   * The layers, first to last. The network is computed layer by layer where a
   * layer is normalised, has a bias or dropout, pools spikes or has no neurons;
   * its neurons must then be stepped neurons.
   */
  readonly layers: readonly (LayerDescription | UnitDescription)[];
  /**
   * The neuron of every layer whose description has no `neuron`.
   *
   * @default SRM-alpha with the defaults of its parameters
   */
  readonly neuron?: NeuronDescription;
  /** Time step in ms. */
  readonly Ts: number;
  /**
   * How events are coded as spikes of the input.
   *
   * @default one spike of height 1/Ts for all events of a pixel in a bin
   */
  readonly coding?: InputCoding;
  /**
   * Divides each sample into this many bins, whatever its duration; only for
   * networks that are computed layer by layer.
   *
   * @default bins of Ts
   */
  readonly slices?: number;
  /** Seed of the initial weights, or a generator to draw them from. */
  readonly random: number | Random;
}

/**
 * Checks the time step, the slices, the sensor and the coding of the input.
 *
 * @param description The network.
 * @throws {RangeError} If a number is out of range.
 * @throws {ShapeError} If the sensor has other channels than the input.
 * @throws {TypeError} If the coding is unknown.
 */
export function requireInput(description: ModelDescription): void {
  const { Ts, coding, slices = 1, input, sensor = input } = description;
  if (!isPositive(Ts)) {
    throw new RangeError(
      `Cannot build a network with Ts ${Ts}: it is not positive`,
    );
  }
  if (!(Number.isSafeInteger(slices) && slices > 0)) {
    throw new RangeError(
      `Cannot cut samples into ${slices} slices: it is not an integer from 1`,
    );
  }
  if (sensor.C !== input.C) {
    throw new ShapeError(
      `Cannot fit a sensor of ${sensor.C} channels into an input of ${input.C}`,
    );
  }
  if (coding === undefined) return;
  const { most = 255 } = coding;
  if (!(Number.isInteger(most) && most >= 1 && most <= 255)) {
    throw new RangeError(
      `Cannot count up to ${most} events: it is not an integer from 1 to 255`,
    );
  }
  if (!isPositive(coding.height)) {
    throw new RangeError(
      `Cannot build a network with inputs of height ${coding.height}: it is ` +
        "not positive",
    );
  }
  if (!CODING_MODES.includes(coding.mode)) {
    throw new TypeError(
      `Cannot build a network with "${coding.mode}": expected ` +
        CODING_MODES.join(", "),
    );
  }
}

/** Layers of a network, and the places of its arrays. */
export interface Structure {
  readonly layers: readonly Layer[];
  readonly units?: Units;
  readonly slots: readonly WeightSlot[];
  readonly length: number;
  readonly running: readonly WeightSlot[];
  readonly runningLength: number;
}

/**
 * Builds the layers and arrays of a network.
 *
 * @param description The network.
 * @returns Its layers, its units where it is computed layer by layer, and the
 * place of each array.
 * @throws {ShapeError} If the layers do not fit one another.
 */
export function structureOf(description: ModelDescription): Structure {
  const { input, coding } = description;
  const neuron = describeNeuron(description.neuron ?? {});
  if (!areUnits(description.layers, description.neuron)) {
    const layers = describeLayers(
      input,
      description.layers as readonly LayerDescription[],
      { neuron, Ts: description.Ts },
    );
    const { slots, length } = layOutWeights(layers);
    return { layers, slots, length, running: [], runningLength: 1 };
  }
  const units = describeUnits(
    {
      extent: input,
      most: coding ? mostOf(coding) : 1,
      scale: coding?.height ?? 1,
      kept: 1,
      runSize: input.C,
    },
    description.layers as readonly UnitDescription[],
    neuron,
  );
  const layers = units.units.map(({ layer }) => layer);
  return { layers, units, ...layOutUnits(units.units) };
}

/** Largest count of an input. */
function mostOf({ mode, most = 255 }: InputCoding): number {
  return mode === "OR" ? 1 : most;
}
