/**
 * State of a live recording and its classification, for a page.
 *
 * @module
 */

import type { Sensor } from "../../dataset/events.ts";
import type { EventBlock } from "../../dataset/formats/reading/format.ts";
import type { LivePart } from "../views/pages/live/page_data.ts";
import type { LiveSource } from "../views/pages/live/server.ts";
import {
  GREYS,
  paintDifferences,
  typicalLimit,
} from "../views/pictures/differences.ts";
import { imageUrl } from "../views/pictures/gif.ts";
import type { Verdict } from "./follow_recording.ts";

/** Exposure of the event picture, in ms. */
const STRETCH_MS = 100;

/** Number of earlier windows that are listed. */
const PAST = 8;

/** Facts about a live recording. */
export interface LiveFacts {
  /** Its source. */
  readonly source: string;
  readonly classes: readonly string[];
  readonly sensor: Sensor;
  /** Length of a window in ms, and its number of bins. */
  readonly windowMs: number;
  readonly bins: number;
}

/** Collects the state of the page; may be read at any time. */
export class LiveView implements LiveSource {
  readonly #facts: LiveFacts;
  readonly #listeners = new Set<() => void>();
  /**
   * ON minus OFF events per pixel of the current and the last whole picture.
   */
  #counts: Int32Array;
  #drawn: Int32Array | undefined;
  #startUs: number | undefined;
  #lastUs = 0;
  #stretch = 0;
  #ended = false;
  #verdict: Verdict | undefined;
  #past: string[][] = [];

  /** @param facts Facts about the recording. */
  constructor(facts: LiveFacts) {
    this.#facts = facts;
    this.#counts = this.#blank();
  }

  /**
   * Adds events to the picture.
   *
   * @param block The events.
   */
  add({ x, y, t, p }: EventBlock): void {
    const { width, height } = this.#facts.sensor;
    for (let i = 0; i < t.length; i++) {
      this.#startUs ??= t[i];
      this.#lastUs = Math.max(this.#lastUs, t[i]);
      const stretch = Math.floor((t[i] - this.#startUs) / (1000 * STRETCH_MS));
      if (stretch > this.#stretch) {
        this.#stretch = stretch;
        this.#drawn = this.#counts;
        this.#counts = this.#blank();
      }
      if (x[i] < width && y[i] < height) {
        this.#counts[y[i] * width + x[i]] += 2 * p[i] - 1;
      }
    }
  }

  /**
   * Adds a decision of the network.
   *
   * @param verdict The decision.
   */
  show(verdict: Verdict): void {
    this.#verdict = verdict;
    if (verdict.ended) {
      const { label, shares, events } = verdict;
      const share = (value: number) => `${Math.round(100 * value)} %`;
      this.#past.unshift([
        `${this.#secondsAt(verdict.window)} s`,
        ...(label === undefined
          ? ["no output spike", "–"]
          : [this.#facts.classes[label], share(shares[label])]),
        String(events),
      ]);
      this.#past.length = Math.min(this.#past.length, PAST);
    }
    this.#tell();
  }

  /** Marks the recording as ended. */
  end(): void {
    this.#ended = true;
    this.#tell();
  }

  /** Registers a listener for changes; returns a function that removes it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Current state of the recording. */
  get part(): LivePart {
    const { source, classes, sensor, windowMs, bins } = this.#facts;
    const verdict = this.#verdict;
    const seconds = (this.#lastUs - (this.#startUs ?? 0)) / 1e6;
    const drawn = this.#drawn;
    return {
      source,
      time: verdict === undefined
        ? "no window yet"
        : `${seconds.toFixed(1)} s${this.#ended ? ", ended" : ""}`,
      stretch: `the latest ${STRETCH_MS} ms`,
      picture: drawn && imageUrl(
        paintDifferences(drawn, sensor.width, typicalLimit([drawn])),
        GREYS,
      ),
      window: verdict === undefined
        ? `Windows of ${windowMs} ms`
        : `${this.#secondsAt(verdict.window)} to ` +
          `${this.#secondsAt(verdict.window + 1)} s, ${verdict.events} ` +
          `events, decided after ${Math.round(verdict.latencyMs)} ms`,
      progress: verdict === undefined ? 0 : verdict.bins / bins,
      leads: verdict?.label,
      classes: classes.map((name, index) => ({
        name,
        share: verdict?.shares[index] ?? 0,
      })),
      past: [["window", "class", "share", "events"], ...this.#past],
    };
  }

  /** Start of a window, in s. */
  #secondsAt(window: number): string {
    return (window * this.#facts.windowMs / 1000).toFixed(2);
  }

  #blank(): Int32Array {
    const { width, height } = this.#facts.sensor;
    return new Int32Array(width * height);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
