/**
 * Batch normalisation of drives; the equations are in norm.wgsl.
 *
 * @module
 */

import { UNIT, UNIT_CONSTANTS } from "../unit/unit.ts";
import type { KernelSpec } from "../spec.ts";
import moments from "./moments.wgsl" with { type: "text" };
import text from "./norm.wgsl" with { type: "text" };

const code = UNIT + moments + text;

/** norm.wgsl, `statistics`. */
export const normStatistics = {
  name: "norm statistics",
  code,
  entryPoint: "statistics",
  workgroup: 64,
  bindings: { batch: 0, x: 1, partial: 10 },
  constants: UNIT_CONSTANTS,
} as const satisfies KernelSpec;

/** norm.wgsl, `statisticsQuads`. */
export const normStatisticsQuads = {
  name: "norm statisticsQuads",
  code,
  entryPoint: "statisticsQuads",
  workgroup: 64,
  bindings: { batch: 0, xQuads: 9, partial: 10 },
  constants: ["T", "pixels", "C", "runSize", "S"],
} as const satisfies KernelSpec;

/** norm.wgsl, `total`. */
export const normTotal = {
  name: "norm total",
  code,
  entryPoint: "total",
  workgroup: 256,
  bindings: {
    batch: 0,
    partials: 2,
    gamma: 4,
    beta: 5,
    coefficients: 11,
    runningMean: 15,
    runningVar: 16,
  },
  constants: [
    "T",
    "pixels",
    "C",
    "runSize",
    "epsilon",
    "momentum",
    "meanOnly",
    "scale",
    "kept",
    "step",
  ],
} as const satisfies KernelSpec;

/** norm.wgsl, `running`. */
export const normRunning = {
  name: "norm running",
  code,
  entryPoint: "running",
  workgroup: 64,
  bindings: {
    gamma: 4,
    beta: 5,
    coefficients: 11,
    runningMean: 15,
    runningVar: 16,
  },
  constants: ["C", "runSize", "epsilon", "meanOnly", "scale", "step"],
} as const satisfies KernelSpec;

/** norm.wgsl, `wholeTotal`. */
export const normWholeTotal = {
  name: "norm wholeTotal",
  code,
  entryPoint: "wholeTotal",
  workgroup: 256,
  bindings: { batch: 0, partials: 2, coefficients: 11, wholeVar: 19 },
  inPlace: ["coefficients", "wholeVar"],
  constants: [
    "T",
    "pixels",
    "C",
    "runSize",
    "epsilon",
    "momentum",
    "scale",
    "kept",
  ],
} as const satisfies KernelSpec;

/** norm.wgsl, `wholeRunning`. */
export const normWholeRunning = {
  name: "norm wholeRunning",
  code,
  entryPoint: "wholeRunning",
  workgroup: 64,
  bindings: { coefficients: 11, runningMean: 15, wholeVar: 19 },
  constants: ["C", "runSize", "epsilon", "scale", "step"],
} as const satisfies KernelSpec;

/** norm.wgsl, `affine`. */
export const normAffine = {
  name: "norm affine",
  code,
  entryPoint: "affine",
  workgroup: 64,
  bindings: { batch: 0, beta: 5, coefficients: 11 },
  constants: ["C", "runSize", "scale", "kept", "step"],
} as const satisfies KernelSpec;

/** norm.wgsl, `adjointTotal`. */
export const normAdjointTotal = {
  name: "norm adjointTotal",
  code,
  entryPoint: "adjointTotal",
  workgroup: 256,
  bindings: {
    batch: 0,
    sums: 3,
    coefficient: 7,
    back: 12,
    dgamma: 13,
    dbeta: 14,
  },
  constants: ["T", "pixels", "C", "runSize", "meanOnly", "normalises"],
} as const satisfies KernelSpec;

/** norm.wgsl, `apply`. */
export const normApply = {
  name: "norm apply",
  code,
  entryPoint: "apply",
  workgroup: 64,
  bindings: { xQuads: 9, factors: 8, quads: 18 },
  inPlace: ["quads"],
  constants: ["T", "pixels", "C", "runSize"],
} as const satisfies KernelSpec;

/** norm.wgsl, `scaleRows`. */
export const normScaleRows = {
  name: "norm scaleRows",
  code,
  entryPoint: "scaleRows",
  workgroup: 64,
  bindings: { largest: 6, values: 17 },
  inPlace: ["values"],
  constants: ["T", "pixels", "C", "runSize"],
} as const satisfies KernelSpec;
