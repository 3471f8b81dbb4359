/**
 * Mounting of files in the virtual file system of the HDF5 library.
 *
 * @module
 */

import type { SyncFile } from "../../files/sync_file.ts";
import { isSoundHeap } from "./global_heap.ts";

/** Emscripten's error number for a failed read (EIO). */
const INPUT_ERROR = 29;

/** The library's module with its virtual file system. */
export interface LibraryFiles {
  /** Emscripten's file system. */
  readonly FS: {
    writeFile(name: string, content: Uint8Array): void;
    lookupPath(name: string, options: object): { node: unknown };
    unlink(name: string): void;
  };
}

/** Properties of a file system node that are replaced. */
interface FileNode {
  stream_ops: Record<string, unknown>;
  usedBytes: number;
}

/** Emscripten's error class, which takes a C error number. */
interface ErrorClasses {
  readonly ErrnoError: new (code: number) => Error;
}

/**
 * Mounts a file in the virtual file system.
 *
 * @param module The library.
 * @param options The file and its name in the virtual file system.
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
 * Unmounts a file from the virtual file system.
 *
 * @param module The library.
 * @param name Its name in the virtual file system.
 */
export function forgetFile(module: LibraryFiles, name: string): void {
  module.FS.unlink(name);
}
