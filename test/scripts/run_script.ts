/**
 * Commands, run as a user runs them: in a process of their own.
 *
 * @module
 */

/** Exit status and output of a process. */
export interface Outcome {
  /** Its exit code. */
  readonly code: number;
  /** Standard output. */
  readonly stdout: string;
  /** Standard error. */
  readonly stderr: string;
}

/**
 * Runs a script.
 *
 * @param script Path from the top of the repository, or absolute.
 * @param args Its arguments.
 * @param options Permissions, such as `--allow-read`, and variables set.
 * @returns Its exit status and output.
 */
export async function runScript(
  script: string,
  args: readonly string[],
  { permissions = [], env = {} }: {
    permissions?: readonly string[];
    env?: Record<string, string>;
  } = {},
): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--config", "deno.json"],
      ...[...permissions, script, ...args],
    ],
    cwd: new URL("../..", import.meta.url),
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
