/**
 * `deno task completions`: prints a script that completes tasks in a shell.
 *
 * @module
 */

import { argument, choice, message } from "npm:@optique/core@1.3.6";
import { listCommands, runCommand } from "../command_line/command.ts";
import { bashScript } from "../command_line/completion_bash.ts";
import { fishScript } from "../command_line/completion_fish.ts";
import { zshScript } from "../command_line/completion_zsh.ts";

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

await runCommand({
  name: "deno task completions",
  summary: "Prints a script that completes tasks and their options in a shell.",
  examples: [
    "deno task completions bash >> ~/.bashrc",
    "deno task completions zsh >> ~/.zshrc",
    "deno task completions fish > ~/.config/fish/conf.d/deno_tasks.fish",
  ],
  parameters: {
    shell: argument(
      choice(["bash", "zsh", "fish"], { metavar: "bash|zsh|fish" }),
      { description: message`The shell` },
    ),
  },
}, async ({ shell }) => {
  const configuration = new URL("../../deno.json", import.meta.url);
  const { tasks } = JSON.parse(await Deno.readTextFile(configuration)) as {
    tasks: Record<string, { readonly description: string }>;
  };
  const commands = await listCommands(() =>
    Promise.all([
      import("./animate.ts"),
      import("./browser.ts"),
      import("./convert.ts"),
      import("./demo.ts"),
      import("./distributed.ts"),
      import("./evaluate.ts"),
      import("./follow.ts"),
      import("./inspect.ts"),
      import("./online.ts"),
      import("./plot.ts"),
      import("./results.ts"),
      import("./ridge.ts"),
      import("./show.ts"),
      import("./slice.ts"),
      import("./sweep.ts"),
      import("./synth.ts"),
      import("./train.ts"),
      import("./train_test_only.ts"),
      import("./view.ts"),
    ])
  );
  console.log(SCRIPTS[shell](
    Object.entries(tasks).map(([name, { description }]) => ({
      name,
      description,
      options: commands.find((command) => command.name === `deno task ${name}`)
        ?.options ?? [],
    })),
  ));
});
