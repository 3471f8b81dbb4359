/**
 * Transfer of one file over HTTP, which may take several requests.
 *
 * @module
 */

/** Number of consecutive requests without any data after which to give up. */
const SILENT_AT_MOST = 2;

/** Longest wait that is granted to a server's `Retry-After`, in ms. */
const LONGEST_PAUSE_MS = 60_000;

/** HTTP statuses of temporary failures. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Failure of a request for a file. */
export class TransferError extends Error {
  /** `"TransferError"`. */
  override readonly name = "TransferError";
  /** Whether the failure is temporary, so that the request may be repeated. */
  readonly passing: boolean;
  /** The wait that the server asks for in ms, if it does. */
  readonly pause: number | undefined;

  /**
   * Makes the error.
   *
   * @param problem The problem in words.
   * @param options Whether it is temporary, the wait that the server asks for
   *   in ms, and the error that caused it.
   */
  constructor(
    problem: string,
    { passing, pause, cause }: {
      readonly passing: boolean;
      readonly pause?: number;
      readonly cause?: unknown;
    },
  ) {
    super(problem, { cause });
    this.passing = passing;
    this.pause = pause;
  }
}

/**
 * Bytes of a file received so far. An interrupted transfer resumes at its last
 * byte if the server sends a strong ETag and supports range requests.
 *
 * @example
 * ```ts
 * import { Transfer } from "./transfer.ts";
 * const transfer = new Transfer("data:,cat", { most: 100, silence: 30_000 });
 * const bytes = await transfer.attempt();
 * if (new TextDecoder().decode(bytes) !== "cat") throw new Error("?");
 * ```
 */
export class Transfer {
  readonly #url: string;
  readonly #most: number;
  readonly #silence: number;
  /** Number of consecutive requests that timed out without any data. */
  #silent = 0;
  #parts: Uint8Array<ArrayBuffer>[] = [];
  #received = 0;
  /** Strong ETag of the file version that the bytes belong to. */
  #tag: string | undefined;

  /**
   * Makes a transfer without starting it.
   *
   * @param url Address of the file.
   * @param options Its maximum size in bytes, and the time without data in ms
   *   after which a request is aborted.
   */
  constructor(
    url: string,
    { most, silence }: { readonly most: number; readonly silence: number },
  ) {
    this.#url = url;
    this.#most = most;
    this.#silence = silence;
  }

  /** Discards the bytes, so that the next attempt starts from the beginning. */
  restart(): void {
    this.#parts = [];
    this.#received = 0;
    this.#tag = undefined;
  }

  /**
   * Requests the missing bytes.
   *
   * @returns All bytes of the file, or `undefined` if there is no such file.
   * @throws {TransferError} If the request fails. The failure is temporary if
   *   the connection fails, or once if the server sends no data at all.
   */
  async attempt(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const silence = new Silence(this.#silence);
    try {
      return await this.#receive(silence);
    } catch (cause) {
      if (cause instanceof TransferError) throw cause;
      this.#silent = silence.isWhole ? this.#silent + 1 : 0;
      const closed = cause instanceof Deno.errors.NotCapable;
      const problem = closed
        ? `the program is not allowed to reach ${new URL(this.#url).host}`
        // Deno's message repeats the URL and ends in the system's error.
        : `the connection failed, ${
          (cause as Error).message.split(": ").pop()
        }`;
      throw new TransferError(problem, {
        passing: !closed && this.#silent < SILENT_AT_MOST,
        cause,
      });
    } finally {
      silence.end();
    }
  }

  async #receive(
    silence: Silence,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    // Without an ETag the file may have changed between requests.
    if (this.#tag === undefined) this.restart();
    const { signal } = silence;
    const response = await fetch(this.#url, { headers: this.#headers, signal });
    const { status, headers } = response;
    const begin = `bytes ${this.#received}-`;
    const goesOn = status === 206 &&
      headers.get("Content-Range")?.startsWith(begin);
    if (!goesOn) this.restart();
    if (!goesOn && status !== 200) {
      await response.body?.cancel();
      if (status === 404 || status === 410) return undefined;
      throw refusal(response);
    }
    const tag = headers.get("ETag");
    // A weak ETag does not guarantee identical bytes.
    this.#tag = tag?.startsWith('"') ? tag : undefined;
    for await (const part of response.body ?? []) {
      silence.broken();
      this.#received += part.length;
      if (this.#received > this.#most) {
        const problem = `it has more than ${this.#most} bytes`;
        throw new TransferError(problem, { passing: false });
      }
      this.#parts.push(part);
    }
    return await new Blob(this.#parts).bytes();
  }

  get #headers(): Record<string, string> {
    // Range offsets refer to the stored file, so the response must not be
    // compressed.
    const plain = { "Accept-Encoding": "identity" };
    if (this.#tag === undefined || this.#received === 0) return plain;
    return {
      ...plain,
      "Range": `bytes=${this.#received}-`,
      "If-Range": this.#tag,
    };
  }
}

/** Timeout that aborts a request after some time without data. */
class Silence {
  readonly #controller = new AbortController();
  readonly #ms: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasData = false;

  /**
   * Starts the timeout.
   *
   * @param ms Its length in ms.
   */
  constructor(ms: number) {
    this.#ms = ms;
    this.#start();
  }

  /** Whether the request was aborted before any data arrived. */
  get isWhole(): boolean {
    return this.signal.aborted && !this.#hasData;
  }

  /** Signal that aborts the request. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Restarts the timeout, as data have arrived. */
  broken(): void {
    clearTimeout(this.#timer);
    this.#hasData = true;
    this.#start();
  }

  /** Stops the timeout. */
  end(): void {
    clearTimeout(this.#timer);
  }

  #start(): void {
    this.#timer = setTimeout(() => {
      const seconds = this.#ms / 1000;
      this.#controller.abort(new Error(`no data for ${seconds} s`));
    }, this.#ms);
  }
}

function refusal(
  { status, statusText, headers }: Response,
): TransferError {
  const seconds = Number(headers.get("Retry-After") ?? NaN);
  return new TransferError(
    `the server answers ${`${status} ${statusText}`.trim()}`,
    {
      // 206 with another range and 416: the next request is for the whole file.
      passing: PASSING.has(status) || status === 206 || status === 416,
      pause: seconds >= 0
        ? Math.min(1000 * seconds, LONGEST_PAUSE_MS)
        : undefined,
    },
  );
}
