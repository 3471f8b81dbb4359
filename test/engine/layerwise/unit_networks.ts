/**
 * Networks of units that are compared with their twins.
 *
 * @module
 */

import type { UnitDescription } from "../../../engine/layerwise/units/unit_descriptions.ts";
import type { Sparsity } from "../../../engine/losses/loss.ts";
import { adaptiveLeaky } from "../../../engine/neurons/adaptive_leaky.ts";
import { cubaLeaky } from "../../../engine/neurons/cuba_leaky.ts";
import {
  fixedAdaptiveResonator,
  fixedResonator,
} from "../../../engine/neurons/fixed_point.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import { sigmaDelta } from "../../../engine/neurons/sigma_delta.ts";
import { resonator } from "../../../engine/neurons/resonator.ts";
import { adaptiveResonator } from "../../../engine/neurons/adaptive_resonator.ts";
import { parametricLeaky } from "../../../engine/neurons/parametric_leaky.ts";
import type { InputCoding } from "../../../engine/plan/sizes.ts";

/** A network, its input and its loss. */
export interface UnitNetwork {
  readonly what: string;
  readonly shape: readonly number[];
  readonly layers: readonly UnitDescription[];
  readonly coding?: InputCoding;
  readonly loss?: "rates" | "sigmoids" | "target rates" | "shares";
  readonly sparsity?: Sparsity;
  readonly classWeights?: readonly number[];
  /** Largest relative error of gradients. @default 2e-5 */
  readonly tolerance?: number;
}

const conv = (out: number, more: Partial<Record<string, unknown>> = {}) => ({
  conv: { out, kernel: 3, padding: 1, ...more },
});

