/**
 * What a kernel is to the code that runs it: plain data beside its WGSL.
 *
 * @module
 */

/**
 * One entry point of a WGSL module.
 *
 * Write specs as `{…} as const satisfies KernelSpec`: then a misspelt binding
 * or constant is a type error wherever the kernel is used.
 */
export interface KernelSpec {
  /** Operator and direction, for errors and profiles. */
  readonly name: string;
  /** The WGSL module. */
  readonly code: string;
  /** The function in it that runs. */
  readonly entryPoint: string;
  /** Invocations of a workgroup; absent where a constant sets them. */
  readonly workgroup?: number;
  /**
   * The module's `const` sizes by which a caller cuts work into workgroups, by
   * their names there.
   */
  readonly tile?: Readonly<Record<string, number>>;
  /** Binding number of each buffer that this entry point uses. */
  readonly bindings: Readonly<Record<string, number>>;
  /** Bindings that are read and written, each element once. */
  readonly inPlace?: readonly string[];
  /** The `override` constants that this entry point uses. */
  readonly constants: readonly string[];
}

/** The names of a spec's bindings. */
export type BindingOf<S extends KernelSpec> = keyof S["bindings"] & string;

/** The names of a spec's constants. */
export type ConstantOf<S extends KernelSpec> = S["constants"][number];

/**
 * A value for each of a set of names, in the order of a layout.
 *
 * Kernels agree on these letters: N samples, T time bins, B words of 32 bins
 * (B = ⌈T/32⌉), H rows, W columns, C channels, F = H·W·C neurons of a layer.
 * Spikes are packed: bit j of word b is bin 32b + j, and lie as
 * `[N, P, B, F]`, P bit planes where an input counts events, else one.
 * Everything real-valued lies as `[N, T, F]`, a neuron's index being
 * (row·W + column)·C + channel.
 */
export const BINS_PER_WORD = 32;
