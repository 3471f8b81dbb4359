/**
 * The launches of a step, layer by layer, before anything is allocated.
 *
 * @module
 */

import { transposeForward } from "../../kernels/input/transpose_spikes.ts";
import { BINS_PER_WORD } from "../../kernels/spec.ts";
import { groupsFor, type Launch, launch } from "../device/launch.ts";
import type { Layer, LayerSetting } from "../layers/layer.ts";
import { layoutOf } from "../network/layout.ts";
import { sizeOf } from "../network/network.ts";
import type { SampleTime } from "../neurons/neuron_kind.ts";
import {
  launchNeuronAdjoint,
  launchNeurons,
  settleNeurons,
} from "../neurons/neuron_launches.ts";

/** Sizes and constants for the kernels of all layers. */
export interface StepSetting {
  /** The layers, first to last. */
  readonly layers: readonly Layer[];
  /** How time is divided. */
  readonly time: SampleTime;
  /** Bins in a sample. */
  readonly T: number;
  /** Bit planes of the input, and height of a spike of it. */
  readonly P: number;
  readonly height: number;
  /** Whether the input is over the sample's largest count. */
  readonly normalised: boolean;
  /** Whether the device computes on the CPU. */
  readonly software: boolean;
  /** Bytes of memory that a workgroup may have. */
  readonly workgroupBytes: number;
  /** The number of the rule by which weights are updated. */
  readonly rule: number;
  /** Words of a step's record. */
  readonly stride: number;
  /** Whether the potentials of each layer are kept. */
  readonly kept: readonly boolean[];
}

/** The launches of a layer. */
export interface LayerLaunches {
  /** Rows of a sample in its potentials: its bins, and its drives after them. */
  readonly rows: number;
  /** Whether its incoming spikes have been neuron-packed. */
  readonly isPacked: boolean;
  /** Neuron-packs them, if it reads them so and they are not. */
  readonly pack: readonly Launch[];
  /** Incoming spikes to its own. */
  readonly forward: readonly Launch[];
  /** The gradient of its spikes to that of its drive. */
  readonly neurons: Launch;
  /** The same for a gradient that wakes silent outputs, added to it. */
  readonly wake: Launch;
  /** Whether that gradient is read of the drive of the layer above. */
  readonly readsAbove: boolean;
  /** The gradient of its drive to that of incoming spikes. */
  readonly adjoint: readonly Launch[];
  /** The same to the gradient of its weights. */
  readonly gradient: readonly Launch[];
}

/**
 * Works out the launches of all layers.
 *
 * @param setting Sizes and constants.
 * @returns The launches of each, first to last.
 */
export function launchLayers(setting: StepSetting): LayerLaunches[] {
  const { layers, T, time, software } = setting;
  const neurons = layers.map((layer) =>
    settleNeurons(layer.neuron, {
      T,
      F: sizeOf(layer.output),
      runSize: layer.runSize,
      time,
      software,
    })
  );
  const rows = neurons.map(({ lead }) => T + lead);
  return layers.map((layer, index) => {
    const { kind } = layer;
    const [below, above] = [layers.at(index - 1)!, layers.at(index + 1)];
    const normalised = Number(index === 0 && setting.normalised);
    const P = index === 0 ? setting.P : 1;
    const height = index === 0 ? setting.height : 1 / time.Ts;
    const outcome = {
      height,
      normalised,
      keep: Number(setting.kept[index]),
      layer: index,
      stride: setting.stride,
    };
    const own: LayerSetting = {
      T,
      P,
      height,
      sampleRows: rows[index],
      below: layoutOf(below),
      software,
      workgroupBytes: setting.workgroupBytes,
      rule: setting.rule,
      neurons: neurons[index],
      outcome,
      packsNeurons: above?.kind.reads === "neuron-packed",
    };
    const readsAbove = above !== undefined && !above.kind.adjoint;
    const source = readsAbove
      ? { aboveRows: rows[index + 1], ...above.kind.readBelow?.(above) }
      : { aboveRows: T };
    const readsPacked = kind.reads === "neuron-packed";
    // By the layer below, or with the events.
    const isPacked = readsPacked && (index === 0 || !!below.kind.integrates);
    return {
      rows: rows[index],
      isPacked,
      pack: readsPacked && !isPacked ? [launchPack(layer, own)] : [],
      forward: [
        ...kind.forward(layer, own),
        ...(kind.integrates ? [] : [launchNeurons(neurons[index], outcome)]),
      ],
      neurons: launchNeuronAdjoint(neurons[index], { ...source, normalised }),
      wake: launchNeuronAdjoint(neurons[index], {
        aboveRows: T,
        normalised,
        flat: 1,
        adds: 1,
      }),
      readsAbove,
      adjoint: kind.adjoint?.(layer, own) ?? [],
      gradient: kind.gradient?.(layer, own) ?? [],
    };
  });
}

/** Incoming spikes, time-packed, to the same, neuron-packed. */
function launchPack({ input }: Layer, { T, P }: LayerSetting): Launch {
  const F = sizeOf(input);
  return launch({
    kernel: transposeForward,
    constants: { F },
    grid: [
      groupsFor(F, transposeForward.workgroup),
      P * Math.ceil(T / BINS_PER_WORD),
      "samples",
    ],
  });
}