/** Networks of units of all kinds, which are compared with their twins. */
export const UNIT_NETWORKS: readonly UnitNetwork[] = [
  {
    what: "strides, groups, dropout and pixels that no window covers",
    shape: [3, 2, 9, 7, 33],
    layers: [
      {
        ...conv(6, { stride: 2 }),
        norm: "batch",
        neuron: leaky({ threshold: 0.25, reset: "soft", detachReset: false }),
        pool: { max: 2 },
      },
      {
        ...conv(6, { groups: 3 }),
        norm: { epsilon: 0.01, momentum: 0.2 },
        neuron: adaptiveLeaky({ threshold: 0.5, tauAdaptation: 4 }),
      },
      { dropout: 0.4 },
      { dense: 3, norm: "batch", neuron: "none" },
    ],
    coding: { mode: "SUM_NORM", height: 1 },
    classWeights: [1, 0.5, 2],
  },
  {
    what: "a gate, ghost maps around a shortcut, pooled counts and rates",
    shape: [2, 3, 4, 4, 5],
    layers: [
      {
        ...conv(3),
        norm: "batch",
        neuron: parametricLeaky({ threshold: 0.5, tau: 3 }),
      },
      {
        residual: [{
          ...conv(3),
          bias: true,
          neuron: cubaLeaky({
            threshold: 0.5,
            tauSyn: 3,
            decays: "learned",
          }),
        }],
        join: "gate",
      },
      {
        residual: [{ ghost: conv(6).conv, norm: "batch" }],
        shortcut: [{ conv: { out: 6, kernel: 1 }, norm: "batch" }],
        pool: { max: 2 },
      },
      { dense: 3, neuron: leaky({ tau: Infinity, threshold: 0.05 }) },
    ],
    coding: { mode: "SUM", height: 0.5, most: 5 },
    loss: "rates",
  },
  {
    what: "resonators, of which groups vote",
    shape: [2, 2, 4, 3, 40],
    layers: [
      { ...conv(4), norm: "batch", neuron: resonator({ threshold: 0.8 }) },
      {
        ...conv(6, { groups: 2 }),
        neuron: adaptiveResonator({ threshold: 0.1, period: 5 }),
      },
      { average: 3 },
    ],
    sparsity: { maxRate: 0.02, lam: 30 },
    loss: "sigmoids",
  },
  {
    what: "decays of resonators and of thresholds that are learned",
    shape: [2, 2, 4, 3, 40],
    layers: [
      {
        ...conv(4),
        norm: "batch",
        neuron: resonator({ threshold: 0.8, decays: "learned" }),
      },
      {
        ...conv(6, { groups: 2 }),
        neuron: adaptiveResonator({
          threshold: 0.1,
          period: 5,
          decays: "learned",
        }),
      },
      {
        dense: 10,
        recurrent: true,
        neuron: adaptiveResonator({
          threshold: 0.1,
          fires: "imaginary",
          tauRef: 3,
          decays: "learned",
        }),
      },
      {
        dense: 6,
        neuron: adaptiveLeaky({
          threshold: 0.05,
          adaptation: 0.5,
          decays: "learned",
        }),
      },
      { dense: 3, neuron: "none" },
    ],
    // Potentials of float32 pass narrow surrogates of three layers.
    tolerance: 5e-5,
  },
  {
    what: "delays of pixels, of channels and of all, joined and pooled",
    shape: [2, 2, 5, 4, 35],
    layers: [
      {
        ...conv(6, { groups: 2 }),
        norm: "batch",
        neuron: leaky({ threshold: 0.25 }),
        delay: {},
        pool: { max: 2 },
        dropout: 0.2,
      },
      {
        residual: [{ ...conv(6), delay: 1.5 }],
        shortcut: [{
          conv: { out: 6, kernel: 1 },
          neuron: leaky({ threshold: 0.1 }),
          delay: { per: "channel" },
        }],
        join: "gate",
      },
      {
        dense: 4,
        recurrent: true,
        neuron: leaky({ threshold: 0.05 }),
        delay: {},
      },
      {
        dense: 3,
        neuron: leaky({ threshold: 0.05 }),
        delay: { per: "channel" },
      },
    ],
    sparsity: { maxRate: 0.02, lam: 9 },
    loss: "shares",
    classWeights: [1, 2, 0.5],
  },
  {
    what: "neurons that send changes, and leaky ones that read them",
    shape: [2, 2, 5, 4, 35],
    layers: [
      {
        ...conv(6, { groups: 2 }),
        norm: "batch",
        neuron: sigmaDelta({ threshold: 0.2 }),
        delay: { per: "channel" },
      },
      { ...conv(4), neuron: sigmaDelta({ threshold: 0.05 }), delay: 1.5 },
      { ...conv(4), neuron: leaky({ threshold: 0.1 }), pool: { max: 2 } },
      { dense: 6, neuron: sigmaDelta({ threshold: 0.02 }), delay: {} },
      { dense: 3, neuron: "none" },
    ],
    coding: { mode: "SUM_NORM", height: 1 },
    // Gradients of delays are differences of sums.
    tolerance: 5e-5,
  },
  {
    what: "norms and biases of currents, of changes too",
    shape: [3, 2, 5, 4, 35],
    layers: [
      {
        ...conv(6, { groups: 2 }),
        norm: "mean",
        neuron: cubaLeaky({ threshold: 0.2, tauSyn: 4, norm: "current" }),
      },
      { ...conv(4), norm: "batch", neuron: sigmaDelta({ threshold: 0.05 }) },
      {
        ...conv(4),
        norm: "scale",
        neuron: cubaLeaky({ threshold: 0.2, norm: "current" }),
        pool: { max: 2 },
      },
      {
        dense: 6,
        bias: true,
        neuron: cubaLeaky({ threshold: 0.1, tauSyn: 1, norm: "current" }),
      },
      { dense: 3, neuron: "none" },
    ],
    coding: { mode: "SUM_NORM", height: 1 },
  },
  {
    what: "changes in steps, of several activations",
    shape: [2, 2, 5, 4, 35],
    layers: [
      {
        ...conv(6, { groups: 2 }),
        norm: "batch",
        neuron: sigmaDelta({
          threshold: 0.2,
          step: 1 / 64,
          activation: "identity",
        }),
      },
      {
        ...conv(4),
        neuron: sigmaDelta({
          threshold: 0.5,
          step: 1 / 64,
          cumError: true,
          activation: "tanh",
        }),
      },
      {
        ...conv(4),
        neuron: sigmaDelta({
          threshold: 0.02,
          step: 1 / 128,
          activation: "sigmoid",
        }),
      },
      {
        dense: 6,
        neuron: sigmaDelta({
          threshold: 0.3,
          step: 1 / 4096,
          cumError: true,
          activation: "leaky relu",
        }),
      },
      { dense: 3, neuron: "none" },
    ],
    coding: { mode: "SUM_NORM", height: 1 },
    // The many planes of a small negative change cancel.
    tolerance: 5e-5,
  },
  {
    what: "recurrent layers, joined, dropped and in several rounds",
    shape: [2, 2, 2, 3, 33],
    layers: [
      {
        dense: 270,
        recurrent: true,
        norm: "batch",
        neuron: cubaLeaky({ threshold: 0.5, decays: "learned" }),
      },
      {
        residual: [{
          dense: 270,
          recurrent: true,
          neuron: resonator({ threshold: 0.3, period: 5 }),
        }],
        dropout: 0.2,
      },
      { average: 3 },
    ],
    sparsity: { maxRate: 0.02, lam: 9 },
  },
  {
    what: "resonators in integers, recurrent ones too",
    shape: [2, 2, 4, 3, 40],
    layers: [
      {
        ...conv(6, { groups: 2 }),
        bias: false,
        neuron: fixedResonator({ vThMant: 12 }),
        quantize: 1 / 64,
      },
      {
        dense: 10,
        recurrent: true,
        bias: false,
        neuron: fixedResonator({ vThMant: 4, fires: "imaginary" }),
        quantize: 1 / 64,
      },
      {
        dense: 10,
        recurrent: true,
        bias: false,
        neuron: fixedAdaptiveResonator({
          vThMant: 4,
          sinDecay: 3500,
          cosDecay: 1500,
        }),
        quantize: 1 / 64,
      },
      { dense: 3, neuron: "none" },
    ],
    coding: { mode: "SUM", height: 1 },
  },
  {
    what: "rounded weights, recurrent ones and biases too",
    shape: [3, 2, 5, 4, 33],
    layers: [
      {
        ...conv(6, { groups: 2 }),
        norm: "mean",
        neuron: cubaLeaky({ threshold: 0.3, tauSyn: 3 }),
        quantize: 0.125,
      },
      {
        dense: 12,
        recurrent: true,
        neuron: leaky({ threshold: 0.1 }),
        quantize: 0.0625,
      },
      { dense: 3, neuron: "none", quantize: 0.25 },
    ],
    coding: { mode: "SUM", height: 1 },
  },
  {
    what: "target rates, and bounds of those before",
    shape: [3, 1, 3, 3, 9],
    layers: [
      {
        ...conv(4),
        norm: "scale",
        neuron: leaky({ threshold: 0.05 }),
        pool: { max: 2 },
      },
      { dense: 8, neuron: leaky({ threshold: 0.05 }), dropout: 0.2 },
      { dense: 3, norm: "batch", neuron: leaky({ threshold: 0.3 }) },
    ],
    sparsity: { maxRate: 0.05, lam: 9 },
    loss: "target rates",
  },
];
