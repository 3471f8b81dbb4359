/**
 * Command line that grants a task access to one server.
 *
 * @module
 */

import { givenArguments, runningCommand } from "./command.ts";
import { quote } from "./quote.ts";

/**
 * Formats the running command line with access to a server.
 *
 * @param host Name and port of the server.
 * @returns A line to copy into a shell.
 */
export function onlineCommand(host: string): string {
  const task = runningCommand().replace(/^deno task /, "");
  return ["deno task online", host, task, ...givenArguments().map(quote)]
    .join(" ");
}
