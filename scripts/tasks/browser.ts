/**
 * `deno task browser`: a page that plays recordings, runs networks and trains a
 * network in the browser.
 *
 * @module
 */

import { integer, message, option, string } from "npm:@optique/core@1.3.6";
import { shownLine } from "../../dataset/files/shown_line.ts";
import { buildPage } from "../views/pages/browser/build_page.ts";
import { servePage } from "../views/pages/browser/serve_page.ts";
import { runCommand } from "../command_line/command.ts";
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
    port: option("--port", integer({ metavar: "N", min: 0, max: 65535 }), {
      description: message`Port of 127.0.0.1 to serve on`,
    }).withDefault(8000),
    out: option("--out", string({ metavar: "DIR" }), {
      description: message`Write the page there, as index.html, and end`,
    }).optional(),
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
