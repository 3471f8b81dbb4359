/**
 * Names of the classes on the page, and the role of each for a sample.
 *
 * @module
 */

/** Class names, label and prediction of a sample. */
export interface ClassRoles {
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** True class of the sample, if it is known. */
  readonly label: number | undefined;
  /** Class predicted by the network. */
  readonly prediction: number;
}

/**
 * Names an output; a network may have more outputs than there are classes.
 *
 * @param output The output, counted from 0.
 * @param classes Names of the classes.
 * @returns Its name.
 */
export function nameOf(output: number, classes: readonly string[]): string {
  return classes[output] ?? `class ${output + 1}`;
}

/**
 * Finds the role of a class.
 *
 * @param output The class, counted from 0.
 * @param roles Label and prediction of the sample.
 * @returns `target` for the true class, or for the predicted one if that is
 * unknown; `mistaken` for a predicted class that is wrong.
 */
export function roleOf(
  output: number,
  { label, prediction }: ClassRoles,
): "target" | "mistaken" | undefined {
  if (output === (label ?? prediction)) return "target";
  return output === prediction ? "mistaken" : undefined;
}
