/**
 * ZIP archives: the files in them, read one after another.
 *
 * @module
 */

import { RecordingError } from "../errors.ts";
import { BUFFER_BYTES, RecordingFile } from "../buffered_file.ts";
import { fileProblem } from "../file_problem.ts";
import { type FileSource, nameOf, sizeOf } from "../file_source.ts";

/** Marks of the records of an archive. */
const LOCAL = 0x04034b50;
const ENTRY = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;

/** Bytes of these records, without names and comments. */
const LOCAL_BYTES = 30;
const ENTRY_BYTES = 46;
const END_BYTES = 22;
const LOCATOR_64_BYTES = 20;

/** Bytes of the longest comment of an archive. */
const MAX_COMMENT = 0xffff;

/** The number in 32 bits that has its value in 64 bits elsewhere. */
const ELSEWHERE = 0xffffffff;

/** Ways of compression: none, and Deflate. */
const [STORED, DEFLATED] = [0, 8];

/** Compressed bytes that are read at once: all are decompressed at once, too. */
const PIECE_BYTES = 1 << 14;

/** How many times smaller Deflate makes bytes at most. */
const MAX_DEFLATED = 1032;

/** A file in an archive. */
export interface ZipEntry {
  /** Its name. */
  readonly name: string;
  /** Bytes that it has in the archive. */
  readonly compressed: number;
  /** Bytes that it has. */
  readonly size: number;
  /** How it is compressed, by ZIP's number. */
  readonly method: number;
  /** Byte of the archive at which its local header starts. */
  readonly offset: number;
}

/**
 * Lists the files of an archive.
 *
 * @param source The archive.
 * @returns The files.
 * @throws {RecordingError} If it is no archive, or its list is damaged or
 *   longer than 1 MiB.
 *
 * @example
 * ```ts
 * import { readZip } from "./zip.ts";
 * const empty = Uint8Array.of(0x50, 0x4b, 5, 6, ...new Array(18).fill(0));
 * const entries = await readZip(new Blob([empty]));
 * if (entries.length !== 0) throw new Error("expected an empty archive");
 * ```
 *
 * Source: PKWARE, "APPNOTE.TXT, .ZIP File Format Specification".
 */
export async function readZip(source: FileSource): Promise<ZipEntry[]> {
  const path = nameOf(source);
  const damaged = (problem: string, offset: number): never => {
    throw new RecordingError(path, problem, { offset });
  };
  const size = await sizeOf(source).catch((cause) => {
    throw new RecordingError(path, fileProblem(cause), { cause });
  });
  const tailBytes = END_BYTES + MAX_COMMENT + LOCATOR_64_BYTES;
  const tailStart = Math.max(0, size - tailBytes);
  const tail = await viewAt(source, tailStart);
  let at = tail.byteLength - END_BYTES;
  while (at >= 0 && tail.getUint32(at, true) !== END) at--;
  if (at < 0) damaged("it has no list of files, as ZIP archives do", size);
  let length = tail.getUint32(at + 12, true);
  let start = tail.getUint32(at + 16, true);
  const locator = at - LOCATOR_64_BYTES;
  if (locator >= 0 && tail.getUint32(locator, true) === LOCATOR_64) {
    const end = await viewAt(source, uint64(tail, locator + 8));
    if (end.byteLength < 56 || end.getUint32(0, true) !== END_64) {
      damaged("its list of files is damaged", tailStart + locator);
    }
    length = uint64(end, 40);
    start = uint64(end, 48);
  }
  if (length > BUFFER_BYTES || start + length > size) {
    damaged(
      `byte ${start}: its list of files has ${length} bytes, of ` +
        `${BUFFER_BYTES} that are read and ${Math.max(0, size - start)} that ` +
        "are left",
      start,
    );
  }
  const list = await viewAt(source, start);
  const entries: ZipEntry[] = [];
  for (let at = 0; at < length;) {
    const names = at + ENTRY_BYTES;
    if (names > length || list.getUint32(at, true) !== ENTRY) {
      damaged(`byte ${start + at}: its list of files is damaged`, start + at);
    }
    const nameBytes = list.getUint16(at + 28, true);
    const extraBytes = list.getUint16(at + 30, true);
    const next = names + nameBytes + extraBytes + list.getUint16(at + 32, true);
    if (next > length) {
      damaged(`byte ${start + at}: its list of files is damaged`, start + at);
    }
    const wide = wideNumbers(list, {
      at: names + nameBytes,
      end: names + nameBytes + extraBytes,
    });
    const number = (at: number) => {
      const value = list.getUint32(at, true);
      return value === ELSEWHERE ? wide.shift() ?? value : value;
    };
    const bytes = number(at + 24);
    const compressed = number(at + 20);
    const offset = number(at + 42);
    const name = new TextDecoder().decode(
      new Uint8Array(list.buffer, list.byteOffset + names, nameBytes),
    );
    if (offset + LOCAL_BYTES + compressed > size) {
      damaged(
        `byte ${offset}: "${name}" has ${compressed} bytes, ` +
          `${Math.max(0, size - offset)} are left`,
        offset,
      );
    }
    const method = list.getUint16(at + 10, true);
    if (bytes > compressed * (method === STORED ? 1 : MAX_DEFLATED)) {
      damaged(
        `byte ${offset}: "${name}" cannot have ${bytes} bytes, compressed to ` +
          `${compressed}`,
        offset,
      );
    }
    entries.push({ name, compressed, size: bytes, method, offset });
    at = next;
  }
  return entries;
}

