/**
 * Set-up that is left out where no benchmark needs it.
 *
 * @module
 */

/**
 * Puts set-up off until a benchmark runs that needs it: benchmarks that a filter
 * leaves out cost nothing then, and warm-up takes the set-up.
 *
 * @param setUp Makes what benchmarks need.
 * @returns Gives it, made on the first call.
 */
export function prepared<T>(setUp: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= setUp();
}
