/**
 * Range checks of numbers that are converted to float32 on the device.
 *
 * @module
 */

/**
 * Checks that a number is finite as a float32.
 *
 * @param value The number.
 * @returns `true` if the number is finite.
 */
export function isFinite32(value: number): boolean {
  return Number.isFinite(value) && Number.isFinite(Math.fround(value));
}

/**
 * Checks that a number is finite and not negative as a float32.
 *
 * @param value The number.
 * @returns `true` if the number is finite and at least 0.
 */
export function isFrom0(value: number): boolean {
  return isFinite32(value) && value >= 0;
}

/**
 * Checks that a number is finite and positive as a float32.
 *
 * @param value The number.
 * @returns `true` if the number is finite and above 0.
 */
export function isPositive(value: number): boolean {
  return isFinite32(value) && Math.fround(value) > 0;
}
