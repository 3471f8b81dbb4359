/**
 * Twins of networks of units.
 *
 * @module
 */

import { NORMALISED_CUBA } from "../../../engine/neurons/cuba_leaky.ts";
import {
  FIXED_ADAPTIVE_RESONATOR,
  FIXED_RESONATOR,
} from "../../../engine/neurons/fixed_point.ts";
import type { Neuron } from "../../../engine/neurons/neuron_kind.ts";
import type { Unit } from "../../../engine/layerwise/units/units.ts";
import type { ConvLayer } from "../../../engine/layers/conv_shapes.ts";
import type { Layer } from "../../../engine/layers/layer.ts";
import { quantizedWeights } from "../../../engine/network/quantized.ts";
import type { NamedArray } from "../../../engine/network/weights.ts";
import { ACTIVATIONS } from "../../../kernels/unit/graded/activations.ts";
import { SURROGATES } from "../../../kernels/leaky/leaky_neurons.ts";
import type { Cell } from "../../oracle/units/cell.ts";
import type { FixedResonator } from "../../oracle/units/fixed_resonator.ts";
import type { Leaky } from "../../oracle/units/leaky.ts";
import type { OracleUnit } from "../../oracle/units/network.ts";
import { type Resonator, resonatorFrom } from "../../oracle/units/resonator.ts";
import { dropout, type Silenced } from "../../oracle/units/raster.ts";
import { type Tensor, tensorOf } from "../../oracle/tensor.ts";

/**
 * Makes the twins of units in training.
 *
 * @param units The units.
 * @param stored Their arrays, before weights are rounded.
 * @param step Seed of the step, for dropout, and time step in ms.
 * @returns The twins.
 */
export function twinsOf(
  units: readonly Unit[],
  stored: Readonly<Record<string, NamedArray>>,
  { seed = 0, Ts = 1 }: { readonly seed?: number; readonly Ts?: number } = {},
): OracleUnit[] {
  const weights = quantizedWeights(units.map(({ layer }) => layer), stored);
  return units.map((unit, index): OracleUnit => {
    const { layer, source, norm, bias, residual, pooling, dropout: p } = unit;
    const { axon } = unit;
    const { name } = layer;
    const isFixed = layer.kind.name === "average";
    const { shape, data } = isFixed
      ? votesOf(layer)
      : weights[`${name}.weight`];
    const weight = tensorOf(shape, data);
    const { stride, padding, dilation, groups } = layer as ConvLayer;
    const optional = (key: string) => {
      const array = weights[`${name}.${key}`];
      return array && tensorOf(array.shape, array.data);
    };
    const array = (key: string) => weights[`${name}.${key}`].data;
    const silenced: Silenced | undefined = p > 0
      ? dropout(seed, index, p)
      : undefined;
    return {
      name,
      synapse: layer.kind.name === "conv"
        ? {
          type: "conv",
          weight,
          geometry: { stride, padding, dilation, groups },
        }
        : { type: "dense", weight },
      isFixed,
      ghost: optional("ghost"),
      recurrent: optional("recurrent"),
      axon: axon && {
        delays: optional("delay") ?? everywhere(axon.delay, layer.output.C),
        Ts,
        learned: axon.delays !== undefined,
      },
      source,
      ...(norm && norm.kind !== "batch"
        ? { plainNorm: norm.kind, meanStep: layer.weightStep }
        : {
          gamma: norm && array("norm.weight"),
          beta: norm ? array("norm.bias") : bias ? array("bias") : undefined,
        }),
      epsilon: norm?.epsilon,
      ...gradedOf(unit),
      sums: [
        ...source > 0 && units[source - 1].output.signed ||
            unit.neuron?.kind.graded
          ? [1]
          : [],
        ...unit.neuron?.kind === NORMALISED_CUBA
          ? [1 - unit.neuron.parameters.currentLeak]
          : [],
      ],
      neuron: unit.neuron && !unit.neuron.kind.graded
        ? cellOf(unit.neuron, weights[`${name}.neuron.w`])
        : undefined,
      residual,
      pooling,
      kept: 1 - p,
      silenced,
    };
  });
}

/** The twin of neurons that send changes. */
function gradedOf(
  { neuron, joined: { scale, most } }: Unit,
): Pick<OracleUnit, "graded"> {
  if (!neuron?.kind.graded) return {};
  const { theta, accumulates, activation } = neuron.parameters;
  return {
    graded: {
      threshold: theta,
      step: scale,
      most,
      accumulates: accumulates !== 0,
      activation: ACTIVATIONS[activation],
    },
  };
}

