/**
 * Synchronous random access to files, for libraries without asynchronous reads.
 *
 * @module
 */

import { RecordingError } from "./errors.ts";
import { fileProblem } from "./file_problem.ts";
import { type FileSource, nameOf } from "./file_source.ts";

/** A file with synchronous random access. */
export interface SyncFile extends Disposable {
  /** The file's path as given, or its name. */
  readonly path: string;
  /** Size in bytes. */
  readonly size: number;
  /**
   * Reads bytes.
   *
   * @param into Destination, whose length is the number of bytes requested.
   * @param offset Offset of the first byte.
   * @returns Number of bytes read, smaller than requested only at the end.
   */
  read(into: Uint8Array, offset: number): number;
}

/**
 * Opens a file. A browser's file is read into memory as a whole, because it has
 * no synchronous reads.
 *
 * @param source The file.
 * @returns The file.
 * @throws {RecordingError} If it cannot be opened or is empty.
 *
 * @example
 * ```ts
 * import { openSyncFile } from "./sync_file.ts";
 * using file = await openSyncFile(new Blob(["a cat"]));
 * const bytes = new Uint8Array(3);
 * if (file.read(bytes, 2) !== 3 || bytes[0] !== 99) throw new Error("misread");
 * ```
 */
export async function openSyncFile(source: FileSource): Promise<SyncFile> {
  const path = nameOf(source);
  let file: SyncFile;
  try {
    file = typeof source === "string"
      ? openPath(source)
      : inMemory(path, new Uint8Array(await source.arrayBuffer()));
  } catch (cause) {
    throw new RecordingError(path, fileProblem(cause), { cause });
  }
  if (file.size > 0) return file;
  file[Symbol.dispose]();
  throw new RecordingError(path, "it is empty");
}

function inMemory(path: string, bytes: Uint8Array): SyncFile {
  return {
    path,
    size: bytes.length,
    read(into, offset) {
      const part = bytes.subarray(offset, offset + into.length);
      into.set(part);
      return part.length;
    },
    [Symbol.dispose]() {},
  };
}

function openPath(path: string): SyncFile {
  const file = Deno.openSync(path);
  const { size, isDirectory } = file.statSync();
  if (isDirectory) {
    file.close();
    throw new Deno.errors.IsADirectory();
  }
  return {
    path,
    size,
    read(into, offset) {
      file.seekSync(offset, Deno.SeekMode.Start);
      let length = 0;
      while (length < into.length) {
        const count = file.readSync(into.subarray(length));
        if (count === null) break;
        length += count;
      }
      return length;
    },
    [Symbol.dispose]: () => file.close(),
  };
}
