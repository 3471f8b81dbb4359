/**
 * Random access to files of recordings, through a buffered window.
 *
 * @module
 */

import { CutOffError, RecordingError } from "./errors.ts";
import { fileProblem } from "./file_problem.ts";
import { type FileSource, nameOf } from "./file_source.ts";

/** Minimum number of bytes read at once, if the file has as many. */
const WINDOW_BYTES = 1 << 20;

/** Maximum number of bytes per `read()`, more than any camera's packet has. */
const MAX_BYTES = 1 << 28;

/** An open file that is read at given offsets. */
interface OpenFile {
  readonly size: number;
  /**
   * Reads bytes from an offset on; returns their number, smaller than asked
   * only at the end.
   */
  read(into: Uint8Array, offset: number): Promise<number>;
  close(): void;
}

/**
 * A file with random access and known size: a packet that claims more bytes
 * than the file has is refused before memory is allocated.
 *
 * @example
 * ```ts
 * import { RandomAccessFile } from "./random_access_file.ts";
 * using file = await RandomAccessFile.open(new Blob(["a cat"]));
 * const bytes = await file.read(2, 3);
 * if (new TextDecoder().decode(bytes) !== "cat") throw new Error("misread");
 * ```
 */
export class RandomAccessFile implements Disposable {
  /** The file's path as given, or its name. */
  readonly path: string;
  readonly #file: OpenFile;
  #window: Uint8Array<ArrayBuffer>;
  #start = 0;
  #length = 0;

  private constructor(path: string, file: OpenFile) {
    this.path = path;
    this.#file = file;
    this.#window = new Uint8Array(Math.min(WINDOW_BYTES, file.size));
  }

  /**
   * Opens a file.
   *
   * @param source The file.
   * @returns The file, with an empty window.
   * @throws {RecordingError} If the file cannot be opened or is empty.
   */
  static async open(source: FileSource): Promise<RandomAccessFile> {
    const path = nameOf(source);
    let file: OpenFile;
    try {
      file = typeof source === "string"
        ? await openPath(source)
        : openBlob(source);
    } catch (cause) {
      throw new RecordingError(path, fileProblem(cause), { cause });
    }
    if (file.size > 0) return new RandomAccessFile(path, file);
    file.close();
    throw new RecordingError(path, "it is empty");
  }

  /** Size of the file in bytes. */
  get size(): number {
    return this.#file.size;
  }

  /**
   * Reads bytes.
   *
   * @param offset Offset of the first byte.
   * @param length Number of bytes.
   * @param part Name of the part of the file that starts there, for messages.
   * @returns The bytes, valid until the next `read()`.
   * @throws {CutOffError} If the file ends before the last byte.
   * @throws {RecordingError} If reading fails, or `length` exceeds that of any
   *   packet.
   */
  async read(
    offset: number,
    length: number,
    part = "packet",
  ): Promise<Uint8Array<ArrayBuffer>> {
    if (offset + length > this.size) {
      const left = Math.max(this.size - offset, 0);
      throw this.cutOff(offset, {
        part,
        bytes: length,
        problem: `${length} bytes belong here, ${left} are left`,
      });
    }
    if (length > MAX_BYTES) {
      throw this.damage(offset, `a packet claims ${length} bytes`);
    }
    if (offset < this.#start || offset + length > this.#start + this.#length) {
      await this.#moveWindow(offset, length);
    }
    const at = offset - this.#start;
    return this.#window.subarray(at, at + length);
  }

  /**
   * Makes the error of damage in this file.
   *
   * @param offset Byte offset of the damage.
   * @param problem Description of the problem.
   * @param options The underlying error, if any.
   * @returns The error.
   */
  damage(
    offset: number,
    problem: string,
    { cause }: { readonly cause?: unknown } = {},
  ): RecordingError {
    return new RecordingError(
      this.path,
      `byte ${offset} of ${this.size}: ${problem}`,
      { offset, cause },
    );
  }

  /**
   * Makes the error of a part beyond the end of this file: a cut, or damage if
   * the part claims more bytes than any packet has.
   *
   * @param offset Byte offset of the part.
   * @param lack Name of the part, its size in bytes, and a description of the
   *   problem.
   * @returns The error.
   */
  cutOff(
    offset: number,
    { part, bytes, problem }: {
      readonly part: string;
      readonly bytes: number;
      readonly problem: string;
    },
  ): RecordingError {
    if (bytes > MAX_BYTES) return this.damage(offset, problem);
    return new CutOffError(
      this.path,
      `byte ${offset} of ${this.size}: ${problem}`,
      { offset, lost: `the last ${part}, which is cut off` },
    );
  }

  async #moveWindow(offset: number, length: number): Promise<void> {
    if (length > this.#window.length) this.#window = new Uint8Array(length);
    this.#length = 0;
    this.#start = offset;
    const window = this.#window.subarray(0, this.size - offset);
    try {
      this.#length = await this.#file.read(window, offset);
    } catch (cause) {
      throw new RecordingError(this.path, fileProblem(cause), {
        offset,
        cause,
      });
    }
    if (this.#length < length) {
      throw this.damage(offset, "the file was cut off while it was read");
    }
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

async function openPath(path: string): Promise<OpenFile> {
  const file = await Deno.open(path);
  try {
    const { size } = await file.stat();
    return {
      size,
      async read(into, offset) {
        await file.seek(offset, Deno.SeekMode.Start);
        let length = 0;
        while (length < into.length) {
          const count = await file.read(into.subarray(length));
          if (count === null) break;
          length += count;
        }
        return length;
      },
      close: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

function openBlob(blob: Blob): OpenFile {
  return {
    size: blob.size,
    async read(into, offset) {
      const part = blob.slice(offset, offset + into.length);
      into.set(new Uint8Array(await part.arrayBuffer()));
      return part.size;
    },
    close() {},
  };
}
