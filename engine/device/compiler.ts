/**
 * Compiles kernels into pipelines, binds their buffers, and records them.
 *
 * @module
 */

import type { BindingOf, KernelSpec } from "../../kernels/spec.ts";
import type { Device } from "./device.ts";
import { KernelError } from "./errors.ts";
import type { Grid, Groups, Launch } from "./launch.ts";

/** A pipeline with bind group and grid, ready to be recorded into a pass. */
export interface Dispatch {
  /** Operator and direction. */
  readonly name: string;
  /** Name of the layer that the kernel belongs to. */
  readonly layer?: string;
  /** Pipeline of the kernel with its constants. */
  readonly pipeline: GPUComputePipeline;
  /** Buffers that the kernel binds. */
  readonly bindGroup: GPUBindGroup;
  /** Number of workgroups along each axis. */
  readonly grid: Grid;
  /** Bytes moved if the kernel reads or writes each bound element once. */
  readonly bytes: number;
  /** The launch that the dispatch was compiled from. */
  readonly launch: Launch;
  /** Variant for dense incoming spikes, which gives the same bits. */
  readonly busy?: Dispatch;
}

/** A shader module, and its pipelines by entry point and constants. */
interface Module {
  shader?: GPUShaderModule;
  readonly pipelines: Map<string, Promise<GPUComputePipeline>>;
}

const compilers = new WeakMap<Device, Compiler>();

/** Compiles each combination of kernel and constants once. */
export class Compiler {
  readonly #device: Device;
  readonly #modules = new Map<string, Module>();

  /** @param device The device that the kernels run on. */
  constructor(device: Device) {
    this.#device = device;
  }

  /**
   * Returns the compiler that all networks on a device share, so that each
   * pipeline is compiled once.
   *
   * @param device The device.
   * @returns The device's compiler.
   */
  static of(device: Device): Compiler {
    let compiler = compilers.get(device);
    if (!compiler) compilers.set(device, compiler = new Compiler(device));
    return compiler;
  }

  /**
   * Compiles a launch.
   *
   * @param launch The kernel, its constants and its workgroups.
   * @param buffers A buffer for each binding of the kernel, by name.
   * @returns The dispatch.
   * @throws {KernelError} If the device rejects the kernel.
   * @throws {TypeError} If a binding has no buffer.
   */
  async compile<S extends KernelSpec>(
    launch: Launch<S>,
    buffers: Readonly<Record<BindingOf<S>, GPUBufferBinding>>,
  ): Promise<Dispatch> {
    const { kernel, constants, grid } = launch;
    const [pipeline, busy] = await Promise.all([
      this.#pipeline(kernel, constants),
      // The dense variant binds the same buffers.
      launch.busy && this.compile<KernelSpec>(launch.busy, buffers),
    ]);
    const bound = Object.entries(kernel.bindings).map(([name, binding]) => {
      const resource = buffers[name as BindingOf<S>];
      if (!resource) {
        throw new TypeError(
          `Cannot bind "${name}" of kernel "${kernel.name}": there are ` +
            Object.keys(buffers).join(", "),
        );
      }
      return { name, binding, resource };
    });
    const bindGroup = this.#device.gpu.createBindGroup({
      label: kernel.name,
      layout: pipeline.getBindGroupLayout(0),
      entries: bound.map(({ binding, resource }) => ({ binding, resource })),
    });
    const bytes = bound.reduce((sum, { name, resource }) => {
      const { buffer, offset = 0, size } = resource;
      const times = kernel.inPlace?.includes(name) ? 2 : 1;
      return sum + times * (size ?? buffer.size - offset);
    }, 0);
    const { name } = kernel;
    return { name, pipeline, bindGroup, grid, bytes, launch, busy };
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
    let module = this.#modules.get(spec.code);
    if (!module) {
      this.#modules.set(spec.code, module = { pipelines: new Map() });
    }
    const key = `${spec.entryPoint} ${JSON.stringify(constants)}`;
    let pipeline = module.pipelines.get(key);
    if (!pipeline) {
      pipeline = this.#compile(spec, module, constants);
      module.pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  async #compile(
    { name, code, entryPoint }: KernelSpec,
    compiled: Module,
    constants: Record<string, number>,
  ): Promise<GPUComputePipeline> {
    const { gpu } = this.#device;
    gpu.pushErrorScope("validation");
    const module = compiled.shader ??= gpu.createShaderModule({
      label: name,
      code,
    });
    const pipeline = gpu.createComputePipelineAsync({
      label: name,
      layout: "auto",
      compute: { module, entryPoint, constants },
    });
    const scope = gpu.popErrorScope();
    try {
      const ready = await pipeline;
      const error = await scope;
      if (error) throw error;
      return ready;
    } catch (cause) {
      const { messages } = await module.getCompilationInfo();
      const problem = messages.map((m) => `line ${m.lineNum}: ${m.message}`)
        .join("; ");
      throw new KernelError(
        name,
        problem || (cause as Error).message.split("\n")[0],
        { cause },
      );
    }
  }
}

/**
 * Records dispatches into a pass, in order.
 *
 * @param pass The pass.
 * @param dispatches The dispatches, in the order in which they run.
 * @param samples Number of samples in the micro-batch.
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
