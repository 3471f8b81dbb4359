/**
 * `deno task follow`: classifies a live recording.
 *
 * @module
 */

import {
  argument,
  integer,
  message,
  option,
  string,
} from "npm:@optique/core@1.3.6";
import { binningOf } from "../configuration/model.ts";
import { readDuration } from "../configuration/schema/data.ts";
import { openPreferredDevice } from "../device/adapter.ts";
import { runCommand } from "../command_line/command.ts";
import { progressOutput } from "../command_line/progress.ts";
import { openModel } from "../experiment/evaluate_fold.ts";
import { EarlyEnd } from "../follow/early_end.ts";
import { openSource } from "../follow/event_source.ts";
import { followRecording } from "../follow/follow_recording.ts";
import { LiveView } from "../follow/live_view.ts";
import { playInTime } from "../follow/play_in_time.ts";
import { readAssets } from "../views/pages/live/assets.ts";
import { Follower } from "../views/pages/live/follower.ts";
import { servePage } from "../views/pages/live/server.ts";
import { headingOf, LiveLine, verdictLine } from "../follow/verdict_line.ts";
import type { LiveFilterOptions } from "../follow/live_filter.ts";
import { WindowBins } from "../follow/window_bins.ts";
import { windowLength } from "../follow/window_length.ts";
import { counted } from "../../dataset/files/counted.ts";
import { faultInWords } from "../../dataset/formats/reading/fault_counts.ts";
import type {
  EventBlock,
  OpenRecording,
} from "../../dataset/formats/reading/format.ts";
import { shownLine } from "../../dataset/files/shown_line.ts";
import { binsOf } from "../../engine/plan/sizes.ts";
import { stream } from "../../engine/stream/stream.ts";
import { foldsOf, readRun, type Run, trainedFolds } from "../run/reader.ts";
import type { Sensor } from "../../dataset/events.ts";

await runCommand({
  name: "deno task follow",
  summary: "Classifies a live recording, window by window.",
  examples: [
    "cat user00.raw | deno task follow - --run output",
    "deno task follow tcp://127.0.0.1:7777 --run output",
    "deno task follow udp://127.0.0.1:7777 --run output --json",
    "deno task follow gestures/wave/ann/1.csv --run gestures-run",
    "deno task follow user00.raw --run output --window '1500 ms' --page",
  ],
  parameters: {
    source: argument(string({ metavar: "SOURCE" }), {
      description:
        message`A recording: - for a pipe, tcp://HOST:PORT, udp://HOST:PORT, or a file`,
    }),
    run: option("--run", string({ metavar: "DIR" }), {
      description: message`Run whose network classifies it`,
    }),
    fold: option("--fold", integer({ metavar: "N", min: 1 }), {
      description: message`Fold of that network [the first that was trained]`,
    }).optional(),
    window: option("--window", string({ metavar: "TIME" }), {
      description:
        message`Length of a window that is cut into slices (input.slices), such as 1500ms [as in training, or the median training sample]`,
    }).optional(),
    page: option("--page", {
      description:
        message`Also show it on the run's live page until Ctrl-C; a file plays at recorded speed`,
    }),
    port: option("--port", integer({ metavar: "N", min: 0, max: 65535 }), {
      description: message`Port of the page; 0 for any free one`,
    }).withDefault(4690),
    json: option("--json", {
      description: message`Print a line of JSON for each window`,
    }),
  },
}, async ({ source, run: folder, fold: chosen, json, ...options }) => {
  const { window: asked, page } = options;
  const run = await readRun(folder);
  const { configuration } = run;
  const filter = liveFilterOf(run);
  const trained = await trainedFolds(run, await foldsOf(run));
  const fold = chosen === undefined
    ? trained[0]
    : trained.find(({ number }) => number === chosen);
  if (fold === undefined) {
    const which = chosen === undefined ? "" : ` of fold ${chosen}`;
    throw new Error(`Cannot use run "${folder}": it has no weights${which}`);
  }
  const { source: { sensor, classes, timing } } = fold.test;
  const length = windowLength(configuration, {
    asked: asked === undefined ? undefined : readDuration(asked),
    fold,
  });
  const { ms: windowMs } = length;
  using device = await openPreferredDevice();
  using model = await openModel(device, fold, {
    configuration,
    weights: run.weights.get(fold.number)!,
  });
  using running = await stream(model);
  const { Ts, slices } = model.description;
  const bins = slices ?? binsOf(windowMs, Ts);
  const fine = model.eventBinning({ tSample: windowMs }).bins / bins;
  const windows = new WindowBins({
    method: slices === undefined ? binningOf(configuration).method : "slices",
    lengthUs: 1000 * windowMs,
    bins,
    fine,
    fineMs: (slices === undefined ? Ts : windowMs / slices) / fine,
    unitUs: timing.unitUs,
    sensor,
    filter,
  });
  if (length.guessed) {
    console.error(
      `windows of ${windowMs} ms, the median training sample; --window sets others`,
    );
  }
  const axes = axesOf(run);
  using early = new EarlyEnd();
  const { signal } = early;
  const { recording, received } = await openSource(source, { axes, signal })
    .catch((error) => {
      early.throwIfEarly();
      throw error;
    });
  requireFit(recording, { source, sensor, axes });
  const view = new LiveView({ source, classes, sensor, windowMs, bins });
  await using served = page
    ? await serveView(folder, { view, port: options.port })
    : undefined;
  const output = progressOutput();
  const line = new LiveLine(output);
  // The last column is left to the cursor.
  const width = () => output.terminal ? output.columns() - 1 : undefined;
  const isFile = source !== "-" && !/^\w+:\/\//.test(source);
  const played = page && isFile
    ? playInTime(recording.blocks())
    : recording.blocks();
  const come = early.before(played, { isFile });
  const blocks = page ? seenBy(view, come) : come;
  let verdicts = 0;
  for await (
    const verdict of followRecording(blocks, { stream: running, windows })
  ) {
    const columns = width();
    if (verdicts === 0 && !json) {
      line.show(headingOf(columns), { final: true });
    }
    verdicts++;
    if (page) view.show(verdict);
    const { window, ended, events, label, scores, latencyMs } = verdict;
    if (!json) {
      const text = verdictLine(verdict, { classes, windowMs, columns });
      line.show(text, { final: ended });
    } else if (ended) {
      const startMs = window * windowMs;
      const named = label === undefined ? null : classes[label];
      console.log(
        JSON.stringify({
          window,
          startMs,
          events,
          class: named,
          label,
          scores,
          latencyMs,
        }),
      );
    }
  }
  for (
    const [count, problem] of [
      [windows.late, "came after their bin"],
      [windows.outside, "are not on the sensor"],
      [windows.hot, "come from a hot pixel (training.filter)"],
      [windows.noise, "have no recent neighbour (training.filter)"],
      [windows.beyond, "round to beyond their window, as in a test"],
    ] as const
  ) {
    if (count === 0) continue;
    console.error(`left out: events that ${problem}: ${count}`);
  }
  for (const fault of recording.faults) {
    console.error(`left out: ${faultInWords(fault)}`);
  }
  if (received) {
    const { datagrams, bytes } = received();
    console.error(
      `received: ${counted(datagrams, "datagram")} of ${bytes} bytes in all`,
    );
  }
  early.throwIfEarly();
  if (verdicts === 0) {
    throw new Error(`Cannot follow "${source}": it has no events`);
  }
  view.end();
  // From here on a signal ends the process, and with it the page.
  early[Symbol.dispose]();
  await served?.finished;
});

