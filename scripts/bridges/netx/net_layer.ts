/**
 * Reads neurons and weights of netx layers.
 *
 * @module
 */

import { decays } from "../../../engine/neurons/fixed_point.ts";
import {
  type NamedNode,
  numberOf,
  numbersOf,
  pairOf,
} from "../hdf5/node_parameters.ts";
import { NetworkError } from "../network/network_error.ts";
import type { Windows } from "../network/run_windows.ts";
import { FULL_DECAY, READOUT_THRESHOLD } from "./loihi.ts";

/** Types of layers with weights. */
const TYPES = ["dense", "dense_rec", "conv", "convT", "pool"];

/** Neurons of a layer, in Loihi's integers. */
export interface NetNeurons {
  /** Type of neuron; LOIHI is slayerPytorch's name of CUBA. */
  readonly type: "CUBA" | "LOIHI" | "ALIF" | "RF" | "ADRF";
  /** Whether they return their potential and never fire. */
  readonly isReadout: boolean;
  readonly vThMant: number;
  readonly iDecay: number;
  readonly vDecay: number;
  /** Bins from a spike to the earliest next one. */
  readonly refDelay: number;
  /** Exponent of the power of two that scales the weights. */
  readonly weightExponent: number;
  /** Oscillation and spike condition of RF and ADRF. */
  readonly resonance?: {
    readonly sinDecay: number;
    readonly cosDecay: number;
    readonly fires: "phase" | "imaginary";
  };
  /** Adaptation of the threshold of ALIF and ADRF. */
  readonly adaptation: Readonly<
    Record<"vThStep" | "thDecay" | "refDecay", number>
  >;
}

/** Neurons of affine layers, which return their drive. */
const AFFINE: NetNeurons = {
  type: "CUBA",
  isReadout: true,
  vThMant: READOUT_THRESHOLD,
  iDecay: FULL_DECAY,
  vDecay: FULL_DECAY,
  refDelay: 1,
  weightExponent: 0,
  adaptation: { vThStep: 0, thDecay: 0, refDecay: 0 },
};

/** Weights of a layer; a dense layer's are `[out, in]`. */
export interface NetSynapse extends Windows {
  /** Kind of the layer. */
  readonly kind: "dense" | "conv" | "convT";
  /** Recurrent weights, `[out, out]`. */
  readonly recurrent?: Float64Array;
  /** Bias of the voltage, per channel; absent if all are 0. */
  readonly bias?: Float64Array;
  /** Delays in bins: one for all, one per channel or one per neuron. */
  readonly delay?: Float64Array;
}

/**
 * Reads the neurons of a layer.
 *
 * @param layer The layer.
 * @returns The neurons.
 * @throws {NetworkError} If they are missing, differ within the layer, exceed
 * Loihi's ranges, or are of another type.
 */
export function netNeuronsOf(layer: NamedNode): NetNeurons {
  const { name, parameters } = layer;
  // lava-dl's affine layers have no neurons.
  if (layer.type === "dense" && !parameters.has("neuron/type")) return AFFINE;
  const [written] = parameters.get("neuron/type")?.values ?? [];
  const [type, condition] = String(written).split("_");
  const resonates = type === "RF" || type === "ADRF";
  const isKnown = resonates
    ? condition === "PHASE" || condition === "IZHIKEVICH"
    : (type === "CUBA" || type === "LOIHI" || type === "ALIF") && !condition;
  if (!isKnown) {
    throw new NetworkError(
      written === undefined
        ? "it has no neurons"
        : `its neurons are of type "${written}"; CUBA, LOIHI, ALIF, and ` +
          "RF_ and ADRF_, each with PHASE or IZHIKEVICH, can be read",
      { node: name },
    );
  }
  const read = (own: string, other?: number) =>
    other !== undefined && !parameters.has(`neuron/${own}`)
      ? other
      : numberOf(layer, `neuron/${own}`);
  const decay = (own: string) => {
    const value = read(own);
    if (Number.isInteger(value) && value >= 0 && value <= 4096) return value;
    throw new NetworkError(`its ${own} is ${value}, expected 0 to 4096`, {
      node: name,
    });
  };
  if (read("gradedSpike", 0) !== 0) {
    throw new NetworkError("its spikes are graded", { node: name });
  }
  const vThMant = read("vThMant");
  if (!(Number.isInteger(vThMant) && vThMant > 0)) {
    throw new NetworkError(`its vThMant is ${vThMant}, expected 1 or more`, {
      node: name,
    });
  }
  const refDelay = read("refDelay", 1);
  if (type !== "LOIHI" && refDelay > 1) {
    throw new NetworkError("its neurons rest after a spike (refDelay)", {
      node: name,
    });
  }
  const adapts = type === "ALIF" || type === "ADRF";
  return {
    type: type as NetNeurons["type"],
    isReadout: !resonates && vThMant >= READOUT_THRESHOLD,
    vThMant,
    // Drives and biases of resonators are added to z as they are.
    iDecay: resonates ? FULL_DECAY : decay("iDecay"),
    vDecay: resonates ? FULL_DECAY : decay("vDecay"),
    ...resonates && {
      resonance: {
        ...factorOf(name, {
          sinDecay: decay("sinDecay"),
          cosDecay: decay("cosDecay"),
        }),
        fires: condition === "PHASE" ? "phase" : "imaginary",
      },
    },
    refDelay,
    weightExponent: read("weight_exp", read("wgtExp", 0)),
    adaptation: {
      vThStep: adapts ? read("vThStep") : 0,
      thDecay: adapts ? decay("thDecay") : 0,
      refDecay: adapts ? decay("refDecay") : 0,
    },
  };
}

