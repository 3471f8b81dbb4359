/**
 * Classifies a recording as it comes.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { median, sum } from "npm:d3-array@3.2.4";
import type { EventBlock } from "../../dataset/formats/reading/format.ts";
import type { NetworkStream } from "../../engine/stream/stream.ts";
import { probabilitiesAt } from "../experiment/readout_scores.ts";
import type { WindowBins } from "./window_bins.ts";

/** What the network has decided of a window. */
export interface Verdict {
  /** Number of the window, counted from 0. */
  readonly window: number;
  /** Bins of the window so far. */
  readonly bins: number;
  /** Whether the window has ended. */
  readonly ended: boolean;
  /** Events of the window so far. */
  readonly events: number;
  /** The class of the largest score; `undefined` without an output spike. */
  readonly label: number | undefined;
  /** Scores of the classes, as `predict()` gives them. */
  readonly scores: readonly number[];
  /** Share of each class: of the output spikes, or its probability. */
  readonly shares: readonly number[];
  /**
   * Median time, in the window so far, from the events of a chunk of bins to the
   * decision after its last, in ms.
   */
  readonly latencyMs: number;
}

/**
 * Runs a network on a recording, window by window, each from rest.
 *
 * @param blocks Its events.
 * @param options The stream of the network, and how events are cut and binned.
 * @returns A verdict for each chunk of bins, as soon as it is there.
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
