/**
 * What classes are called on the page, and the part each plays for a sample.
 *
 * @module
 */

/** What is known of the classes of a sample that a network saw. */
export interface ClassRoles {
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** The class of the sample, where it is known. */
  readonly label: number | undefined;
  /** The class that the network takes it for. */
  readonly prediction: number;
}

/**
 * Names an output, of which there may be more than classes.
 *
 * @param output The output, counted from 0.
 * @param classes Names of the classes.
 * @returns Its name.
 */
export function nameOf(output: number, classes: readonly string[]): string {
  return classes[output] ?? `class ${output + 1}`;
}

/**
 * Tells which part a class plays.
 *
 * @param output The class, counted from 0.
 * @param roles What is known of the classes.
 * @returns `target` for the class of the sample, or the one it is taken for
 * where that is not known; `mistaken` for the class that it is mistaken for.
 */
export function roleOf(
  output: number,
  { label, prediction }: ClassRoles,
): "target" | "mistaken" | undefined {
  if (output === (label ?? prediction)) return "target";
  return output === prediction ? "mistaken" : undefined;
}
