/**
 * Sequential reading of recordings through one buffer, so that memory does not
 * grow with the file.
 *
 * @module
 */

import { type CutOffError, RecordingError } from "./errors.ts";
import { fileProblem } from "./file_problem.ts";
import { type FileSource, nameOf } from "./file_source.ts";

/** Size of the buffer in bytes. */
export const BUFFER_BYTES = 1 << 20;

/** An open file or stream that is read sequentially. */
export interface OpenFile {
  /**
   * Reads the next bytes.
   *
   * @param into Destination.
   * @returns Number of bytes read, `null` at the end.
   */
  read(into: Uint8Array): Promise<number | null>;
  /** Closes it. */
  close(): void;
}

/**
 * A file that is read once, sequentially, through a buffer of 1 MiB.
 *
 * @example
 * ```ts
 * import { RecordingFile } from "./buffered_file.ts";
 * const path = await Deno.makeTempFile();
 * await Deno.writeFile(path, Uint8Array.of(1, 2, 3));
 * {
 *   using file = await RecordingFile.open(path);
 *   await file.fill();
 *   file.take(2);
 *   if (file.offset !== 2 || file.bytes[0] !== 3) throw new Error("wrong");
 * }
 * await Deno.remove(path);
 * ```
 */
export class RecordingFile implements Disposable {
  /** The file's path as given, or the name of a browser's file. */
  readonly path: string;
  readonly #file: OpenFile;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #start = 0;
  #end = 0;
  #offset = 0;
  #cut: CutOffError | undefined;

  private constructor(path: string, file: OpenFile) {
    this.path = path;
    this.#file = file;
  }

  /**
   * Opens a file.
   *
   * @param source The file.
   * @param start Byte offset to start at.
   * @returns The file, with an empty buffer.
   * @throws {RecordingError} If the file cannot be opened.
   */
  static async open(source: FileSource, start = 0): Promise<RecordingFile> {
    return RecordingFile.from(
      nameOf(source),
      await openFile(source, start),
      start,
    );
  }

  /**
   * Reads an open file or stream through a buffer.
   *
   * @param path Name for messages.
   * @param open The open file.
   * @param offset Offset of its next byte, for messages.
   * @returns The file, with an empty buffer.
   */
  static from(path: string, open: OpenFile, offset = 0): RecordingFile {
    const file = new RecordingFile(path, open);
    file.#offset = offset;
    return file;
  }

  /** Offset of the first byte of `bytes` in the file. */
  get offset(): number {
    return this.#offset;
  }

  /** Buffered bytes that have not been taken; valid until the next `fill()`. */
  get bytes(): Uint8Array<ArrayBuffer> {
    const most = (this.#cut?.offset ?? Infinity) - this.#offset;
    const end = Math.min(this.#end, this.#start + most);
    return this.#buffer.subarray(this.#start, end);
  }

  /**
   * Makes the file end early.
   *
   * @param cut The error that `fill()` throws when all bytes before its offset
   *   have been taken.
   */
  endWith(cut: CutOffError): void {
    this.#cut = cut;
  }

  /**
   * Skips buffered bytes.
   *
   * @param count Number of bytes, at most `bytes.length`.
   */
  take(count: number): void {
    this.#start += count;
    this.#offset += count;
  }

  /**
   * Reads until the buffer is full or the file ends.
   *
   * @param least Number of buffered bytes at which reading may stop, for
   *   sources such as compressed files in which further bytes take time.
   * @returns Whether the buffer has any bytes.
   * @throws {RecordingError} If reading fails.
   * @throws {CutOffError} If the file ends early and is read up to there.
   */
  async fill(least: number = BUFFER_BYTES): Promise<boolean> {
    if (this.#cut?.offset === this.#offset) throw this.#cut;
    this.#buffer.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
    try {
      while (this.#end < Math.min(least, BUFFER_BYTES)) {
        const count = await this.#file.read(this.#buffer.subarray(this.#end));
        if (count === null) break;
        this.#end += count;
      }
    } catch (cause) {
      throw new RecordingError(this.path, fileProblem(cause), {
        offset: this.#offset + this.#end,
        cause,
      });
    }
    return this.#end > 0;
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/**
 * Opens a file without a buffer.
 *
 * @param source The file.
 * @param start Byte offset to start at.
 * @returns The open file.
 * @throws {RecordingError} If the file cannot be opened.
 *
 * @example
 * ```ts
 * import { openFile } from "./buffered_file.ts";
 * const file = await openFile(new Blob(["a cat"]), 2);
 * const bytes = new Uint8Array(9);
 * if (await file.read(bytes) !== 3) throw new Error("expected 3 bytes");
 * ```
 */
export async function openFile(
  source: FileSource,
  start: number,
): Promise<OpenFile> {
  try {
    return typeof source === "string"
      ? await openPath(source, start)
      : openBlob(source, start);
  } catch (cause) {
    throw new RecordingError(nameOf(source), fileProblem(cause), { cause });
  }
}

async function openPath(path: string, start: number): Promise<OpenFile> {
  const file = await Deno.open(path);
  if (start > 0) await file.seek(start, Deno.SeekMode.Start);
  return file;
}

/**
 * Gives a stream the methods of an open file.
 *
 * @param stream The stream.
 * @returns The open file.
 *
 * @example
 * ```ts
 * import { openStream } from "./buffered_file.ts";
 * const file = openStream(new Blob(["a cat"]).stream());
 * const bytes = new Uint8Array(9);
 * if (await file.read(bytes) !== 5) throw new Error("expected 5 bytes");
 * ```
 */
export function openStream(stream: ReadableStream<Uint8Array>): OpenFile {
  const reader = stream.getReader();
  let rest: Uint8Array = new Uint8Array();
  return {
    async read(into) {
      while (rest.length === 0) {
        const { value, done } = await reader.read();
        if (done) return null;
        rest = value;
      }
      const count = Math.min(rest.length, into.length);
      into.set(rest.subarray(0, count));
      rest = rest.subarray(count);
      return count;
    },
    close() {
      // `read()` has already thrown an error of the stream.
      reader.cancel().catch(() => {});
    },
  };
}

/** Gives a browser's `Blob` the methods of an open Deno file. */
function openBlob(blob: Blob, start: number): OpenFile {
  let at = start;
  return {
    async read(into) {
      const part = blob.slice(at, at + into.length);
      if (part.size === 0) return null;
      into.set(new Uint8Array(await part.arrayBuffer()));
      at += part.size;
      return part.size;
    },
    close() {},
  };
}
