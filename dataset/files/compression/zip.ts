/**
 * ZIP archives, whose files are read sequentially.
 *
 * @module
 */

import { RecordingError } from "../errors.ts";
import {
  BUFFER_BYTES,
  type OpenFile,
  openFile,
  openStream,
  RecordingFile,
} from "../buffered_file.ts";
import { fileProblem } from "../file_problem.ts";
import { type FileSource, nameOf, sizeOf } from "../file_source.ts";
import { counted } from "../counted.ts";
import { loadCrc32 } from "./crc32.ts";

/** Signatures of the records of an archive. */
const LOCAL = 0x04034b50;
const ENTRY = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;

/** Sizes of these records in bytes, without variable-length fields. */
const LOCAL_BYTES = 30;
const ENTRY_BYTES = 46;
const END_BYTES = 22;
const LOCATOR_64_BYTES = 20;

/** Maximum length of an archive's comment in bytes. */
const MAX_COMMENT = 0xffff;

/** 32-bit value that stands for a 64-bit value in a ZIP64 record. */
const ELSEWHERE = 0xffffffff;

/** Compression methods: none and Deflate. */
const [STORED, DEFLATED] = [0, 8];

/** Compressed bytes read at a time, which are also decompressed at once. */
const PIECE_BYTES = 1 << 14;

/** Maximum compression ratio of Deflate. */
const MAX_DEFLATED = 1032;

/** A file in an archive. */
export interface ZipEntry {
  /** Path in the archive. */
  readonly name: string;
  /** Compressed size in bytes. */
  readonly compressed: number;
  /** Uncompressed size in bytes. */
  readonly size: number;
  /** CRC-32 of the uncompressed bytes. */
  readonly checksum: number;
  /** ZIP's number of the compression method. */
  readonly method: number;
  /** Byte offset of its local header. */
  readonly offset: number;
}

/**
 * Lists the files of an archive.
 *
 * @param source The archive.
 * @returns The files.
 * @throws {RecordingError} If it is not a ZIP archive, or its central directory
 *   is damaged or larger than 1 MiB.
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
  if (at < 0) {
    damaged(
      "it has no list of files at its end, as whole ZIP archives do",
      size,
    );
  }
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
    const checksum = list.getUint32(at + 16, true);
    entries.push({ name, compressed, size: bytes, checksum, method, offset });
    at = next;
  }
  return entries;
}

/** Reads the 64-bit numbers of the ZIP64 field in an entry's extra fields. */
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

/** Reads up to 1 MiB of a file, from byte `start` on. */
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
 * @returns The file, with an empty buffer; messages name the archive. The last
 *   bytes can be read only if the checksum of all matches.
 * @throws {RecordingError} If the local header is damaged, or the compression
 *   method is neither none nor Deflate.
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
  entry: ZipEntry,
): Promise<RecordingFile> {
  const { name, compressed, method, offset } = entry;
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
  const stored = method === STORED;
  const content = stored
    ? await openFile(source, start)
    : openStream(inflated(stretch(source, { start, compressed })));
  const checked = await checkedContent(content, entry);
  return RecordingFile.from(path, checked, stored ? start : 0);
}

/**
 * Ends the content of an entry after its last byte, where its checksum must
 * match.
 */
async function checkedContent(
  content: OpenFile,
  { name, size, checksum }: ZipEntry,
): Promise<OpenFile> {
  const crc32 = await loadCrc32();
  let left = size;
  let sum = 0;
  return {
    async read(into) {
      if (left === 0) return null;
      const count = await content.read(into.subarray(0, left))
        .catch((cause) => {
          throw new Error(`"${name}": ${fileProblem(cause)}`, { cause });
        });
      if (count === null) {
        throw new Error(`"${name}" ends ${counted(left, "byte")} early`);
      }
      sum = crc32(into.subarray(0, count), sum);
      left -= count;
      if (left === 0 && sum !== checksum) {
        throw new Error(`"${name}" is damaged: its checksum does not match`);
      }
      return count;
    },
    close: () => content.close(),
  };
}

/** Reads the compressed bytes of an archived file in pieces. */
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

/**
 * Decompresses pieces, in a stream made by hand because not every browser has
 * `ReadableStream.from()`.
 */
function inflated(
  pieces: AsyncGenerator<Uint8Array<ArrayBuffer>>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { value, done } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
  return stream.pipeThrough(new DecompressionStream("deflate-raw"));
}
