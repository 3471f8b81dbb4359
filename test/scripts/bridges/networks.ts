/**
 * Networks of every kind, to be brought into formats and back.
 *
 * @module
 */

import type { ModelDescription } from "../../../engine/model.ts";
import { cubaLeaky } from "../../../engine/neurons/cuba_leaky.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import { parametricLeaky } from "../../../engine/neurons/parametric_leaky.ts";

const COMMON = { input: { C: 2, H: 8, W: 8 }, Ts: 1, random: 0 };
const CONV = { out: 6, kernel: 3, padding: 1 };

/** The networks by what they have. */
export const NETWORKS: Readonly<Record<string, ModelDescription>> = {
  "norms, maxima and a readout": {
    ...COMMON,
    layers: [
      { conv: CONV, norm: "batch", pool: { max: 2 } },
      {
        conv: { ...CONV, kernel: [3, 1], stride: [1, 2], groups: 2 },
        norm: "batch",
      },
      {
        dense: 7,
        norm: "batch",
        dropout: 0.5,
        neuron: leaky({ threshold: 0.1 }),
      },
      { dense: 3, neuron: "none" },
    ],
    neuron: leaky({ threshold: 0.3 }),
  },
  "residual blocks": {
    ...COMMON,
    layers: [
      { conv: CONV, norm: "batch" },
      {
        residual: [
          { ghost: CONV, norm: "batch" },
          { ghost: CONV, norm: "batch" },
        ],
      },
      {
        residual: [{ conv: { ...CONV, out: 4 }, norm: "batch" }],
        shortcut: [{ conv: { out: 4, kernel: 1 }, norm: "batch" }],
        pool: { max: 2 },
      },
      { residual: [{ conv: { ...CONV, out: 4 } }], pool: { average: 2 } },
      { dense: 5 },
      { dense: 3, neuron: "none" },
    ],
    neuron: leaky({ threshold: 0.4, tau: 3, decayInput: false }),
  },
  "a shortcut longer than its block": {
    ...COMMON,
    layers: [
      { conv: CONV },
      {
        residual: [{ conv: CONV }],
        shortcut: [{ conv: { out: 6, kernel: 1 } }, { conv: CONV }],
      },
      { dense: 3 },
    ],
    neuron: leaky({ threshold: 0.15 }),
  },
  "neurons of each kind": {
    ...COMMON,
    layers: [
      { conv: CONV, neuron: leaky({ threshold: 0.3, tau: 2.7, rest: 0.1 }) },
      { conv: CONV, neuron: leaky({ threshold: 0.6, tau: Infinity }) },
      { conv: CONV, neuron: parametricLeaky({ threshold: 0.2, tau: 3 }) },
      {
        conv: CONV,
        neuron: cubaLeaky({ threshold: 0.2, tauSyn: 3, decayInput: false }),
      },
      {
        dense: 5,
        neuron: cubaLeaky({
          threshold: 0.1,
          tau: 5,
          tauSyn: 3,
          decays: "learned",
        }),
      },
    ],
    neuron: leaky(),
  },
  "means that are subtracted": {
    ...COMMON,
    layers: [
      { conv: CONV, norm: "mean", pool: { average: 2 } },
      { dense: 4, norm: "mean", neuron: leaky({ threshold: 0.05 }) },
    ],
    neuron: leaky({ threshold: 0.4 }),
  },
  "neurons that read their own spikes, and delays": {
    ...COMMON,
    layers: [
      { conv: CONV, norm: "batch", delay: {}, pool: { max: 2 } },
      {
        residual: [{ conv: CONV, norm: "scale", delay: 2, quantize: 0.0625 }],
        shortcut: [{ conv: { out: 6, kernel: 1 } }],
      },
      { dense: 12, recurrent: true, norm: "batch", delay: { per: "channel" } },
      {
        dense: 7,
        recurrent: true,
        bias: false,
        quantize: 0.0625,
        neuron: cubaLeaky({ threshold: 0.1, tauSyn: 3 }),
      },
      { dense: 3, neuron: "none" },
    ],
    neuron: leaky({ threshold: 0.3 }),
  },
  "groups of neurons that vote": {
    ...COMMON,
    layers: [{ conv: { ...CONV, stride: 2 }, norm: "batch" }, { average: 3 }],
    neuron: leaky({ threshold: 0.3 }),
  },
  "SLAYER's layers with leaky neurons": {
    ...COMMON,
    layers: [
      { pool: 2 },
      { conv: { ...CONV, weightScale: 4, dilation: 2 } },
      { dense: 4 },
    ],
    neuron: leaky({ threshold: 0.5, tau: 4 }),
    Ts: 5,
    coding: { mode: "OR", height: 0.4 },
  },
};
