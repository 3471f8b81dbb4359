/**
 * `deno task show`: draws a sample.
 *
 * @module
 */

import { message, option } from "npm:@optique/core@1.3.6";
import { join } from "node:path";
import { shownLine } from "../../dataset/files/shown_line.ts";
import { runCommand } from "../command_line/command.ts";
import { eventPicture } from "../views/pictures/event_picture.ts";
import { pictureNameOf } from "../views/pictures/samples/file_name.ts";
import { openSample } from "../views/pictures/samples/open_sample.ts";
import { ratePlot } from "../views/pictures/rate_plot.ts";
import { renderPng, renderSvg } from "../views/pictures/render.ts";
import { createSample } from "../views/pictures/samples/sample.ts";
import {
  SAMPLE_PARAMETERS,
  takePart,
} from "../views/pictures/samples/sample_arguments.ts";
import { spaceTimeView } from "../views/pictures/space_time/space_time.ts";
import { saveFiles } from "../files/atomic_write.ts";

await runCommand({
  name: "deno task show",
  summary: "Draws a sample as PNG and SVG: event picture, event rate, and a " +
    "view of x, y and time.",
  examples: [
    "deno task show data/recordings/user00_indoor.aedat --tag cat",
    "deno task show --store data/sliced.zarr user00_indoor/cat --theme dark",
    "deno task show data/sliced_recordings/user00_indoor_00.npy --to 500",
    "deno task show data/recordings/user00_indoor.aedat --json",
  ],
  parameters: {
    ...SAMPLE_PARAMETERS,
    json: option("--json", {
      description: message`Print JSON, with a description of every file`,
    }),
  },
}, async ({ theme, out, json, ...args }) => {
  const recorded = await openSample(args);
  const sample = takePart(createSample(recorded.events, recorded), args);
  const name = pictureNameOf(sample.name, args);
  const suffix = theme === "light" ? "" : `_${theme}`;
  const charts = {
    events: eventPicture(sample, theme),
    rate: ratePlot(sample, theme),
    space_time: spaceTimeView(sample, theme),
  };
  const files: Record<string, string | Uint8Array> = {};
  const shown: { path: string; kind: string; theme: string; form: string }[] =
    [];
  for (const [kind, chart] of Object.entries(charts)) {
    const svg = await renderSvg(chart);
    const forms = { png: await renderPng(svg), svg };
    for (const [form, content] of Object.entries(forms)) {
      const file = `${name}_${kind}${suffix}.${form}`;
      files[file] = content;
      shown.push({ path: join(out, file), kind, theme, form });
    }
  }
  const paths = await saveFiles(out, files);
  if (json) {
    console.log(JSON.stringify({ sample: sample.name, files: shown }));
    return;
  }
  for (const path of paths) console.log(shownLine(path));
});