/** Requires an oscillation that neurons here can have. */
function factorOf(
  node: string,
  factor: { readonly sinDecay: number; readonly cosDecay: number },
) {
  const { sinDecay, cosDecay } = factor;
  if (sinDecay > 0 && decays(factor)) return factor;
  throw new NetworkError(
    `its sinDecay is ${sinDecay} and its cosDecay ${cosDecay}, expected an ` +
      "oscillation that decays",
    { node },
  );
}

/**
 * Reads the weights of a layer.
 *
 * @param layer The layer.
 * @param inputs Channels, rows and columns that it reads.
 * @returns The weights; a pool becomes a depthwise convolution.
 * @throws {NetworkError} If it is of another type, or has weights without an
 * equivalent here.
 */
export function netSynapseOf(
  layer: NamedNode,
  [C, H, W]: readonly number[],
): NetSynapse {
  const { name, type, parameters } = layer;
  if (valuesOf(layer, "weight/imag")) {
    throw new NetworkError(
      "its weights have imaginary parts (weight/imag), as none here have",
      { node: name },
    );
  }
  if (!TYPES.includes(type)) {
    throw new NetworkError(
      `it is of type "${type}"; input, flatten, ${
        TYPES.join(", ")
      } can be read`,
      { node: name },
    );
  }
  const { shape, values } = numbersOf(layer, weightName(layer));
  const common = {
    bias: valuesOf(layer, "bias"),
    delay: valuesOf(layer, "delay"),
  };
  if (type === "dense" || type === "dense_rec") {
    // Older files leave out axes of length 1.
    const out = parameters.has("outFeatures")
      ? numberOf(layer, "outFeatures")
      : shape[0];
    const inputs = C * H * W;
    if (values.length !== out * inputs) {
      const problem = `its weights are [${shape}], for ${inputs} inputs`;
      throw new NetworkError(problem, { node: name });
    }
    return {
      kind: "dense",
      shape: [out, inputs],
      values,
      stride: [1, 1],
      padding: [0, 0],
      dilation: [1, 1],
      groups: 1,
      ...type === "dense_rec" && { recurrent: recurrentOf(layer, out) },
      ...common,
    };
  }
  const [stride, padding, dilation] = ["stride", "padding", "dilation"]
    .map((own) => pairOf(layer, own));
  const windows = { stride, padding, dilation, ...common };
  if (type === "pool") {
    const kernel = pairOf(layer, "kernelSize");
    const taps = kernel[0] * kernel[1];
    if (values.length !== taps) {
      const problem = `its weights are [${shape}], for windows of ` +
        kernel.join("×");
      throw new NetworkError(problem, { node: name });
    }
    return {
      kind: "conv",
      shape: [C, 1, ...kernel],
      values: Float64Array.from(
        { length: C * taps },
        (_, i) => values[i % taps],
      ),
      groups: C,
      ...windows,
    };
  }
  // Older files have a fifth axis of length 1.
  const axes = shape.slice(0, 4);
  const groups = numberOf(layer, "groups");
  const inputs = type === "conv" ? axes[1] * groups : axes[0];
  if (shape.length < 4 || inputs !== C) {
    const problem = `its weights are [${shape}] in ${groups} groups, for ` +
      `${C} channels`;
    throw new NetworkError(problem, { node: name });
  }
  return {
    kind: type === "conv" ? "conv" : "convT",
    shape: axes,
    values,
    groups,
    ...windows,
  };
}

/**
 * Returns the name of the weights of a layer.
 *
 * @param layer The layer.
 * @returns `weight/real` for those of resonators in lava-dl, else `weight`.
 */
export function weightName({ parameters }: NamedNode): string {
  return parameters.has("weight/real") ? "weight/real" : "weight";
}

/** Reads recurrent weights. */
function recurrentOf(layer: NamedNode, out: number): Float64Array {
  const { shape, values } = numbersOf(layer, "weight_rec");
  if (values.length === out * out) return values;
  const problem = `its recurrent weights are [${shape}], for ${out} neurons`;
  throw new NetworkError(problem, { node: layer.name });
}

/** Reads optional numbers; `undefined` if missing or all 0. */
function valuesOf(
  layer: NamedNode,
  parameter: string,
): Float64Array | undefined {
  if (!layer.parameters.has(parameter)) return undefined;
  const { values } = numbersOf(layer, parameter);
  return values.some((value) => value !== 0) ? values : undefined;
}
