/**
 * Files of a drop, those in folders among them.
 *
 * @module
 */

/// <reference lib="dom" />

/**
 * Collects what was dropped.
 *
 * @param transfer What the event brought.
 * @returns The files.
 */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  // All of it is asked for at once: the list is empty after the event.
  const dropped = [...transfer.items].filter(({ kind }) => kind === "file")
    .map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
  const files = await Promise.all(
    dropped.filter((entry) => entry !== null).map(filesOf),
  );
  return files.flat();
}

async function filesOf(entry: FileSystemEntry | File): Promise<File[]> {
  if (entry instanceof File) return [entry];
  if (entry.isFile) {
    return [
      await new Promise<File>((resolve, reject) =>
        (entry as FileSystemFileEntry).file(resolve, reject)
      ),
    ];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const entries: FileSystemEntry[] = [];
  // It gives a hundred at a time, and none when all have been given.
  while (true) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject)
    );
    if (some.length === 0) break;
    entries.push(...some);
  }
  return (await Promise.all(entries.map(filesOf))).flat();
}
