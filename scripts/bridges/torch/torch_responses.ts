/**
 * Compares responses that slayerPytorch keeps to those of a configuration.
 *
 * @module
 */

import { LOIHI, loihiResponse } from "../../../engine/neurons/loihi.ts";
import type { Neuron } from "../../../engine/neurons/neuron_kind.ts";
import {
  refractoryKernel,
  responseKernel,
  SRM_ALPHA,
  SRM_ALPHA_FULL,
  SRM_LEARNED,
} from "../../../engine/neurons/srm_alpha.ts";
import { NetworkError } from "../network/network_error.ts";
import type { TorchModule } from "./torch_modules.ts";

/** Relative difference that rounding to float32 explains. */
const ROUNDED = 1e-6;

/** A response, and the keys that it follows from. */
interface Response {
  readonly keys: string;
  /** The taps, that of the spike's bin first. */
  readonly taps: Float64Array;
}

/** Responses of neurons by their names in slayerPytorch, of so many taps. */
const RESPONSES: Readonly<
  Record<
    string,
    (neuron: Neuron, Ts: number, taps: number) => Response | undefined
  >
> = { srmKernel: synapticOf, refKernel: refractoryOf };

/**
 * Requires that responses in a file are those of neurons.
 *
 * @param module A module of the file.
 * @param neuron The neurons.
 * @param place Their layer, and the time step in ms.
 * @returns Names of the tensors that were compared.
 * @throws {NetworkError} If one differs.
 */
export function requireResponses(
  { name: node, tensors }: TorchModule,
  neuron: Neuron,
  { layer, Ts }: { readonly layer: string; readonly Ts: number },
): string[] {
  return Object.entries(RESPONSES).flatMap(([name, of]) => {
    const { data } = tensors.get(name) ?? {};
    const expected = data && of(neuron, Ts, data.length);
    if (!expected) return [];
    const { keys, taps } = expected;
    const isSame = data.length === taps.length &&
      data.every((value, k) => isRounded(value, taps[k]));
    if (isSame) return [name];
    throw new NetworkError(
      `its ${name} has ${peakOf(data, Ts)}, and that of layer "${layer}" by ` +
        `${keys} of the configuration ${peakOf(taps, Ts)}`,
      { node },
    );
  });
}

/**
 * Tells whether numbers are equal but for the rounding of float32.
 *
 * @param value A number.
 * @param expected Another.
 * @returns Whether they are; not if one is not a number.
 */
export function isRounded(value: number, expected: number): boolean {
  return Math.abs(value - expected) <= ROUNDED * Math.abs(expected);
}

function synapticOf(
  { kind, parameters }: Neuron,
  Ts: number,
  count: number,
): Response | undefined {
  const { tauSr, iDecay, vDecay, wgtExp } = parameters;
  if (kind === SRM_ALPHA || kind === SRM_ALPHA_FULL) {
    return { keys: "tauSr", taps: responseKernel({ tauSr }, Ts, count * Ts) };
  }
  if (kind === LOIHI) {
    return {
      keys: "vDecay, iDecay and wgtExp",
      taps: loihiResponse({ iDecay, vDecay, wgtExp }, count),
    };
  }
  if (kind === SRM_LEARNED) return;
  return { keys: "type", taps: new Float64Array() };
}

function refractoryOf(
  { kind, parameters }: Neuron,
  Ts: number,
  count: number,
): Response | undefined {
  const kinds = [SRM_ALPHA, SRM_ALPHA_FULL, SRM_LEARNED];
  if (!kinds.some((own) => own === kind)) return;
  const { theta, tauRef, scaleRef } = parameters;
  return {
    keys: "theta, tauRef, scaleRef and fullRefKernel",
    taps: refractoryKernel({ theta, tauRef, scaleRef }, Ts, count * Ts, {
      full: kind === SRM_ALPHA_FULL,
    }),
  };
}

/** Describes a response by its length and extreme. */
function peakOf(taps: Float32Array | Float64Array, Ts: number): string {
  if (taps.length === 0) return "none";
  const sizes = Array.from(taps, Math.abs);
  const peak = sizes.indexOf(Math.max(...sizes));
  const value = Number(taps[peak].toPrecision(6));
  return `${taps.length} taps, with ${value} after ${peak * Ts} ms`;
}
