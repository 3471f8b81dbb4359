/**
 * From a kernel's spec to a command on the device.
 *
 * @module
 */

import type { BindingOf, KernelSpec } from "../../kernels/spec.ts";
import type { Device } from "./device.ts";
import { KernelError } from "./errors.ts";
import type { Grid, Groups, Launch } from "./launch.ts";

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
  /** The launch that it was compiled from. */
  readonly launch: Launch;
  /** Another way to the same bits, for inputs of which many spike. */
  readonly busy?: Dispatch;
}

/** A text, and what it was compiled to by entry point and constants. */
interface Module {
  shader?: GPUShaderModule;
  readonly pipelines: Map<string, Promise<GPUComputePipeline>>;
}

const compilers = new WeakMap<Device, Compiler>();

/** Compiles kernels, each combination of spec and constants once. */
export class Compiler {
  readonly #device: Device;
  readonly #modules = new Map<string, Module>();

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
   * Compiles a launch.
   *
   * @param launch The kernel, its constants and its workgroups.
   * @param buffers A buffer for each of its bindings, by name.
   * @returns The dispatch.
   * @throws {KernelError} If the device does not accept the kernel.
   * @throws {TypeError} If a binding has no buffer.
   */
  async compile<S extends KernelSpec>(
    launch: Launch<S>,
    buffers: Readonly<Record<BindingOf<S>, GPUBufferBinding>>,
  ): Promise<Dispatch> {
    const { kernel, constants, grid } = launch;
    const [pipeline, busy] = await Promise.all([
      this.#pipeline(kernel, constants),
      // It binds the same buffers.
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
