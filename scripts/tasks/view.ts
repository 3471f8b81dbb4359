/**
 * `deno task view`: a page that follows a run while it trains.
 *
 * @module
 */

import { shownLine } from "../../dataset/files/shown_line.ts";
import {
  flag,
  integer,
  runCommand,
  text,
  withDefault,
} from "../command_line/command.ts";
import { readAssets } from "../pages/live/assets.ts";
import { Follower } from "../pages/live/follower.ts";
import { servePage } from "../pages/live/server.ts";

await runCommand({
  name: "deno task view",
  summary: "Serves a page, on this machine only, that follows a run.",
  examples: [
    "deno task view --live",
    "deno task view --run output/slow --port 8080",
  ],
  parameters: {
    run: withDefault(
      text("--run", "DIR", "Folder of the run, which may be yet to begin"),
      "output",
    ),
    live: flag(
      "--live",
      "Follow whichever run was written to last, in DIR or a folder in it",
    ),
    port: withDefault(
      integer("--port", "Port of the page; 0 takes any that is free", {
        ...{ min: 0, max: 65535 },
      }),
      4690,
    ),
  },
}, async ({ run, live, port }) => {
  using follower = await Follower.start(run, { newest: live });
  const server = await servePage(follower, {
    assets: await readAssets(),
    port,
  });
  console.log(shownLine(`${server.url} follows ${run}; Ctrl-C ends it`));
  await server.finished;
});
