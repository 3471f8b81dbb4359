/**
 * Kernel specs: plain data with which the engine compiles and binds a kernel.
 *
 * All kernels use the same axis letters. A lower-case letter is an index along
 * the axis of that letter.
 *
 * | letter     | counts                                                      |
 * | ---------- | ----------------------------------------------------------- |
 * | N          | samples of a micro-batch, which is what one dispatch sees   |
 * | M          | samples of the largest micro-batch of a plan                |
 * | T          | time bins of a sample                                       |
 * | B          | words of 32 time bins, ⌈T/32⌉                               |
 * | P          | bit planes: plane p holds bit p of a count of events, and   |
 * |            | spikes, which are 0 or 1, have one plane                    |
 * | H, W, C    | rows, columns and channels of a layer's input               |
 * | OH, OW, OC | rows, columns and channels of its output                    |
 * | OP, PS     | bit planes of an output, and of a shortcut                  |
 * | KH, KW     | rows and columns of a convolution's kernel                  |
 * | RH, RW     | rows and columns of outputs that see a tile of inputs       |
 * | G, CG      | groups of a convolution, and input channels of each, C/G    |
 * | F          | neurons of a layer; f = (row · columns + column) · channels |
 * |            | + channel                                                   |
 * | I, O       | inputs and outputs of a dense layer; O also outputs of the  |
 * |            | network                                                     |
 * | Q          | quads, vectors of four neurons or outputs that are loaded   |
 * |            | at once; the last quad of a run is zero-padded              |
 * | OQ         | quads of output channels, each group's a run                |
 * | K, R       | taps of the response and of the refractory response         |
 * | S          | strips, which are partial sums of a reduction               |
 * | L          | layers                                                      |
 * | E          | events                                                      |
 * | D          | delays of a layer: one per neuron, or one per channel       |
 *
 * Spikes are packed, 32 in a word. Time-packed, `[N, P, B, F]`: bit j of word b
 * is bin 32b + j of one neuron. Neuron-packed, `[N, P, B, 32·⌈F/32⌉]`: bit i of
 * word 32q + j is neuron 32q + i in bin 32b + j. Real values lie as
 * `[N, T, F]`, neurons by quads.
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
  /** Invocations per workgroup; absent where a constant sets them. */
  readonly workgroup?: number;
  /**
   * The module's `const` tile sizes, by name; a caller divides work into
   * workgroups by them.
   */
  readonly tile?: Readonly<Record<string, number>>;
  /** Binding number of each buffer that the entry point uses. */
  readonly bindings: Readonly<Record<string, number>>;
  /** Bindings that are read and written; each element is written once. */
  readonly inPlace?: readonly string[];
  /** `override` constants that the entry point uses. */
  readonly constants: readonly string[];
}

/** The names of a spec's bindings. */
export type BindingOf<S extends KernelSpec> = keyof S["bindings"] & string;

/** The names of a spec's constants. */
export type ConstantOf<S extends KernelSpec> = S["constants"][number];

/** Time bins in a word of packed spikes. */
export const BINS_PER_WORD = 32;
