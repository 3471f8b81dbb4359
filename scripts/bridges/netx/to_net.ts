/**
 * Networks as files of lava-dl's netx hold them, with weights of eight bits.
 *
 * @module
 */

import { describeConv } from "../../../engine/layers/conv_shapes.ts";
import type { ConvDescription } from "../../../engine/layers/conv_shapes.ts";
import type { Extent } from "../../../engine/network/network.ts";
import type { NamedArray } from "../../../engine/network/weights.ts";
import type { Hdf5Data } from "../hdf5/hdf5_tree.ts";
import type { NamedNode } from "../hdf5/node_parameters.ts";
import type { ImportedNetwork } from "../network/imported_network.ts";
import { NetworkError } from "../network/network_error.ts";
import { floats, integers, text } from "../nir/nir_graph.ts";
import {
  FULL_DECAY,
  LARGEST_THRESHOLD,
  LARGEST_WEIGHT,
  READOUT_THRESHOLD,
  UNIT,
  WEIGHT_STEP,
} from "./loihi.ts";
import type { NetNetwork } from "./net_file.ts";

/** How far a decay is from an integer, for time constants of seven digits. */
const CLOSE = 0.01;

/** A network of netx, and what it lost. */
export interface NetExport {
  /** The network of netx. */
  readonly network: NetNetwork;
  /** What was assumed or changed, each in a line. */
  readonly notes: readonly string[];
  /** Whether weights, thresholds or decays were rounded. */
  readonly lossy: boolean;
  /** Factor of the drive of a readout. */
  readonly readoutFactor: number;
}

/** Numbers of a layer's neurons. */
interface Neuron {
  /** Factor of the weights. */
  readonly gain: number;
  readonly iDecay: number;
  readonly vDecay: number;
  /** The threshold; a readout has none. */
  readonly threshold: number | undefined;
}

/**
 * Makes a network of netx.
 *
 * @param network The network, as it came back from NIR.
 * @returns The network of netx. Where weights are rounded, those of a layer and
 * its threshold have a common factor, by which its largest weight is 254.
 * @throws {NetworkError} If netx cannot hold a part of the network.
 */
export function toNet(network: ImportedNetwork): NetExport {
  const { input, layers, weights, nodes, Ts } = network;
  const written: NamedNode[] = [
    layer("input", { shape: integers([input.C, input.H, input.W]) }),
  ];
  let extent = input;
  let lossy = false;
  const numbers = { conv: 0, fc: 0 };
  let readoutFactor = 1;
  for (const entry of layers) {
    const before = numbers.conv + numbers.fc;
    const prefix = "dense" in entry ? "fc" : "conv";
    if (!("dense" in entry || "conv" in entry)) {
      const [kind] = Object.keys(entry);
      const node = nodes[Math.max(before - 1, 0)];
      throw new NetworkError(
        "a network of netx is a chain of dense and conv layers, without " +
          kind,
        { node },
      );
    }
    const node = nodes[before];
    const name = `${prefix}${++numbers[prefix]}`;
    const neuron = neuronOf({ ...network.neuron, ...sectionOf(entry.neuron) }, {
      isReadout: entry.neuron === "none",
      node,
    });
    const rounded = roundWeights(neuron, {
      weight: weights[`${name}.weight`],
      bias: weights[`${name}.bias`],
      node,
    });
    lossy ||= rounded.lossy;
    readoutFactor = rounded.factor;
    if (prefix === "fc" && extent.H * extent.W > 1) {
      const size = extent.C * extent.H * extent.W;
      written.push(layer("flatten", { shape: integers([size, 1, 1]) }));
    }
    const [type, own, output] = prefix === "fc"
      ? denseOf(rounded.weight, extent)
      : convOf(entry.conv as ConvDescription, rounded.weight, extent);
    extent = output;
    written.push(layer(type, {
      shape: integers([extent.C, extent.H, extent.W]),
      ...own,
      ...(rounded.bias && { bias: floats([extent.C], rounded.bias) }),
      ...rounded.neuron,
    }));
  }
  return {
    network: { layers: written, Ts },
    notes: lossy
      ? [
        ...(readoutFactor === 1
          ? []
          : [`the drive of the readout is ${readoutFactor} times as large`]),
        "weights are rounded to even numbers of eight bits, and decays to " +
        "parts of 4096, as Loihi has them",
      ]
      : [],
    lossy,
    readoutFactor,
  };
}

function layer(
  type: string,
  parameters: Readonly<Record<string, Hdf5Data>>,
): NamedNode {
  return { name: type, type, parameters: new Map(Object.entries(parameters)) };
}

