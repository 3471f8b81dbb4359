/**
 * `deno task view`: a page that follows a run while it trains.
 *
 * @module
 */

import { integer, message, option, string } from "npm:@optique/core@1.3.6";
import { shownLine } from "../../dataset/files/shown_line.ts";
import { runCommand } from "../command_line/command.ts";
import { readAssets } from "../views/pages/live/assets.ts";
import { Follower } from "../views/pages/live/follower.ts";
import { servePage } from "../views/pages/live/server.ts";
import { requireOneRun } from "../run/seeds.ts";

await runCommand({
  name: "deno task view",
  summary: "Serves a page, on this machine only, that follows a run.",
  examples: [
    "deno task view --live",
    "deno task view --run output/slow --port 8080",
  ],
  parameters: {
    run: option("--run", string({ metavar: "DIR" }), {
      description: message`Folder of the run, which may not have begun`,
    }).withDefault("output"),
    live: option("--live", {
      description:
        message`Follow the most recently written run, in DIR or a folder in it`,
    }),
    port: option("--port", integer({ metavar: "N", min: 0, max: 65535 }), {
      description: message`Port of the page; 0 for any free one`,
    }).withDefault(4690),
  },
}, async ({ run, live, port }) => {
  if (!live) await requireOneRun(run);
  using follower = await Follower.start(run, { newest: live });
  const server = await servePage(follower, {
    assets: await readAssets(),
    port,
  });
  console.log(shownLine(`${server.url} follows ${run}; Ctrl-C ends it`));
  await server.finished;
});
