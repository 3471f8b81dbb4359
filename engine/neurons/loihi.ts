/**
 * Neuron of the Loihi processor, in its integer arithmetic.
 *
 * @module
 */

import { LOIHI_ADJOINT, LOIHI_FORWARD } from "../../kernels/loihi/loihi.ts";
import { isPositive } from "../network/float_range.ts";
import { quantized } from "../network/quantized.ts";
import type { NeuronDescription } from "./describe_neuron.ts";
import { parameter } from "./firing.ts";
import type { NeuronParameters, SlayerNeuronKind } from "./neuron_kind.ts";

/** Parameters of the neuron of the Loihi processor, by their names there. */
export interface LoihiParameters {
  /** Threshold, in units of 64. @default 80 */
  readonly vThMant?: number;
  /** Fraction of the voltage that decays per bin, in 1/4096. @default 128 */
  readonly vDecay?: number;
  /** Fraction of the current that decays per bin, in 1/4096. @default 1024 */
  readonly iDecay?: number;
  /** Bins from a spike to the earliest next one. @default 1 */
  readonly refDelay?: number;
  /** Exponent of the power of 2 that scales weights. @default 0 */
  readonly wgtExp?: number;
  /** Width of the surrogate gradient, in units of the threshold. @default 1 */
  readonly tauRho?: number;
  /** Height of the surrogate gradient. @default 1 */
  readonly scaleRho?: number;
}

/** Smallest, largest and default value of the integers. */
const INTEGERS = {
  vThMant: [1, 131071, 80],
  vDecay: [0, 4096, 128],
  iDecay: [0, 4096, 1024],
  refDelay: [1, 63, 1],
  wgtExp: [-6, 7, 0],
} as const;

/** Quantisation step of weights on the processor. */
const WEIGHT_STEP = 2;

/**
 * Computes the response of the neuron to one spike of weight 1, in its integer
 * arithmetic.
 *
 * @param neuron Its decays, and the exponent of weights.
 * @param bins Most bins of the response.
 * @returns The voltage in each bin from the spike on, until it is 0.
 *
 * Source: slayerPytorch, whose kernel is the response to weight 2, halved.
 */
export function loihiResponse(
  neuron: Readonly<Record<"iDecay" | "vDecay" | "wgtExp", number>>,
  bins: number,
): Float64Array {
  const { iDecay, vDecay, wgtExp } = neuron;
  let current = firstVoltage(wgtExp);
  let voltage = current;
  const taps: number[] = [];
  while (voltage > 0 && taps.length < bins) {
    taps.push(voltage / 2);
    current = Math.floor(current * (4096 - iDecay) / 4096);
    voltage = Math.floor(voltage * (4096 - vDecay) / 4096) + current;
  }
  return Float64Array.from(taps);
}

/** Twice the voltage in the bin of a spike of weight 1. */
function firstVoltage(wgtExp: number): number {
  return 2 ** (6 + wgtExp + 1);
}

/**
 * Limit on the bins of a response; a current that has not decayed by then never
 * does.
 */
const LONGEST = 65536;

function peakOf(parameters: NeuronParameters): number {
  const { iDecay, vDecay, wgtExp } = parameters;
  return loihiResponse({ iDecay, vDecay, wgtExp }, LONGEST)
    .reduce((largest, tap) => Math.max(largest, tap));
}