/** Weights of a dense layer by which equal groups of inputs vote. */
function votesOf({ input: { C, H, W }, output }: Layer): Tensor {
  const inputs = C * H * W;
  const size = inputs / output.C;
  return tensorOf(
    [output.C, C, H, W, 1],
    Array.from({ length: output.C * inputs }, (_, at) => {
      const group = Math.floor(at % inputs / size);
      return group === Math.floor(at / inputs) ? 1 / size : 0;
    }),
  );
}

/** A delay that all neurons of a layer have. */
function everywhere(delay: number, channels: number): Tensor {
  return tensorOf([channels, 1, 1], Array(channels).fill(delay));
}

/** The twin of a neuron, with what its layer has learned. */
function cellOf(
  { kind, parameters }: Neuron,
  learned?: NamedArray,
): Cell {
  if (kind === FIXED_RESONATOR || kind === FIXED_ADAPTIVE_RESONATOR) {
    return fixedResonatorOf(parameters);
  }
  if (kind === NORMALISED_CUBA) {
    const { currentLeak: _, ...own } = parameters;
    return leakyOf(own);
  }
  if ("cosDecay" in parameters) return resonatorOf(parameters);
  return "period" in parameters
    ? learnedResonatorOf(parameters, learned!)
    : leakyOf(parameters, learned);
}

function learnedResonatorOf(
  parameters: Readonly<Record<string, number>>,
  { data }: NamedArray,
): Resonator {
  // The factor and the decays that take the place of these.
  const own = { ...parameters, cosDecay: 0, sinDecay: 1 };
  const adapts = "tauRef" in parameters && { thresholdLeak: 1 };
  return {
    ...resonatorFrom(resonatorOf({ ...own, ...adapts }), data),
    learns: true,
  };
}

function resonatorOf(
  parameters: Readonly<Record<string, number>>,
): Resonator {
  const { theta, cosDecay, sinDecay, byPhase, width, height } = parameters;
  const { thresholdStep, thresholdLeak, refractoryLeak } = parameters;
  return {
    threshold: theta,
    period: 2 * Math.PI / Math.atan2(sinDecay, cosDecay),
    tau: 1 / (1 - Math.hypot(sinDecay, cosDecay)),
    fires: byPhase ? "phase" : "imaginary",
    tauGrad: 2 * width / theta,
    scaleGrad: height / 10,
    adapts: thresholdLeak === undefined ? undefined : {
      thresholdStep,
      tauThreshold: 1 / thresholdLeak,
      tauRef: 1 / refractoryLeak,
    },
  };
}

function fixedResonatorOf(
  parameters: Readonly<Record<string, number>>,
): FixedResonator {
  const { theta, cosDecay, sinDecay, vThStep, thDecay, refDecay } = parameters;
  const { fires, tauGrad, scaleGrad } = resonatorOf(parameters);
  return {
    fires,
    tauGrad,
    scaleGrad,
    vThMant: 64 * theta,
    sinDecay: 4096 * sinDecay,
    cosDecay: 4096 * cosDecay,
    adapts: vThStep === undefined ? undefined : { vThStep, thDecay, refDecay },
  };
}

function leakyOf(
  parameters: Readonly<Record<string, number>>,
  learned?: NamedArray,
): Leaky {
  const { theta, leak, inputGain, vReset, subtracted } = parameters;
  const { currentLeak, adaptation, recovery } = parameters;
  const second = learned && 1 + Math.exp(-learned.data[1]);
  return {
    threshold: theta,
    tau: learned ? 1 + Math.exp(-learned.data[0]) : 1 / leak,
    rest: vReset,
    reset: subtracted === 0 ? "hard" : subtracted === 1 ? "soft" : "delayed",
    decayInput: learned ? parameters.decaysInput !== 0 : inputGain !== 1,
    detachReset: parameters.resetGradient === 0,
    surrogate: SURROGATES[parameters.surrogate],
    steepness: parameters.steepness,
    tauSyn: "tauSyn" in parameters ? second : currentLeak && 1 / currentLeak,
    adaptation,
    tauAdaptation: "tauAdaptation" in parameters
      ? second
      : recovery && 1 / recovery,
    learns: learned !== undefined,
  };
}
