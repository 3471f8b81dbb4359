/**
 * What a caller of the engine may want to catch.
 *
 * @module
 */

/** No WebGPU device can be had, it is lost, or it ran out of memory. */
export class DeviceError extends Error {
  /** `"DeviceError"`. */
  override readonly name = "DeviceError";
}

/** A kernel that the device does not accept. */
export class KernelError extends Error {
  /** `"KernelError"`. */
  override readonly name = "KernelError";
  /** Operator and direction. */
  readonly kernel: string;

  /**
   * Words the problem.
   *
   * @param kernel Operator and direction.
   * @param problem What the device says.
   * @param options The error beneath.
   */
  constructor(kernel: string, problem: string, options?: ErrorOptions) {
    super(`Cannot compile kernel "${kernel}": ${problem}`, options);
    this.kernel = kernel;
  }
}

/** Sizes that do not fit one another, or not the device. */
export class ShapeError extends Error {
  /** `"ShapeError"`. */
  override readonly name = "ShapeError";
}
