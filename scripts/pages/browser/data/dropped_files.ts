/**
 * Collects the files that were dropped on the page, also those in folders.
 *
 * @module
 */

/// <reference lib="dom" />

/**
 * Collects dropped files and the files in dropped folders.
 *
 * @param transfer Data of the drop event.
 * @returns The files.
 */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  // All entries are read now, since the list is empty after the event.
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
  // readEntries() returns up to a hundred entries a call, and none at the end.
  while (true) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject)
    );
    if (some.length === 0) break;
    entries.push(...some);
  }
  return (await Promise.all(entries.map(filesOf))).flat();
}
