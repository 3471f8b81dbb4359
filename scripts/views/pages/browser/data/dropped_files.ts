/**
 * Collects the files dropped on the page, including those in folders.
 *
 * @module
 */

/// <reference lib="dom" />

/** A file, and its place in the dropped folder. */
export interface DroppedFile {
  readonly file: File;
  /** Its path, starting with the dropped folder: `gestures/wave/1.csv`. */
  readonly path: string;
}

/**
 * Collects dropped files and the files in dropped folders.
 *
 * @param transfer Data of the drop event.
 * @returns The files.
 */
export async function droppedFiles(
  transfer: DataTransfer,
): Promise<DroppedFile[]> {
  // Read all entries now: the list is empty after the event.
  const dropped = [...transfer.items].filter(({ kind }) => kind === "file")
    .map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
  const files = await Promise.all(
    dropped.filter((entry) => entry !== null).map(filesOf),
  );
  return files.flat();
}

async function filesOf(entry: FileSystemEntry | File): Promise<DroppedFile[]> {
  if (entry instanceof File) return [{ file: entry, path: entry.name }];
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject)
    );
    return [{ file, path: entry.fullPath.replace(/^\//, "") }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const entries: FileSystemEntry[] = [];
  // readEntries() returns up to a hundred entries per call, and none at the
  // end.
  while (true) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject)
    );
    if (some.length === 0) break;
    entries.push(...some);
  }
  return (await Promise.all(entries.map(filesOf))).flat();
}
