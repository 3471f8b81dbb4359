/**
 * Slicing recordings on other threads.
 *
 * @module
 */

import type { RecordingAttributes } from "../store/attributes.ts";
import { putTogether, type ThreadProblem } from "../threads/worker_error.ts";
import type { SliceJob } from "./slicer.ts";

/** What a worker sends back: attributes of a group, or why there is none. */
export type SliceAnswer =
  | { readonly attributes: RecordingAttributes }
  | { readonly problem: ThreadProblem };

/** Threads that slice recordings, started as they are needed. */
export class SliceWorkers implements Disposable {
  readonly #all: Worker[] = [];
  readonly #idle: Worker[] = [];

  /**
   * Slices a recording on a thread that has nothing else to do.
   *
   * @param job What to slice, and where to.
   * @returns The attributes of the group, which is then whole.
   * @throws {RecordingError} If the recording cannot be read.
   * @throws {DatasetError} If a tag does not fit the recording, or if the group
   *   cannot be written.
   */
  async slice(job: SliceJob): Promise<RecordingAttributes> {
    const worker = this.#idle.pop() ?? this.#start();
    const answer = await ask(worker, job);
    this.#idle.push(worker);
    if ("problem" in answer) throw putTogether(answer.problem);
    return answer.attributes;
  }

  /** Ends all threads, whatever they do. */
  [Symbol.dispose](): void {
    for (const worker of this.#all) worker.terminate();
  }

  #start(): Worker {
    const url = new URL("./slice_worker.ts", import.meta.url);
    const worker = new Worker(url, { type: "module" });
    this.#all.push(worker);
    return worker;
  }
}

function ask(worker: Worker, job: SliceJob): Promise<SliceAnswer> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    worker.postMessage(job);
  });
}
