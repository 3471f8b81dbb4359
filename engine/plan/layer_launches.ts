/**
 * The kernel launches of a step, layer by layer, determined before any
 * allocation.
 *
 * @module
 */

import { transposeForward } from "../../kernels/input/transpose_spikes.ts";
import { BINS_PER_WORD } from "../../kernels/spec.ts";
import { groupsFor, type Launch, launch } from "../device/launch.ts";
import {
  type AxonLaunches,
  changesSpikes,
  launchAxon,
  riseOf,
} from "../layers/axon_launches.ts";
import { type Layer, type LayerSetting, synapseOf } from "../layers/layer.ts";
import { layoutOf } from "../network/layout.ts";
import { sizeOf } from "../network/network.ts";
import { launchQuantize } from "../network/quantize_launch.ts";
import {
  type FilterLaunches,
  launchFilter,
} from "../neurons/filter_launches.ts";
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
  /** Time step and length of a sample. */
  readonly time: SampleTime;
  /** Bins in a sample. */
  readonly T: number;
  /** Bit planes of the input. */
  readonly P: number;
  /** Height of an input spike. */
  readonly height: number;
  /** Whether the input's counts are divided by the sample's largest. */
  readonly normalised: boolean;
  /** Whether the device computes on the CPU. */
  readonly software: boolean;
  /** Bytes of workgroup memory (shared memory) that a workgroup may use. */
  readonly workgroupBytes: number;
  /** Index of the optimizer's update rule. */
  readonly rule: number;
  /** Words in the record of a step. */
  readonly stride: number;
  /** Whether the potentials of each layer are kept. */
  readonly kept: readonly boolean[];
  /** Whether dropout silences neurons. */
  readonly drops: boolean;
}

/** The launches of a layer. */
export interface LayerLaunches {
  /**
   * Rows of a sample's potentials: one per bin, then the rows of the drives.
   */
  readonly rows: number;
  /**
   * Whether the layer below, or event binning, neuron-packs its incoming
   * spikes.
   */
  readonly isPacked: boolean;
  /** Rounds the weights of a quantised layer. */
  readonly quantize: readonly Launch[];
  /** Neuron-packs the incoming spikes, where the layer needs it. */
  readonly pack: readonly Launch[];
  /** The forward pass, from incoming spikes to the layer's own. */
  readonly forward: readonly Launch[];
  /** The neurons' adjoint, from the gradient of spikes to that of the drive. */
  readonly neurons: Launch;
  /**
   * Adds the neurons' adjoint of the gradient that reactivates silent outputs.
   */
  readonly wake: Launch;
  /**
   * Whether the adjoint of the neurons or the axons reads the gradient of the
   * next layer's drive.
   */
  readonly readsAbove: boolean;
  /** The learned response of the layer's neurons, if any. */
  readonly filter?: FilterLaunches;
  /** The layer's axons, if they change its spikes. */
  readonly axon?: AxonLaunches;
  /**
   * The synapse's adjoint, from the gradient of the drive to that of its
   * inputs.
   */
  readonly adjoint: readonly Launch[];
  /** From the gradient of the drive to the gradient of the weights. */
  readonly gradient: readonly Launch[];
}

/**
 * Determines the launches of all layers.
 *
 * @param setting Sizes and constants.
 * @returns The launches of each layer, first to last.
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
    const height = index === 0
      ? setting.height
      : riseOf(below.axon, setting.drops) / time.Ts;
    const forwardConstants = {
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
      // Drives before a learned response have a buffer of their own.
      sampleRows: layer.response ? T : rows[index],
      below: layoutOf(below),
      software,
      workgroupBytes: setting.workgroupBytes,
      rule: setting.rule,
      neurons: neurons[index],
      forwardConstants,
      packsNeurons: above?.kind.reads === "neuron-packed" &&
        !changesSpikes(layer.axon, setting.drops),
    };
    const readsAbove = above !== undefined && !above.kind.adjoint;
    const source = readsAbove
      ? { aboveRows: rows[index + 1], ...above.kind.readBelow?.(above) }
      : { aboveRows: T };
    const filter = layer.response &&
      launchFilter(layer.response, neurons[index], {
        height,
        rule: setting.rule,
      });
    const synapse = synapseOf(layer);
    const axon = layer.axon && changesSpikes(layer.axon, setting.drops)
      ? launchAxon(layer.axon, layer, {
        height: 1 / time.Ts,
        P: 1,
        T,
        Ts: time.Ts,
        layer: index,
        drops: setting.drops,
        rule: setting.rule,
        source,
      })
      : undefined;
    const readsPacked = kind.reads === "neuron-packed";
    // Spikes are neuron-packed by the layer below, or by the binning of events.
    const isPacked = readsPacked &&
      (index === 0 ||
        (!!below.kind.integrates && !changesSpikes(below.axon, setting.drops)));
    return {
      rows: rows[index],
      isPacked,
      quantize: launchQuantize(layer),
      pack: readsPacked && !isPacked ? [launchPack(layer, own)] : [],
      forward: [
        ...kind.forward(synapse, own),
        ...(filter ? [filter.forward] : []),
        ...(kind.integrates
          ? []
          : [launchNeurons(neurons[index], forwardConstants)]),
      ],
      neurons: launchNeuronAdjoint(neurons[index], {
        ...(axon ? { aboveRows: T } : source),
        normalised,
      }),
      wake: launchNeuronAdjoint(neurons[index], {
        aboveRows: T,
        normalised,
        flat: 1,
        adds: 1,
      }),
      readsAbove,
      filter,
      axon,
      adjoint: kind.adjoint?.(synapse, own) ?? [],
      gradient: kind.gradient?.(synapse, own) ?? [],
    };
  });
}

/** Packs a layer's time-packed incoming spikes along neurons. */
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