/** Neurons of the Loihi processor; {@linkcode loihi} describes one. */
export const LOIHI: SlayerNeuronKind = {
  name: "Loihi",
  parameters: {
    theta: parameter(64 * INTEGERS.vThMant[2], true),
    vDecay: parameter(INTEGERS.vDecay[2]),
    iDecay: parameter(INTEGERS.iDecay[2]),
    refDelay: parameter(INTEGERS.refDelay[2], true),
    wgtExp: parameter(INTEGERS.wgtExp[2]),
    tauRho: parameter(1, true),
    scaleRho: parameter(1, true),
  },
  constants(parameters, { Ts, tSample }) {
    const { theta, vDecay, iDecay, refDelay, wgtExp, tauRho, scaleRho } =
      parameters;
    const slope = 1 / (tauRho * theta);
    const bins = Math.ceil(tSample / Ts);
    return {
      iDecay,
      vDecay,
      refDelay,
      shift: 6 + wgtExp,
      initial: firstVoltage(wgtExp),
      peak: 2 * peakOf(parameters),
      reach: loihiResponse({ iDecay, vDecay, wgtExp }, bins).length,
      gain: Ts,
      scale: scaleRho * slope,
      slope,
    };
  },
  response: ({ iDecay, vDecay, wgtExp, ...others }, { Ts, tSample }) => {
    const peak = peakOf({ iDecay, vDecay, wgtExp, ...others });
    return loihiResponse({ iDecay, vDecay, wgtExp }, Math.ceil(tSample / Ts))
      .map((tap) => tap / peak);
  },
  poolWeight: (parameters) =>
    quantized(1.1 * parameters.theta / peakOf(parameters), WEIGHT_STEP),
  weightStep: WEIGHT_STEP,
  adjointLoops: (T, { reach = 0 }) =>
    Math.ceil(T / 4) * (Math.min(T, reach + 3) + 2),
  forward: LOIHI_FORWARD,
  streams: true,
  adjoint: LOIHI_ADJOINT,
  multiplyAdds: { forward: 4, adjoint: 4 },
};

/**
 * Describes a neuron of the Loihi processor: a current and a voltage that
 * decay, in integer arithmetic. Weights of its layers are rounded to even
 * numbers, and the loss filters spikes with the neuron's own response.
 *
 * A spike in the first bin of a sample has no effect, as in slayerPytorch.
 * There are three differences from it. The surrogate gradient is evaluated at
 * the potential before the reset, where slayerPytorch uses vDecay in every bin
 * with a spike. Products of more than 32 bits are exact, where they overflow
 * there. scaleRho is divided by the peak of the response once, regardless of
 * the number of layers.
 *
 * @param parameters The parameters that differ from their defaults.
 * @returns The description of the neuron, for a network or a layer.
 * @throws {RangeError} If a parameter is out of range, or not an integer of the
 * processor.
 *
 * @example
 * ```ts
 * import { Model } from "../model.ts";
 * import { loihi } from "./loihi.ts";
 * using network = await Model.create({
 *   input: { C: 1, H: 1, W: 2 },
 *   layers: [{ dense: { out: 3, weightScale: 100 } }],
 *   neuron: loihi({ vThMant: 50 }),
 *   Ts: 1,
 *   random: 0,
 * });
 * if (network.layers[0].neuron.parameters.theta !== 3200) throw new Error();
 * ```
 *
 * Source: slayerPytorch's slayerLoihi, and Davies and others, IEEE Micro 38,
 * 2018.
 */
export function loihi(
  parameters: LoihiParameters = {},
): NeuronDescription & Readonly<Record<string, unknown>> {
  const { tauRho = 1, scaleRho = 1 } = parameters;
  const integers = Object.entries(INTEGERS).map(
    ([name, [least, most, standard]]) => {
      const value = parameters[name as keyof typeof INTEGERS] ?? standard;
      if (Number.isInteger(value) && value >= least && value <= most) {
        return [name, value];
      }
      throw new RangeError(
        `Cannot build a neuron with ${name} ${value}: it is not an integer ` +
          `from ${least} to ${most}`,
      );
    },
  );
  for (const [name, value] of Object.entries({ tauRho, scaleRho })) {
    if (isPositive(value)) continue;
    throw new RangeError(
      `Cannot build a neuron with ${name} ${value}: it is not positive`,
    );
  }
  const { vThMant, ...others } = Object.fromEntries(integers);
  return { kind: LOIHI, theta: 64 * vThMant, ...others, tauRho, scaleRho };
}
