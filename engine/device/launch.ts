/**
 * Launches as plain data: kernels with their constants and workgroup counts.
 *
 * @module
 */

import type { ConstantOf, KernelSpec } from "../../kernels/spec.ts";

/**
 * Workgroups along x, y and z; "samples" stands for the number of samples in
 * the micro-batch.
 */
export type Grid = readonly [Groups, Groups, Groups];

/** Workgroups along one axis. */
export type Groups = number | "samples";

/** Quantities that determine the amount of a kernel's work. */
export interface Workload {
  /** Incoming spikes of the kernel's layer, or events for binning. */
  readonly spikes: number;
  /** Bins of all samples. */
  readonly bins: number;
}

/**
 * One execution of a kernel.
 *
 * Mesa's llvmpipe silently ends every loop of an invocation once its loops have
 * made 65,535 iterations in total. `loops` is an upper bound of iterations, so
 * that a plan that exceeds this budget is split into smaller micro-batches, or
 * refused.
 */
export interface Launch<S extends KernelSpec = KernelSpec> {
  /** The kernel. */
  readonly kernel: S;
  /** Values of the kernel's constants; others keep their default in WGSL. */
  readonly constants: Readonly<Partial<Record<ConstantOf<S>, number>>>;
  /** Workgroups along x, y and z. */
  readonly grid: Grid;
  /**
   * Upper bound of the iterations of all loops of an invocation that visits one
   * sample, at any firing rate. A loop of n iterations counts as n + 1.
   *
   * @default 0
   */
  readonly loops?: number;
  /**
   * Iterations that each further sample adds, where an invocation visits all
   * samples.
   *
   * @default 0
   */
  readonly loopsPerSample?: number;
  /**
   * Number of multiply-adds that the spikes of a batch require.
   *
   * @default none: the kernel is memory-bound
   */
  readonly multiplyAdds?: (work: Workload) => number;
  /** Bytes that the kernel moves. @default the bytes of all bound buffers */
  readonly bytes?: (work: Workload) => number;
  /** Variant for dense incoming spikes, which gives the same bits. */
  readonly busy?: Launch;
}

/**
 * Type-checks the constants of a launch against those of its kernel.
 *
 * @param launch The launch.
 * @returns The launch, unchanged.
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
 * Returns the number of workgroups for a number of elements, up to the limit of
 * a dispatch along one axis; kernels stride over the remaining elements.
 *
 * @param elements The number of elements.
 * @param each Elements that a workgroup processes.
 * @returns The number of workgroups, at least 1.
 */
export function groupsFor(elements: number, each: number): number {
  return Math.min(Math.max(Math.ceil(elements / each), 1), 65535);
}
