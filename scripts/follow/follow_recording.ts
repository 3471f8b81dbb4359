/**
 * Classifies a live recording.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { median, sum } from "npm:d3-array@3.2.4";
import type { EventBlock } from "../../dataset/formats/reading/format.ts";
import type { NetworkStream } from "../../engine/stream/stream.ts";
import { probabilitiesAt } from "../experiment/readout_scores.ts";
import type { WindowBins } from "./window_bins.ts";

/** Decision of the network on a window. */
export interface Verdict {
  /** Number of the window, counted from 0. */
  readonly window: number;
  /** Bins processed so far. */
  readonly bins: number;
  /** Whether the window has ended. */
  readonly ended: boolean;
  /** Events counted so far. */
  readonly events: number;
  /** Class of the largest score; `undefined` without output spikes. */
  readonly label: number | undefined;
  /** Scores of the classes, as `predict()` gives them. */
  readonly scores: readonly number[];
  /** Share of the output spikes, or probability, of each class. */
  readonly shares: readonly number[];
  /**
   * Median latency in the window so far, in ms: from the arrival of a chunk's
   * events to the decision after its last bin.
   */
  readonly latencyMs: number;
}

/**
 * Runs a network on a recording, window by window. Each starts at rest.
 *
 * @param blocks Events of the recording.
 * @param options Stream of the network; windows and binning of events.
 * @returns A decision per chunk of bins, as soon as it is available.
 * @throws {RecordingError} If the recording is damaged.
 * @throws {DeviceError} If the device was lost.
 */
export async function* followRecording(
  blocks: AsyncIterable<EventBlock>,
  { stream, windows }: {
    readonly stream: NetworkStream;
    readonly windows: WindowBins;
  },
): AsyncGenerator<Verdict, void, void> {
  let events = 0;
  let latencies: number[] = [];
  const chunks = async function* () {
    for await (const block of blocks) yield* windows.add(block);
    yield* windows.end();
  };
  for await (const { window, bins, words, ends } of chunks()) {
    events += words.length;
    const begun = performance.now();
    const step = await stream.push(words, bins);
    latencies.push(performance.now() - begun);
    const { label, scores } = step.decisions[step.decisions.length - 1];
    const spikes = sum(scores);
    const isReadout = step.outputs !== undefined;
    yield {
      window,
      bins: step.bins,
      ended: ends,
      events,
      label: isReadout || spikes > 0 ? label : undefined,
      scores,
      shares: isReadout
        ? probabilitiesAt(scores.map((score) => [score]), 0)
        : scores.map((score) => spikes > 0 ? score / spikes : 0),
      latencyMs: median(latencies)!,
    };
    if (!ends) continue;
    stream.reset();
    events = 0;
    latencies = [];
  }
}
