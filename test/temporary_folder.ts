/**
 * Folders that are gone after the test.
 *
 * @module
 */

/** A folder; whoever holds it with `await using` need not remove it. */
export interface TemporaryFolder extends AsyncDisposable {
  /** Where it is. */
  readonly path: string;
  /** Removes it. */
  remove(): Promise<void>;
}

/**
 * Makes an empty folder.
 *
 * @returns The folder.
 */
export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await Deno.makeTempDir({ prefix: "slayer_test_" });
  const remove = () => Deno.remove(path, { recursive: true });
  return { path, remove, [Symbol.asyncDispose]: remove };
}
