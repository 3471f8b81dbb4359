/**
 * `deno task browser`: a page that plays recordings, runs networks and trains
 * one, in the browser itself.
 *
 * @module
 */

import { shownLine } from "../../dataset/files/shown_line.ts";
import { buildPage } from "../pages/browser/build_page.ts";
import { servePage } from "../pages/browser/serve_page.ts";
import {
  integer,
  optional,
  runCommand,
  text,
  withDefault,
} from "../command_line/command.ts";
import { saveFiles } from "../files/atomic_write.ts";

await runCommand({
  name: "deno task browser",
  summary: "Serves a page that plays recordings, runs networks and trains " +
    "one, in the browser itself.",
  examples: [
    "deno task browser",
    "deno task browser --port 9000",
    "deno task browser --out page",
  ],
  parameters: {
    port: withDefault(
      integer("--port", "Port of 127.0.0.1 to serve on", {
        min: 0,
        max: 65535,
      }),
      8000,
    ),
    out: optional(
      text("--out", "DIR", "Write the page there, as index.html, and end"),
    ),
  },
}, async ({ port, out }) => {
  const page = await buildPage();
  if (out === undefined) {
    const server = await servePage(page, port);
    console.log(`Open ${server.url}; Ctrl-C ends it`);
    await server.finished;
    return;
  }
  const [path] = await saveFiles(out, { "index.html": page.html });
  console.log(shownLine(`Open ${path}`));
});
