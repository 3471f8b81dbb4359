/**
 * From a kernel's spec to a command on the device.
 *
 * @module
 */

import type { BindingOf, ConstantOf, KernelSpec } from "../../kernels/spec.ts";
import type { Device } from "./device.ts";
import { KernelError } from "./errors.ts";

/** Workgroups along x, y and z; "samples" is filled in when it runs. */
export type Grid = readonly [Groups, Groups, Groups];

/** Workgroups along one dimension. */
export type Groups = number | "samples";

/** A kernel with all it needs, ready to be recorded into a pass. */
export interface Dispatch {
  /** Operator and direction. */
  readonly name: string;
  /** The layer that it is for. */
  readonly layer?: string;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly grid: Grid;
  /** Bytes that it moves if it sees each element it binds once. */
  readonly bytes: number;
  /** Another way to the same bits, for inputs of which many spike. */
  readonly busy?: Dispatch;
}

/** Invocations in a workgroup, unless a kernel lets it be chosen. */
export const LANES = 64;

/**
 * Workgroups enough for a number of invocations, within what a dispatch may
 * have along one dimension; kernels stride over what is left.
 *
 * @param invocations The number wanted.
 * @param lanes Invocations in a workgroup.
 * @returns The number of workgroups, at least 1.
 */
export function groupsFor(invocations: number, lanes = LANES): number {
  return Math.min(Math.max(Math.ceil(invocations / lanes), 1), 65535);
}

const compilers = new WeakMap<Device, Compiler>();

/** Compiles kernels, each combination of spec and constants once. */
export class Compiler {
  readonly #device: Device;
  readonly #modules = new Map<string, GPUShaderModule>();
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();

  /** @param device Where the kernels are to run. */
  constructor(device: Device) {
    this.#device = device;
  }

  /**
   * Gives the compiler that all networks on a device share, so that the next
   * one finds what the one before has compiled.
   *
   * @param device The device.
   * @returns Its compiler.
   */
  static of(device: Device): Compiler {
    let compiler = compilers.get(device);
    if (!compiler) compilers.set(device, compiler = new Compiler(device));
    return compiler;
  }

  /**
   * Makes a dispatch.
   *
   * @param spec The kernel.
   * @param buffers A buffer for each of its bindings.
   * @param constants A value for its constants; those left out keep the
   * kernel's default.
   * @param grid Workgroups along x, y and z.
   * @returns The dispatch.
   * @throws {KernelError} If the device does not accept the kernel.
   */
  async dispatch<S extends KernelSpec>(
    spec: S,
    buffers: Readonly<Record<BindingOf<S>, GPUBufferBinding>>,
    constants: Readonly<Partial<Record<ConstantOf<S>, number>>>,
    grid: Grid,
  ): Promise<Dispatch> {
    const pipeline = await this.#pipeline(spec, constants);
    const entries = Object.entries(spec.bindings).map(([name, binding]) => ({
      binding,
      resource: buffers[name as BindingOf<S>],
    }));
    const bindGroup = this.#device.gpu.createBindGroup({
      label: spec.name,
      layout: pipeline.getBindGroupLayout(0),
      entries,
    });
    const bytes = Object.keys(spec.bindings).reduce((sum, name) => {
      const { buffer, offset = 0, size } = buffers[name as BindingOf<S>];
      const times = spec.inPlace?.includes(name) ? 2 : 1;
      return sum + times * (size ?? buffer.size - offset);
    }, 0);
    return { name: spec.name, pipeline, bindGroup, grid, bytes };
  }

  #pipeline(
    spec: KernelSpec,
    values: Readonly<Record<string, number | undefined>>,
  ): Promise<GPUComputePipeline> {
    const constants: Record<string, number> = {};
    for (const name of spec.constants) {
      const value = values[name];
      if (value !== undefined) constants[name] = value;
    }
    const key = `${spec.name} ${JSON.stringify(constants)}`;
    let pipeline = this.#pipelines.get(key);
    if (!pipeline) {
      pipeline = this.#compile(spec, constants);
      this.#pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  async #compile(
    spec: KernelSpec,
    constants: Record<string, number>,
  ): Promise<GPUComputePipeline> {
    const { gpu } = this.#device;
    gpu.pushErrorScope("validation");
    let module = this.#modules.get(spec.code);
    if (!module) {
      module = gpu.createShaderModule({ label: spec.name, code: spec.code });
      this.#modules.set(spec.code, module);
    }
    const compute = { module, entryPoint: spec.entryPoint, constants };
    const pipeline = gpu.createComputePipelineAsync({
      label: spec.name,
      layout: "auto",
      compute,
    });
    const scope = gpu.popErrorScope();
    try {
      const compiled = await pipeline;
      const error = await scope;
      if (error) throw error;
      return compiled;
    } catch (cause) {
      const { messages } = await module.getCompilationInfo();
      const problem = messages.map((m) => `line ${m.lineNum}: ${m.message}`)
        .join("; ");
      throw new KernelError(
        spec.name,
        problem || (cause as Error).message.split("\n")[0],
        { cause },
      );
    }
  }
}

/**
 * Joins two ways of computing the same.
 *
 * @param quiet The way for inputs of which few spike.
 * @param busy The way for inputs of which many do.
 * @returns The first, which knows the second.
 */
export async function eitherWay(
  quiet: Promise<Dispatch>,
  busy: Promise<Dispatch>,
): Promise<Dispatch> {
  return { ...await quiet, busy: await busy };
}

/**
 * Records dispatches into a pass, in order.
 *
 * @param pass The pass.
 * @param dispatches What is to run.
 * @param samples Number of samples in hand.
 */
export function record(
  pass: GPUComputePassEncoder,
  dispatches: readonly Dispatch[],
  samples: number,
): void {
  const count = (groups: Groups) => groups === "samples" ? samples : groups;
  for (const { pipeline, bindGroup, grid: [x, y, z] } of dispatches) {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(count(x), count(y), count(z));
  }
}
