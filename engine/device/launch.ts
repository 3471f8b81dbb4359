/**
 * Launches: kernels with their constants and numbers of workgroups, as plain
 * data.
 *
 * @module
 */

import type { ConstantOf, KernelSpec } from "../../kernels/spec.ts";

/**
 * Workgroups along x, y and z; "samples" stands for the number of samples in
 * the micro-batch.
 */
export type Grid = readonly [Groups, Groups, Groups];

/** Workgroups along one dimension. */
export type Groups = number | "samples";

/** Numbers that a kernel's work depends on. */
export interface Workload {
  /** Incoming spikes of the kernel's layer, or events for binning. */
  readonly spikes: number;
  /** Bins of all samples. */
  readonly bins: number;
}

/**
 * One run of a kernel.
 *
 * Mesa's llvmpipe silently ends every loop of an invocation once its loops have
 * made 65,535 rounds together. `loops` bounds the rounds, so that a plan which
 * would exceed that budget is refused or cut into smaller micro-batches.
 */
export interface Launch<S extends KernelSpec = KernelSpec> {
  /** The kernel. */
  readonly kernel: S;
  /** Values of the kernel's constants; others keep their default in WGSL. */
  readonly constants: Readonly<Partial<Record<ConstantOf<S>, number>>>;
  /** Workgroups along x, y and z. */
  readonly grid: Grid;
  /**
   * Most rounds of all loops of an invocation that visits one sample, at any
   * firing rate. A loop of n rounds counts as n + 1.
   *
   * @default 0
   */
  readonly loops?: number;
  /**
   * Rounds that each further sample adds where an invocation visits them all.
   *
   * @default 0
   */
  readonly loopsPerSample?: number;
  /**
   * Multiply-adds that the spikes of a batch require.
   *
   * @default none: the kernel is bound by memory
   */
  readonly multiplyAdds?: (work: Workload) => number;
  /** Bytes that the kernel moves. @default the bytes of all bound buffers */
  readonly bytes?: (work: Workload) => number;
  /** The variant for dense incoming spikes, which gives the same bits. */
  readonly busy?: Launch;
}

/**
 * Checks the constants of a launch against those of its kernel, by their types.
 *
 * @param launch The launch.
 * @returns The same launch.
 *
 * @example
 * ```ts
 * import { launch } from "./launch.ts";
 * const kernel = {
 *   name: "fill ones",
 *   code: `override size: u32;
 *     @group(0) @binding(0) var<storage, read_write> to: array<f32>;
 *     @compute @workgroup_size(64)
 *     fn ones(@builtin(global_invocation_id) id: vec3<u32>) {
 *       if (id.x < size) { to[id.x] = 1; }
 *     }`,
 *   entryPoint: "ones",
 *   bindings: { to: 0 },
 *   constants: ["size"],
 * } as const;
 * const { grid } = launch({ kernel, constants: { size: 9 }, grid: [1, 1, 1] });
 * if (grid[0] !== 1) throw new Error("expected one workgroup");
 * ```
 */
export function launch<const S extends KernelSpec>(
  launch: Launch<S>,
): Launch {
  return launch;
}

/**
 * Counts the workgroups for a number of elements, up to the limit of a dispatch
 * along one dimension; kernels stride over the remaining elements.
 *
 * @param elements The number of elements.
 * @param each Elements that a workgroup processes.
 * @returns The number of workgroups, at least 1.
 */
export function groupsFor(elements: number, each: number): number {
  return Math.min(Math.max(Math.ceil(elements / each), 1), 65535);
}
