/**
 * Kernels to run, as plain data: what to compile them with and how many
 * workgroups they take.
 *
 * @module
 */

import type { ConstantOf, KernelSpec } from "../../kernels/spec.ts";

/** Workgroups along x, y and z; "samples" is filled in when it runs. */
export type Grid = readonly [Groups, Groups, Groups];

/** Workgroups along one dimension. */
export type Groups = number | "samples";

/** How much a kernel has to do. */
export interface Workload {
  /** Spikes that come into its layer, or events where it bins them. */
  readonly spikes: number;
  /** Bins of all samples. */
  readonly bins: number;
}

/**
 * One run of a kernel.
 *
 * Mesa's llvmpipe ends every loop of an invocation once all its loops together
 * have gone round 65,535 times, and says nothing: `loops` says how often they
 * may, so that a plan which would exceed it is refused or cut.
 */
export interface Launch<S extends KernelSpec = KernelSpec> {
  /** The kernel. */
  readonly kernel: S;
  /** Values of its constants; those left out keep the kernel's default. */
  readonly constants: Readonly<Partial<Record<ConstantOf<S>, number>>>;
  /** Workgroups along x, y and z. */
  readonly grid: Grid;
  /**
   * Rounds of all loops of an invocation that sees one sample, at most, whatever
   * spikes. A loop that goes round n times counts as n + 1.
   *
   * @default 0
   */
  readonly loops?: number;
  /**
   * Rounds that each further sample adds where an invocation visits all of them.
   *
   * @default 0
   */
  readonly loopsPerSample?: number;
  /**
   * Multiply-adds that the spikes of a batch ask for.
   *
   * @default none: it mostly moves data
   */
  readonly multiplyAdds?: (work: Workload) => number;
  /** Bytes that it moves. @default those of all that it binds, once */
  readonly bytes?: (work: Workload) => number;
  /** Another way to the same bits, for inputs of which many spike. */
  readonly busy?: Launch;
}

/**
 * Checks the constants of a launch against those of its kernel, by their types.
 *
 * @param launch The launch.
 * @returns The same.
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
 * Workgroups enough for a number of elements, within what a dispatch may have
 * along one dimension; kernels stride over what is left.
 *
 * @param elements The number of elements.
 * @param each Elements that a workgroup takes.
 * @returns The number of workgroups, at least 1.
 */
export function groupsFor(elements: number, each: number): number {
  return Math.min(Math.max(Math.ceil(elements / each), 1), 65535);
}