/** Serves a live page with the recording and the run. */
async function serveView(
  folder: string,
  { view, port }: { readonly view: LiveView; readonly port: number },
): Promise<AsyncDisposable & { readonly finished: Promise<void> }> {
  const follower = await Follower.start(folder, { newest: false });
  const assets = await readAssets();
  const server = await servePage(follower, { assets, port, live: view });
  // Standard output is for JSON lines.
  console.error(shownLine(`${server.url} shows it; Ctrl-C ends it`));
  return {
    finished: server.finished,
    async [Symbol.asyncDispose]() {
      follower[Symbol.dispose]();
      await server.shutdown();
    },
  };
}

/** Adds events to a view before they are classified. */
async function* seenBy(
  view: LiveView,
  blocks: AsyncIterable<EventBlock>,
): AsyncGenerator<EventBlock, void, void> {
  for await (const block of blocks) {
    view.add(block);
    yield block;
  }
}

/** Returns the filters of a run, of those that need no whole samples. */
function liveFilterOf({ folder, configuration }: Run): LiveFilterOptions {
  const { filter } = configuration.training;
  const whole = (["hot_pixels", "downsample_space", "downsample_time"] as const)
    .find((key) => filter?.[key] !== undefined);
  if (whole === undefined) {
    return {
      hotRatio: filter?.hot_ratio,
      backgroundActivity: filter?.background_activity,
    };
  }
  throw new Error(
    `Cannot follow with run "${folder}": it was trained on filtered samples ` +
      `(training.filter.${whole}), and that filter sees a whole sample`,
  );
}

/** Orientation of AEDAT coordinates in the run's training. */
function axesOf({ configuration }: Run): "reference" | "jaer" {
  const { data, training: { path } } = configuration;
  return data === undefined && path.train === undefined ? "reference" : "jaer";
}

/** Requires a recording that fits the network's sensor. */
function requireFit(
  { format, sensor: own }: OpenRecording,
  { source, sensor, axes }: {
    readonly source: string;
    readonly sensor: Sensor;
    readonly axes: "reference" | "jaer";
  },
): void {
  const size = ({ width, height }: Sensor) => `${width}×${height}`;
  if (own !== undefined && size(own) !== size(sensor)) {
    throw new RangeError(
      `Cannot follow "${source}": it has ${size(own)} pixels, the network ` +
        `takes ${size(sensor)}`,
    );
  }
  if (axes === "reference" && !format.startsWith("AEDAT")) {
    throw new RangeError(
      `Cannot follow "${source}": the network was trained with the axes of ` +
        `SLAYER's programs, which AEDAT can be read with, not ${format}`,
    );
  }
}
