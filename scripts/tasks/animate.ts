/**
 * `deno task animate`: makes an animated GIF of a sample.
 *
 * @module
 */

import { shownLine } from "../../dataset/files/shown_line.ts";
import {
  choice,
  integer,
  message,
  option,
  string,
} from "npm:@optique/core@1.3.6";
import { counted } from "../../dataset/files/counted.ts";
import { runCommand } from "../command_line/command.ts";
import { animate } from "../views/pictures/animation/animation.ts";
import { planFrames } from "../views/pictures/animation/frame_plan.ts";
import { votesAt } from "../views/pictures/animation/votes_drawing.ts";
import { pictureNameOf } from "../views/pictures/samples/file_name.ts";
import {
  inputOf,
  type NetworkResponse,
  respond,
} from "../views/pictures/animation/network_response.ts";
import { cutWindow } from "../views/pictures/samples/cut_window.ts";
import { openSample } from "../views/pictures/samples/open_sample.ts";
import { createSample } from "../views/pictures/samples/sample.ts";
import {
  SAMPLE_PARAMETERS,
  takePart,
} from "../views/pictures/samples/sample_arguments.ts";
import { createProgress } from "../command_line/progress.ts";
import { saveFiles } from "../files/atomic_write.ts";

await runCommand({
  name: "deno task animate",
  summary:
    "Makes an animated GIF of a sample, and of a network's outputs for it.",
  examples: [
    "deno task animate data/recordings/user00_indoor.aedat --tag cat",
    "deno task animate --store data/sliced.zarr 0/cat --colours polarity",
    "deno task animate digit.bs2 --window 10 --slow 5 --size 340",
    "deno task animate data/recordings/user00_indoor.aedat --tag cat " +
    "--run output",
    "deno task animate digit.bs2 --json",
  ],
  parameters: {
    ...SAMPLE_PARAMETERS,
    run: option("--run", string({ metavar: "DIR" }), {
      description:
        message`Run whose network's outputs are shown beside the sample`,
    }).optional(),
    fold: option("--fold", integer({ metavar: "N", min: 1 }), {
      description:
        message`Fold of that network [the one tested on the recording, or the first]`,
    }).optional(),
    colours: option(
      "--colours",
      choice(["grey", "polarity"], { metavar: "grey|polarity" }),
      {
        description:
          message`ON minus OFF events in grey, or a colour for ON and one for OFF`,
      },
    ).withDefault("grey"),
    window: option("--window", integer({ metavar: "N", min: 1 }), {
      description: message`Time window of a frame, in ms`,
    }).withDefault(50),
    rate: option("--rate", integer({ metavar: "N", min: 1, max: 50 }), {
      description: message`Frames in a second`,
    }).withDefault(24),
    slow: option("--slow", integer({ metavar: "N", min: 1 }), {
      description:
        message`Slow-motion factor; without it, windows do not overlap`,
    }).optional(),
    size: option("--size", integer({ metavar: "N", min: 1, max: 2048 }), {
      description: message`Longest side of the events, in pixels`,
    }).withDefault(512),
    json: option("--json", {
      description: message`Print JSON, with the votes of a network`,
    }),
  },
}, async ({ run, fold, colours, window, rate, slow, size, json, ...args }) => {
  const { theme, out } = args;
  if (fold !== undefined && run === undefined) {
    throw new RangeError(
      `Cannot take fold ${fold}: only a run (--run) has folds`,
    );
  }
  const input = run === undefined ? {} : await inputOf(run);
  const { axes = input.axes, from = 0, to } = args;
  const whole = await openSample({ ...args, axes });
  const { windowMs } = input;
  const recorded = windowMs === undefined
    ? whole
    : cutWindow(whole, { startMs: from, lengthMs: windowMs });
  // Parts of a window are counted from its start.
  const part = windowMs === undefined
    ? args
    : { ...args, from: undefined, to: to && to - from };
  const response = run === undefined
    ? undefined
    : await respond(recorded, { run, fold });
  const spanned = { ...recorded, span: response?.span };
  const sample = takePart(createSample(recorded.events, spanned), part);
  const plan = planFrames(sample, { window, rate, slow });
  const total = plan.starts.length;
  using progress = json
    ? undefined
    : createProgress({ total, label: "frames" });
  const { bytes, width, height } = await animate(sample, {
    plan,
    colours,
    theme,
    size,
    response,
    onFrame: (done) => progress?.update(done),
  });
  const name = [
    pictureNameOf(sample.name, args),
    ...(colours === "grey" ? [] : [colours]),
    ...(theme === "light" ? [] : [theme]),
    ...(response === undefined ? [] : [`fold${response.fold}`]),
  ].join("_");
  const [path] = await saveFiles(out, { [`${name}.gif`]: bytes });
  if (json) {
    console.log(JSON.stringify({
      sample: sample.name,
      files: [{ path, kind: "animation", theme, form: "gif" }],
      frames: total,
      width,
      height,
      speed: plan.speed,
      ...(response === undefined ? {} : { network: votesOf(response) }),
    }));
    return;
  }
  progress?.finish(
    `${path}: ${counted(total, "frame")} of ${width}×${height} pixels, ` +
      `${Number(plan.speed.toPrecision(3))} times as fast as life`,
  );
  if (response === undefined) return;
  const seen = windowMs === undefined
    ? ""
    : `, ${from} to ${from + windowMs} ms`;
  console.log(shownLine(inWords(response, seen)));
});

/** Votes per class for the whole sample, with keys as in `evaluate`. */
function votesOf(response: NetworkResponse) {
  const { fold, names, label, prediction, logits } = response;
  const { values } = votesAt(response, Infinity);
  const votes = logits ? { probabilities: values } : { counts: values };
  return { fold, classes: names, label, prediction, ...votes };
}

/** Names the class with most votes in a window, and the true class. */
function inWords(response: NetworkResponse, seen: string): string {
  const { fold, names, label, logits } = response;
  const { values, leader } = votesAt(response, Infinity);
  const verdict = leader === undefined
    ? "no output spikes"
    : logits
    ? `${names[leader]} is most probable, ${Math.round(100 * values[leader])} %`
    : `${names[leader]} has most spikes, ${values[leader]}`;
  return `fold ${fold}${seen}: ${verdict}` +
    (label === undefined ? "" : `; the true class is ${names[label]}`);
}
