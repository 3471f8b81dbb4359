/**
 * One file on its way from a server, over as many connections as it takes.
 *
 * @module
 */

/** Time after which a server that sends nothing is given up, in ms. */
const SILENCE_MS = 30_000;

/** Longest that a server can ask us to wait, in ms. */
const LONGEST_PAUSE_MS = 60_000;

/** Statuses of servers that may answer otherwise a little later. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Why a file did not come. */
export class TransferError extends Error {
  /** `"TransferError"`. */
  override readonly name = "TransferError";
  /** Whether the same request may succeed a little later. */
  readonly passing: boolean;
  /** The wait that the server asks for, in ms. */
  readonly pause: number | undefined;

  /**
   * Makes the error.
   *
   * @param problem The problem in words.
   * @param options Whether it passes, the wait that the server asks for, and
   *   the error that caused it.
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
 * The bytes of a file that have come so far. A file that broke off goes on
 * where it broke off, if the server names its versions and knows ranges.
 *
 * @example
 * ```ts
 * import { Transfer } from "./transfer.ts";
 * const transfer = new Transfer("data:,cat", 100);
 * const bytes = await transfer.attempt();
 * if (new TextDecoder().decode(bytes) !== "cat") throw new Error("?");
 * ```
 */
export class Transfer {
  readonly #url: string;
  readonly #most: number;
  #parts: Uint8Array<ArrayBuffer>[] = [];
  #received = 0;
  /** Names the version of the file that the bytes are of. */
  #tag: string | undefined;

  /**
   * Makes a transfer without starting it.
   *
   * @param url Address of the file.
   * @param most Its maximum size in bytes.
   */
  constructor(url: string, most: number) {
    this.#url = url;
    this.#most = most;
  }

  /** Forgets the bytes, so that the next attempt starts at the first. */
  restart(): void {
    this.#parts = [];
    this.#received = 0;
    this.#tag = undefined;
  }

  /**
   * Asks for the bytes that are missing.
   *
   * @returns All bytes of the file, or `undefined` if there is no such file.
   * @throws {TransferError} If they do not come.
   */
  async attempt(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const silence = new Silence();
    try {
      return await this.#receive(silence);
    } catch (cause) {
      if (cause instanceof TransferError) throw cause;
      const closed = cause instanceof Deno.errors.NotCapable;
      const problem = closed
        ? `the program is not allowed to reach ${new URL(this.#url).host}`
        // Deno repeats the URL, and puts the system's words last.
        : `the connection failed, ${
          (cause as Error).message.split(": ").pop()
        }`;
      throw new TransferError(problem, { passing: !closed, cause });
    } finally {
      silence.end();
    }
  }

  async #receive(
    silence: Silence,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    // Without its version the file may be another one by now.
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
    // A weak tag allows other bytes of the same meaning.
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
    // Offsets are those of the file as stored, so it must not be compressed.
    const plain = { "Accept-Encoding": "identity" };
    if (this.#tag === undefined || this.#received === 0) return plain;
    return {
      ...plain,
      "Range": `bytes=${this.#received}-`,
      "If-Range": this.#tag,
    };
  }
}

/** Gives up a server that sends nothing for long. */
class Silence {
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.broken();
  }

  /** Ends the request. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something has come. */
  broken(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const seconds = SILENCE_MS / 1000;
      this.#controller.abort(new Error(`nothing came for ${seconds} s`));
    }, SILENCE_MS);
  }

  /** Waits no more. */
  end(): void {
    clearTimeout(this.#timer);
  }
}

function refusal(
  { status, statusText, headers }: Response,
): TransferError {
  const seconds = Number(headers.get("Retry-After") ?? NaN);
  return new TransferError(
    `the server answers ${`${status} ${statusText}`.trim()}`,
    {
      // A server that cannot go on where it was is asked for the whole file.
      passing: PASSING.has(status) || status === 206 || status === 416,
      pause: seconds >= 0
        ? Math.min(1000 * seconds, LONGEST_PAUSE_MS)
        : undefined,
    },
  );
}
