/**
 * The WebGPU device that runs all kernels.
 *
 * @module
 */

import { DeviceError } from "./errors.ts";

/** Name and type of a WebGPU adapter. */
export interface AdapterDescription {
  /** Name, such as `NVIDIA H200` or `llvmpipe (LLVM 15.0.6, 256 bits)`. */
  readonly name: string;
  /** Whether the adapter computes on the CPU. */
  readonly software: boolean;
}

/**
 * Limits that are requested as high as the adapter allows, with the reasons.
 */
const REQUESTED_LIMITS = [
  // A layer's potentials are one binding: 39 MB per sample at 128×128, T = 300.
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  // Workgroup memory holds tiles of drives and weights; more allows larger
  // tiles.
  "maxComputeWorkgroupStorageSize",
] as const satisfies readonly (keyof GPUSupportedLimits)[];

/** Features that are requested where the adapter has them, with the reasons. */
const REQUESTED_FEATURES = [
  // Timestamps measure kernels in a profile.
  "timestamp-query",
] as const satisfies readonly GPUFeatureName[];

/** Names of drivers that compute on the CPU. */
const SOFTWARE_ADAPTERS =
  /llvmpipe|lavapipe|swiftshader|software|basic render/i;

/**
 * Describes an adapter.
 *
 * @param adapter The adapter.
 * @returns The adapter's name, and whether it computes on the CPU.
 */
export function describeAdapter(adapter: GPUAdapter): AdapterDescription {
  const { description, device, vendor, architecture } = adapter.info;
  const name = description || device || `${vendor} ${architecture}`.trim() ||
    "unnamed adapter";
  return { name, software: SOFTWARE_ADAPTERS.test(name) };
}

/**
 * Granularity of buffer sizes in bytes. Allocators pack buffers without gaps,
 * and a GPU takes up to a third longer to load or store rows that are not
 * aligned to memory lines.
 */
const LINE = 256;

/** An open device. Its owner destroys it, or declares it with `using`. */
export class Device implements Disposable {
  /** The WebGPU device. */
  readonly gpu: GPUDevice;
  /** The adapter that the device was opened on. */
  readonly adapter: AdapterDescription;
  /** The loop budget of an invocation; finite on llvmpipe only. */
  readonly loopBudget: number;
  #lost: GPUDeviceLostInfo | undefined;
  #failure: GPUError | undefined;

  /**
   * Wraps a WebGPU device and listens for its loss and its errors.
   *
   * @param gpu A WebGPU device.
   * @param adapter The adapter that the device was opened on.
   */
  constructor(gpu: GPUDevice, adapter: AdapterDescription) {
    this.gpu = gpu;
    this.adapter = adapter;
    this.loopBudget = /llvmpipe/i.test(adapter.name) ? 65535 : Infinity;
    gpu.lost.then((info) => this.#lost = info);
    gpu.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      this.#failure ??= (event as GPUUncapturedErrorEvent).error;
    });
  }

  /**
   * Reason why the device can no longer be used: it was lost or has rejected a
   * command; `undefined` while it works.
   */
  get problem(): string | undefined {
    return this.#lost
      ? `the device was lost, ${this.#lost.message || this.#lost.reason}`
      : this.#failure?.message;
  }

  /**
   * Checks that the device still works.
   *
   * @throws {DeviceError} If the device was lost or has rejected a command.
   */
  check(): void {
    if (this.problem !== undefined) {
      throw new DeviceError(
        `Cannot go on with "${this.adapter.name}": ${this.problem}`,
      );
    }
  }

  /**
   * Creates a buffer for kernels, which can be copied from and to.
   *
   * @param label Name of the buffer in WebGPU's messages.
   * @param words Size in words of four bytes; 0 creates a buffer of one word.
   * @param usage How kernels bind the buffer. @default storage
   * @returns The buffer, its size rounded up to whole memory lines unless the
   * device could not bind that size.
   */
  createBuffer(
    label: string,
    words: number,
    usage: GPUBufferUsageFlags = GPUBufferUsage.STORAGE,
  ): GPUBuffer {
    const { maxStorageBufferBindingSize } = this.gpu.limits;
    const bytes = 4 * Math.max(words, 1);
    const filled = LINE * Math.ceil(bytes / LINE);
    return this.gpu.createBuffer({
      label,
      size: filled <= maxStorageBufferBindingSize ? filled : bytes,
      usage: usage | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
  }

  /**
   * Creates buffers; if memory runs out, none are left allocated.
   *
   * @param make Creates the buffers on {@linkcode Device.gpu}.
   * @param free Destroys the buffers that were created before memory ran out.
   * @returns The buffers that `make` returned.
   * @throws {DeviceError} If the device has not enough memory.
   */
  async allocate<T>(make: () => T, free?: (made: T) => void): Promise<T> {
    this.gpu.pushErrorScope("out-of-memory");
    this.gpu.pushErrorScope("validation");
    let made: T;
    let errors: (GPUError | null)[];
    try {
      made = make();
    } finally {
      // Both scopes are popped before the first await, so that no concurrent
      // call pushes a scope between them.
      errors = await Promise.all([
        this.gpu.popErrorScope(),
        this.gpu.popErrorScope(),
      ]);
    }
    const error = errors[1] ?? errors[0];
    if (error) {
      free?.(made);
      throw new DeviceError(
        `Cannot allocate on "${this.adapter.name}": ${error.message}`,
      );
    }
    return made;
  }

  /** Releases the device. */
  destroy(): void {
    this.gpu.destroy();
  }

  /** Releases the device. */
  [Symbol.dispose](): void {
    this.destroy();
  }
}

/**
 * Opens the WebGPU device that the browser or Deno prefers: a GPU where there
 * is one, else an installed software adapter.
 *
 * @returns The device.
 * @throws {DeviceError} If there is no adapter, or the adapter has no device.
 *
 * @example
 * ```ts
 * import { openDevice } from "./device.ts";
 * using device = await openDevice();
 * if (device.adapter.name === "") throw new Error("expected a name");
 * ```
 */
export async function openDevice(): Promise<Device> {
  const adapter = await navigator.gpu?.requestAdapter({
    powerPreference: "high-performance",
  });
  if (!adapter) {
    throw new DeviceError("Cannot open a device: no WebGPU adapter was found");
  }
  const requiredLimits: Record<string, number> = {};
  for (const limit of REQUESTED_LIMITS) {
    requiredLimits[limit] = adapter.limits[limit];
  }
  const description = describeAdapter(adapter);
  try {
    const requiredFeatures = REQUESTED_FEATURES.filter((feature) =>
      adapter.features.has(feature)
    );
    const gpu = await adapter.requestDevice({
      requiredLimits,
      requiredFeatures,
    });
    return new Device(gpu, description);
  } catch (cause) {
    throw new DeviceError(`Cannot open a device on "${description.name}"`, {
      cause,
    });
  }
}