/** Takes the numbers of 64 bits out of an entry's extra field. */
function wideNumbers(
  list: DataView,
  { at, end }: { readonly at: number; readonly end: number },
): number[] {
  const numbers: number[] = [];
  while (at + 4 <= end) {
    const next = Math.min(end, at + 4 + list.getUint16(at + 2, true));
    if (list.getUint16(at, true) === 1) {
      for (let i = at + 4; i + 8 <= next; i += 8) numbers.push(uint64(list, i));
    }
    at = next;
  }
  return numbers;
}

function uint64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}

/** Reads up to 1 MiB of a file. */
async function viewAt(source: FileSource, start: number): Promise<DataView> {
  using file = await RecordingFile.open(source, start);
  await file.fill();
  const { buffer, byteOffset, byteLength } = file.bytes;
  return new DataView(buffer, byteOffset, byteLength);
}

/**
 * Opens a file in an archive.
 *
 * @param source The archive.
 * @param entry The file.
 * @returns The file, nothing of it read; messages name the archive. What
 *   follows a file that is not compressed can be read, too.
 * @throws {RecordingError} If the archive is damaged there, or the file is
 *   compressed by anything but Deflate.
 *
 * @example
 * ```ts
 * import { openZipEntry, readZip } from "./zip.ts";
 * const archive = new Blob(["no archive"]);
 * const refused = await readZip(archive).then(
 *   ([entry]) => openZipEntry(archive, entry),
 *   (error) => error.name,
 * );
 * if (refused !== "RecordingError") throw new Error("expected an error");
 * ```
 */
export async function openZipEntry(
  source: FileSource,
  { name, compressed, method, offset }: ZipEntry,
): Promise<RecordingFile> {
  const path = nameOf(source);
  const header = await viewAt(source, offset);
  if (header.byteLength < LOCAL_BYTES || header.getUint32(0, true) !== LOCAL) {
    throw new RecordingError(
      path,
      `byte ${offset}: "${name}" does not start there`,
      { offset },
    );
  }
  if (method !== STORED && method !== DEFLATED) {
    throw new RecordingError(
      path,
      `"${name}" is compressed in way ${method}: only Deflate can be read`,
      { offset },
    );
  }
  const start = offset + LOCAL_BYTES + header.getUint16(26, true) +
    header.getUint16(28, true);
  if (method === STORED) return await RecordingFile.open(source, start);
  const stream = streamOf(stretch(source, { start, compressed }));
  return RecordingFile.from(
    path,
    stream.pipeThrough(new DecompressionStream("deflate-raw")),
  );
}

/** Reads the bytes of a file in an archive. */
async function* stretch(
  source: FileSource,
  { start, compressed }: {
    readonly start: number;
    readonly compressed: number;
  },
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  using file = await RecordingFile.open(source, start);
  for (let left = compressed; left > 0;) {
    if (file.bytes.length === 0 && !await file.fill()) break;
    const part = file.bytes.slice(0, Math.min(left, PIECE_BYTES));
    file.take(part.length);
    left -= part.length;
    yield part;
  }
}

/** Makes a stream of pieces; not every browser has `ReadableStream.from()`. */
function streamOf(
  pieces: AsyncGenerator<Uint8Array<ArrayBuffer>>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}
