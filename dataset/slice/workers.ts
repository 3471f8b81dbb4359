/**
 * Slicing recordings on other threads.
 *
 * @module
 */

import { DatasetError, RecordingError } from "../errors.ts";
import type { RecordingAttributes } from "../store/attributes.ts";
import type { SliceJob } from "./recording.ts";

/** An error that a worker met. */
export interface SliceProblem {
  /** Its message. */
  readonly message: string;
  /** The error beneath. */
  readonly cause: unknown;
  /** Its other fields, the name of its class among them. */
  readonly fields: Partial<Error>;
}

/** What a worker sends back: attributes of a group, or why there is none. */
export type SliceAnswer =
  | { readonly attributes: RecordingAttributes }
  | { readonly problem: SliceProblem };

const CLASSES = [DatasetError, RecordingError];

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
    if ("problem" in answer) throw revive(answer.problem);
    return answer.attributes;
  }

  /** Ends all threads, whatever they do. */
  [Symbol.dispose](): void {
    for (const worker of this.#all) worker.terminate();
  }

  #start(): Worker {
    const url = new URL("./worker.ts", import.meta.url);
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

function revive({ message, cause, fields }: SliceProblem): Error {
  const error = new Error(message, { cause });
  for (const { name, prototype } of CLASSES) {
    if (name === fields.name) Object.setPrototypeOf(error, prototype);
  }
  return Object.assign(error, fields);
}
