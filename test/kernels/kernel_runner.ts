/**
 * Runs kernels on arrays.
 *
 * @module
 */

import {
  Compiler,
  type Dispatch,
  record,
} from "../../engine/device/compiler.ts";
import type { Grid } from "../../engine/device/launch.ts";
import { readBytes } from "../../engine/device/readback.ts";
import {
  MICRO_BATCH_UPDATE,
  MICRO_BATCH_WORDS,
} from "../../engine/plan/steps/step_words.ts";
import type { BindingOf, ConstantOf, KernelSpec } from "../../kernels/spec.ts";
import { device } from "../fixtures/gpu.ts";

/** Content of a buffer. */
export type Words = Float32Array | Uint32Array;

/** Contents of a kernel's buffers, by the names of its bindings. */
export type Arrays<S extends KernelSpec> = Readonly<
  Record<BindingOf<S>, Words>
>;

/** Words after the end of a buffer that no kernel may read or write. */
const MARGIN = 256;

/** Their content: NaNs that differ between buffers, so that a read shows. */
const UNTOUCHED = 0x7fc0de00;

/** Bindings that are uniforms, whose size is fixed. */
const UNIFORMS = new Set(["batch", "taps", "averaging", "learned"]);

let compiler: Compiler | undefined;

/**
 * The compiler that all kernels of a test file share.
 *
 * @returns The compiler.
 */
export function sharedCompiler(): Compiler {
  return compiler ??= new Compiler(device());
}

/**
 * Runs a kernel once.
 *
 * @param spec The kernel.
 * @param arrays Contents of its buffers; the arrays are not changed.
 * @param constants As for `Compiler.dispatch`.
 * @param grid Workgroups along x, y and z.
 * @returns Contents of its buffers afterwards, in arrays of the same types.
 */
export function run<S extends KernelSpec, A extends Arrays<S>>(
  spec: S,
  arrays: A,
  constants: Readonly<Partial<Record<ConstantOf<S>, number>>>,
  grid: Grid,
): Promise<A> {
  return runDispatches(arrays, 1, async (buffers) => [
    await sharedCompiler().compile({ kernel: spec, constants, grid }, buffers),
  ]);
}

/**
 * Runs dispatches on arrays.
 *
 * @param arrays Contents of the buffers; the arrays are not changed.
 * @param samples Number of samples of the micro-batch.
 * @param compile Makes the dispatches of the buffers, named as the arrays.
 * @returns Contents of the buffers afterwards, in arrays of the same types.
 */
export async function runDispatches<A extends Readonly<Record<string, Words>>>(
  arrays: A,
  samples: number,
  compile: (
    buffers: Record<keyof A, { buffer: GPUBuffer }>,
  ) => Promise<readonly Dispatch[]>,
): Promise<A> {
  const { gpu } = device();
  const buffers = Object.fromEntries(
    Object.entries(arrays).map(([name, words], index) => [
      name,
      { buffer: upload(name, words, UNTOUCHED + index) },
    ]),
  ) as Record<keyof A, { buffer: GPUBuffer }>;
  const dispatches = await compile(buffers);
  const encoder = gpu.createCommandEncoder();
  const pass = encoder.beginComputePass();
  record(pass, dispatches, samples);
  pass.end();
  gpu.queue.submit([encoder.finish()]);
  const results = Object.entries(arrays).map(async ([name, words], index) => {
    const { buffer } = buffers[name];
    const bytes = await readBytes(device(), buffer);
    buffer.destroy();
    const beyond = new Uint32Array(bytes, words.byteLength);
    if (beyond.some((word) => word !== UNTOUCHED + index)) {
      throw new RangeError(`A kernel wrote beyond the end of "${name}"`);
    }
    return [
      name,
      words instanceof Float32Array
        ? new Float32Array(bytes, 0, words.length)
        : new Uint32Array(bytes, 0, words.length),
    ];
  });
  return Object.fromEntries(await Promise.all(results)) as A;
}

/**
 * Room for a kernel's output, filled with what no kernel writes.
 *
 * @param length Number of elements.
 * @returns That many NaNs.
 */
export function room(length: number): Float32Array {
  return new Float32Array(length).fill(NaN);
}

/** A buffer of some words and, unless a uniform, a margin that is not theirs. */
function upload(name: string, words: Words, untouched: number): GPUBuffer {
  const { gpu } = device();
  const margin = UNIFORMS.has(name) ? 0 : MARGIN;
  const bits = new Uint32Array(words.length + margin).fill(untouched);
  bits.set(new Uint32Array(words.buffer, words.byteOffset, words.length));
  const buffer = gpu.createBuffer({
    label: name,
    size: bits.byteLength,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM |
      GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
  gpu.queue.writeBuffer(buffer, 0, bits);
  return buffer;
}

/**
 * Words of `Batch` in micro_batch.wgsl.
 *
 * @param part Its first words; those left out are 0.
 * @param update Rate, root and decay of the update after it.
 * @returns All words.
 */
export function batchOf(
  part: readonly number[],
  update: ArrayLike<number> = [],
): Uint32Array {
  const words = new Uint32Array(MICRO_BATCH_WORDS);
  words.set(part);
  words.set(
    new Uint32Array(Float32Array.from(update).buffer),
    MICRO_BATCH_UPDATE,
  );
  return words;
}
