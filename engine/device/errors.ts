/**
 * Errors of devices, kernels and shapes that a caller may want to catch.
 *
 * @module
 */

/** There is no WebGPU device, it was lost, or it ran out of memory. */
export class DeviceError extends Error {
  /** `"DeviceError"`. */
  override readonly name = "DeviceError";
}

/** A kernel that the device rejects. */
export class KernelError extends Error {
  /** `"KernelError"`. */
  override readonly name = "KernelError";
  /** Operator and direction. */
  readonly kernel: string;

  /**
   * Creates an error with its message.
   *
   * @param kernel Operator and direction.
   * @param problem The device's message.
   * @param options The error that caused this one.
   */
  constructor(kernel: string, problem: string, options?: ErrorOptions) {
    super(`Cannot compile kernel "${kernel}": ${problem}`, options);
    this.kernel = kernel;
  }
}

/** Sizes that are inconsistent or exceed the device's limits. */
export class ShapeError extends Error {
  /** `"ShapeError"`. */
  override readonly name = "ShapeError";
}