function sectionOf(neuron: unknown): Readonly<Record<string, unknown>> {
  return typeof neuron === "object" ? { ...neuron } : {};
}

/** Numbers of Loihi's neurons that do what a neuron here does. */
function neuronOf(
  section: Readonly<Record<string, unknown>>,
  { isReadout, node }: { readonly isReadout: boolean; readonly node: string },
): Neuron {
  if (isReadout) {
    const decays = { iDecay: FULL_DECAY, vDecay: FULL_DECAY };
    return { gain: 1, ...decays, threshold: undefined };
  }
  const { type, tau = 2, tauSyn = 2, decayInput = true, threshold = 1 } =
    section as Record<"tau" | "tauSyn" | "threshold", number> & {
      readonly type: string;
      readonly decayInput?: boolean;
    };
  const leak = type === "IF" ? 0 : 1 / tau;
  if (!["LIF", "IF", "CUBA"].includes(type)) {
    throw new NetworkError(`netx has no neurons of type ${type}`, { node });
  }
  return {
    gain: type !== "IF" && decayInput ? leak : 1,
    iDecay: type === "CUBA" ? FULL_DECAY / tauSyn : FULL_DECAY,
    vDecay: FULL_DECAY * leak,
    threshold,
  };
}

/** Brings a layer into Loihi's integers. */
function roundWeights(
  { gain, threshold, ...decays }: Neuron,
  { weight, bias, node }: {
    readonly weight: NamedArray;
    readonly bias: NamedArray | undefined;
    readonly node: string;
  },
) {
  const { iDecay, vDecay } = {
    iDecay: Math.round(decays.iDecay),
    vDecay: Math.round(decays.vDecay),
  };
  if (bias?.data.some((value) => value !== 0) && iDecay !== FULL_DECAY) {
    throw new NetworkError(
      "its bias is added to a current, and that of netx to potentials",
      { node },
    );
  }
  const unit = gain * UNIT;
  const most = weight.data.reduce(
    (most, value) => Math.max(most, Math.abs(value * unit)),
    0,
  );
  const isWhole = Number.isInteger((threshold ?? 0) * UNIT) &&
    weight.data.every((value) =>
      Number.isInteger(value * unit / WEIGHT_STEP)
    ) &&
    (bias?.data.every((value) => Number.isInteger(value * unit)) ?? true) &&
    most <= LARGEST_WEIGHT;
  // Networks that came from there go back as they were. A readout has no
  // threshold to scale with its weights: its drive becomes 2ⁿ times as large.
  const factor = isWhole || threshold !== undefined || most === 0
    ? 1
    : 2 ** Math.floor(Math.log2(LARGEST_WEIGHT / most));
  const scale = isWhole || threshold === undefined ? factor * unit : Math.min(
    unit * LARGEST_WEIGHT / (most || 1),
    gain * LARGEST_THRESHOLD / threshold,
  );
  const rounded = weight.data.map((value) =>
    WEIGHT_STEP * Math.round(value * scale / WEIGHT_STEP)
  );
  const vThMant = threshold === undefined
    ? READOUT_THRESHOLD
    : Math.max(1, Math.round(threshold * scale / gain));
  return {
    weight: { shape: weight.shape, data: rounded },
    bias: bias?.data.map((value) => Math.round(value * scale)),
    lossy: !isWhole || Math.abs(iDecay - decays.iDecay) > CLOSE ||
      Math.abs(vDecay - decays.vDecay) > CLOSE,
    factor,
    neuron: {
      "neuron/type": text("CUBA"),
      "neuron/iDecay": integers(iDecay),
      "neuron/vDecay": integers(vDecay),
      "neuron/vThMant": integers(vThMant),
      "neuron/refDelay": integers(1),
      "neuron/gradedSpike": integers(0),
    },
  };
}

function denseOf({ shape: [out, ...axes], data }: NamedArray, from: Extent) {
  const size = axes.reduce((product, side) => product * side, 1);
  return [
    "dense",
    {
      inFeatures: integers(from.C * from.H * from.W),
      outFeatures: integers(out),
      weight: floats([out, size], data),
    },
    { C: out, H: 1, W: 1 },
  ] as const;
}

function convOf(
  description: ConvDescription,
  { shape, data }: NamedArray,
  input: Extent,
) {
  const conv = describeConv(description, { name: "conv", input });
  return [
    "conv",
    {
      inChannels: integers(input.C),
      outChannels: integers(conv.output.C),
      kernelSize: integers(conv.kernel),
      stride: integers(conv.stride),
      padding: integers(conv.padding),
      dilation: integers(conv.dilation),
      groups: integers(conv.groups),
      weight: floats(shape.slice(0, 4), data),
    },
    conv.output,
  ] as const;
}
