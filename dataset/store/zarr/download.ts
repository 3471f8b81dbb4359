/**
 * Download of small files with retries.
 *
 * @module
 */

import { DatasetError } from "../../files/errors.ts";
import { Transfer, TransferError } from "./transfer.ts";

/** Waits before each further request, in ms. */
const PAUSES_MS = [100, 200, 400, 800, 1600, 3200];

/** Time without data after which a request is aborted, in ms. */
const SILENCE_MS = 30_000;

/** Maximum number of downloads of a file whose bytes fail the check. */
const WRONG_AT_MOST = 3;

/** Options of a download. */
export interface DownloadOptions {
  /** Maximum size in bytes. */
  readonly most: number;
  /** Returns what is wrong with the bytes, or `undefined`. */
  readonly check: (
    bytes: Uint8Array<ArrayBuffer>,
  ) => Promise<string | undefined>;
  /** Waits before each further request, in ms. @default 100 … 3200 */
  readonly pauses?: readonly number[];
  /** Time without data after which a request is aborted, in ms. @default 30 s */
  readonly silence?: number;
}

/**
 * Downloads a file. After a failure that may be temporary the request is
 * repeated, after a wait that doubles each time or that the server asks for. A
 * server that sends nothing is asked twice.
 *
 * @param url Its address.
 * @param options Maximum size, check of the bytes, and waits.
 * @returns All bytes of the file, or `undefined` if there is no such file.
 * @throws {DatasetError} If every request fails, or the bytes fail the check
 *   each time.
 *
 * @example
 * ```ts
 * import { download } from "./download.ts";
 * const url = "http://localhost:1/zarr.json";
 * const check = () => Promise.resolve(undefined);
 * const problem = await download(url, { most: 100, check, pauses: [1] })
 *   .catch((error) => error.message);
 * if (!problem.startsWith(`Cannot use "${url}": `)) throw new Error(problem);
 * ```
 */
export async function download(
  url: string,
  { most, check, pauses = PAUSES_MS, silence = SILENCE_MS }: DownloadOptions,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const transfer = new Transfer(url, { most, silence });
  let wrong = 0;
  for (let requests = 1;; requests++) {
    try {
      const bytes = await transfer.attempt();
      const problem = bytes && await check(bytes);
      if (problem === undefined) return bytes;
      transfer.restart();
      throw new TransferError(problem, { passing: ++wrong < WRONG_AT_MOST });
    } catch (error) {
      const { message, passing, pause, cause } = error as TransferError;
      if (!passing || requests > pauses.length) {
        const often = requests > 1 ? `, after ${requests} requests` : "";
        throw new DatasetError(url, message + often, { cause });
      }
      const ms = pause ?? pauses[requests - 1];
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
  }
}
