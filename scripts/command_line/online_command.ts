/**
 * The command that runs a task with one server in reach.
 *
 * @module
 */

import { givenArguments, runningCommand } from "./command.ts";
import { quote } from "./quote.ts";

/**
 * Words the running command again, so that it may reach a server.
 *
 * @param host Name and port of the server.
 * @returns A line for a shell.
 */
export function onlineCommand(host: string): string {
  const task = runningCommand().replace(/^deno task /, "");
  return ["deno task online", host, task, ...givenArguments().map(quote)]
    .join(" ");
}
