/**
 * `deno task online`: runs a task with access to one server, to read its event
 * store. The task keeps its own permissions besides.
 *
 * @module
 */

import { argument, choice, message, string } from "npm:@optique/core@1.3.6";
import { EarlyExit, runCommand } from "../command_line/command.ts";

/** Tasks that can read an event store. */
const TASKS = [
  ...["train", "train-test-only", "evaluate", "ridge", "plot"],
  ...["inspect", "show", "animate"],
];

/** A host name or address, optionally with a port. */
const HOST = /^([a-z\d](?:[a-z\d.-]*[a-z\d])?|\[[\da-f:.]+\])(:\d{1,5})?$/i;

/** Signals that are passed on to the task. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

await runCommand({
  name: "deno task online",
  summary: "Runs a task with access to one server, to read its event store.",
  examples: [
    "deno task online example.org train --data https://example.org/my.zarr",
    "deno task online 127.0.0.1:8000 inspect http://127.0.0.1:8000/events.zarr",
    "deno task online example.org evaluate --run output",
  ],
  parameters: {
    host: argument(string({ metavar: "HOST" }), {
      description: message`The server, such as example.org or 127.0.0.1:8000`,
    }),
    task: argument(choice(TASKS, { metavar: "TASK" }), {
      description: message`The task: ${TASKS.join(", ")}`,
    }),
    args: argument(string({ metavar: "ARGUMENT" }), {
      description: message`Arguments of the task`,
    }).multiple(),
  },
  own: 2,
}, async ({ host, task }, theirs) => {
  if (!HOST.test(host)) {
    throw new RangeError(
      `Cannot reach "${host}": expected a server such as example.org or ` +
        "127.0.0.1:8000",
    );
  }
  const { tasks } = JSON.parse(await Deno.readTextFile("deno.json"));
  // Some commands begin with a variable that lists the GPUs of the machine.
  const words = tasks[task].command.split("deno run ").at(-1).split(" ");
  const child = new Deno.Command("deno", {
    args: ["run", `--allow-net=${host}`, ...words, ...theirs],
  }).spawn();
  for (const signal of SIGNALS) {
    // Windows has no SIGTERM.
    if (Deno.build.os === "windows" && signal === "SIGTERM") continue;
    Deno.addSignalListener(signal, () => child.kill(signal));
  }
  throw new EarlyExit((await child.status).code);
});
