/**
 * The HDF5 library in WebAssembly: loading, opening and closing of files, and
 * conversion of errors.
 *
 * The library accesses a recording through its own virtual file system, which
 * forwards reads to the file, so that memory does not grow with the file.
 *
 * @module
 */

import type * as h5wasm from "npm:h5wasm@0.10.3";
import { RecordingError } from "../../files/errors.ts";
import { type FileSource, nameOf } from "../../files/file_source.ts";
import { openSyncFile, type SyncFile } from "../../files/sync_file.ts";
import { forgetFile, mountFile } from "./mounted_file.ts";

/** The library's WebAssembly module. */
export type H5Module = Awaited<typeof h5wasm.ready>;

/** A file opened by the library. */
export interface LibraryFile {
  /** The underlying file. */
  readonly file: SyncFile;
  /** Its name in the virtual file system. */
  readonly name: string;
  /** Its HDF5 identifier. */
  readonly id: bigint;
  readonly library: typeof h5wasm;
  readonly module: H5Module;
}

/** The library, loaded on demand: it has 4 MB, and few files need it. */
let loaded: Promise<[typeof h5wasm, H5Module]> | undefined;

/** Its instance. */
let current: H5Module | undefined;

/** Number of instances so far. */
let instances = 0;

async function loadLibrary(): Promise<[typeof h5wasm, H5Module]> {
  const library: typeof h5wasm = instances++ === 0
    ? await import("npm:h5wasm@0.10.3")
    // The same module by another address is another instance.
    : await import(`${import.meta.resolve("npm:h5wasm@0.10.3")}?${instances}`);
  current = await library.ready;
  // By default the library prints errors and continues.
  current.activate_throwing_error_handler();
  return [library, current];
}

/**
 * Makes the next file load another instance if this one aborted: a damaged file
 * has spoilt its memory.
 */
function noteAbort(cause: unknown, module: H5Module): void {
  if (!(cause instanceof WebAssembly.RuntimeError) || module !== current) {
    return;
  }
  loaded = undefined;
  current = undefined;
}

/** Number of opened files, for unique names in the virtual file system. */
let opened = 0;

/**
 * Opens a file in the library.
 *
 * @param source The file.
 * @returns The open file.
 * @throws {RecordingError} If it cannot be opened or is not an HDF5 file.
 */
export async function openInLibrary(
  source: FileSource,
): Promise<LibraryFile> {
  const [library, module] = await (loaded ??= loadLibrary())
    .catch((cause) => {
      const problem = "its library is missing, as in the page for a browser";
      throw new RecordingError(nameOf(source), problem, { cause });
    });
  const file = await openSyncFile(source);
  const name = `recording_${opened++}`;
  try {
    mountFile(module, { name, file });
    const id = module.open(name, module.H5F_ACC_RDONLY, false, -1, -1);
    if (id < 0n) throw new RangeError("the library cannot open it");
    return { file, name, id, library, module };
  } catch (cause) {
    noteAbort(cause, module);
    forgetFile(module, name);
    file[Symbol.dispose]();
    throw new RecordingError(file.path, "it is no sound HDF5 file", {
      offset: 0,
      cause,
    });
  }
}

/**
 * Closes a file.
 *
 * @param open The open file.
 */
export function closeInLibrary({ file, name, id, module }: LibraryFile): void {
  try {
    module.close_file(id);
  } catch (cause) {
    noteAbort(cause, module);
    // Parts of a damaged file may stay open; its error has been reported
    // already.
  }
  forgetFile(module, name);
  file[Symbol.dispose]();
}

/**
 * Calls the library and converts its errors to recording errors.
 *
 * @param open The open file.
 * @param what Name of the group or data set for the message.
 * @param use Calls the library.
 * @returns The result of `use`.
 * @throws {RecordingError} If `use` throws.
 */
export function guarded<T>(
  { file, module }: LibraryFile,
  what: string,
  use: () => T,
): T {
  try {
    return use();
  } catch (cause) {
    noteAbort(cause, module);
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new RecordingError(
      file.path,
      `"${what}" is damaged: ${reasonOf(problem)}`,
      { cause },
    );
  }
}

/**
 * Allocates temporary memory of the library.
 *
 * @param module The library.
 * @param bytes Size of the memory in bytes.
 * @param use Called with the address of the memory, which is freed afterwards.
 * @returns The result of `use`.
 */
export function withMemory<T>(
  module: H5Module,
  bytes: number,
  use: (at: number) => T,
): T {
  const at = module._malloc(bytes);
  try {
    return use(at);
  } finally {
    module._free(at);
  }
}

/** Extracts the reason from the outermost entry of HDF5's error stack. */
function reasonOf(problem: string): string {
  const [, reason] = /#000: .*\(\): (.*)/.exec(problem) ?? [];
  return reason ?? problem.split("\n")[0];
}
