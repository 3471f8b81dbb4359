/**
 * `deno task animate`: makes an animated GIF of a sample.
 *
 * @module
 */

import {
  choice,
  integer,
  optional,
  runCommand,
  withDefault,
} from "./command_line.ts";
import { animate } from "./pictures/animation.ts";
import { planFrames } from "./pictures/animation/frame_plan.ts";
import { fileNameOf } from "./pictures/file_name.ts";
import { readSample, SAMPLE_PARAMETERS } from "./pictures/sample_arguments.ts";
import { createProgress } from "./progress.ts";
import { saveFiles } from "./save_files.ts";

await runCommand({
  name: "deno task animate",
  summary: "Makes an animated GIF of a sample.",
  examples: [
    "deno task animate data/recordings/user00_indoor.aedat --tag cat",
    "deno task animate --store data/sliced.zarr 0/cat --colours polarity",
    "deno task animate digit.bs2 --window 10 --slow 5 --size 340",
  ],
  parameters: {
    ...SAMPLE_PARAMETERS,
    colours: withDefault(
      choice(
        "--colours",
        ["grey", "polarity"],
        "ON minus OFF events in grey, or a colour for ON and one for OFF",
      ),
      "grey",
    ),
    window: withDefault(
      integer("--window", "ms that a frame shows", { min: 1 }),
      50,
    ),
    rate: withDefault(
      integer("--rate", "Frames in a second", { min: 1, max: 50 }),
      24,
    ),
    slow: optional(
      integer(
        "--slow",
        "How many times slower than life; else one window follows another",
        { min: 1 },
      ),
    ),
    size: withDefault(
      integer("--size", "Longest side, in pixels, to fill", {
        min: 1,
        max: 2048,
      }),
      512,
    ),
  },
}, async ({ colours, window, rate, slow, size, theme, out, ...location }) => {
  const sample = await readSample(location);
  const plan = planFrames(sample, { window, rate, slow });
  const total = plan.starts.length;
  using progress = createProgress({ total, label: "frames" });
  const { bytes, width, height } = await animate(sample, {
    ...{ plan, colours, theme, size },
    onFrame: (done) => progress.update(done),
  });
  const kinds = [colours, theme].filter((it) =>
    it !== "grey" && it !== "light"
  );
  const name = [fileNameOf(sample.name), ...kinds].join("_");
  const [path] = await saveFiles(out, { [`${name}.gif`]: bytes });
  progress.finish(
    `${path}: ${total} ${
      total === 1 ? "frame" : "frames"
    } of ${width}×${height} pixels, ` +
      `${Number(plan.speed.toPrecision(3))} times as fast as life`,
  );
});
