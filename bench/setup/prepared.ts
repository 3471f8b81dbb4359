/**
 * Lazy set-up of benchmarks.
 *
 * @module
 */

/**
 * Defers set-up until a benchmark that needs it runs: benchmarks excluded by a
 * filter cost nothing, and set-up falls into the untimed warm-up.
 *
 * @param setUp Creates the objects that benchmarks need.
 * @returns A function that calls `setUp` once and returns its result each time.
 */
export function prepared<T>(setUp: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= setUp();
}
