/**
 * Downloads a small file, in spite of a network or a server that fails at times.
 *
 * @module
 */

import { DatasetError } from "../../files/errors.ts";
import { Transfer, TransferError } from "./transfer.ts";

/** Waiting times before a file is asked for again, in ms. */
const PAUSES_MS = [100, 200, 400, 800, 1600, 3200];

/** How often a file is asked for that comes, but with wrong bytes. */
const WRONG_AT_MOST = 3;

/** How a file is downloaded. */
export interface DownloadOptions {
  /** Maximum size in bytes. */
  readonly most: number;
  /** Says what is wrong with its bytes, if anything is. */
  readonly check: (
    bytes: Uint8Array<ArrayBuffer>,
  ) => Promise<string | undefined>;
  /** Waiting times before it is asked for again, in ms. @default 100 … 3200 */
  readonly pauses?: readonly number[];
}

/**
 * Downloads a file. After a failure that may be temporary, the request is
 * repeated: after a wait that doubles each time, or as long as the server asks.
 *
 * @param url Its address.
 * @param options Its maximum size, and what checks its bytes.
 * @returns All bytes of the file, or `undefined` if there is no such file.
 * @throws {DatasetError} If it does not come, or with wrong bytes each time.
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
  { most, check, pauses = PAUSES_MS }: DownloadOptions,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const transfer = new Transfer(url, most);
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
