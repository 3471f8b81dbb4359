/**
 * Files in the file system of the HDF5 library, which reads them through it.
 *
 * @module
 */

import type { SyncFile } from "../../files/sync_file.ts";
import { isSoundHeap } from "./global_heap.ts";

/** Error of the library's file system for a failed read. */
const INPUT_ERROR = 29;

/** The part of the library that has its file system. */
export interface LibraryFiles {
  /** The file system. */
  readonly FS: {
    writeFile(name: string, content: Uint8Array): void;
    lookupPath(name: string, options: object): { node: unknown };
    unlink(name: string): void;
  };
}

/** Parts of the library's file system that are put in place of its own. */
interface FileNode {
  stream_ops: Record<string, unknown>;
  usedBytes: number;
}

/** Errors of the library's file system, by the number that C gives them. */
interface ErrorClasses {
  readonly ErrnoError: new (code: number) => Error;
}

/**
 * Puts a file into the library's file system.
 *
 * @param module The library.
 * @param options The file, and its name there.
 */
export function mountFile(
  module: LibraryFiles,
  { name, file }: { readonly name: string; readonly file: SyncFile },
): void {
  module.FS.writeFile(name, new Uint8Array());
  const { ErrnoError } = module.FS as unknown as ErrorClasses;
  const node = module.FS.lookupPath(name, {}).node as unknown as FileNode;
  Object.defineProperty(node, "usedBytes", { value: file.size });
  node.stream_ops = {
    llseek: node.stream_ops.llseek,
    read: (
      _stream: unknown,
      memory: Int8Array,
      at: number,
      length: number,
      offset: number,
    ) => {
      const bytes = new Uint8Array(
        memory.buffer,
        memory.byteOffset + at,
        length,
      );
      const count = file.read(bytes, offset);
      if (isSoundHeap(file, { bytes, offset })) return count;
      throw new ErrnoError(INPUT_ERROR);
    },
  };
}

/**
 * Takes a file out of the library's file system.
 *
 * @param module The library.
 * @param name The file's name there.
 */
export function forgetFile(module: LibraryFiles, name: string): void {
  module.FS.unlink(name);
}
