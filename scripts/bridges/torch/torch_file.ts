/**
 * Reads PyTorch files: the tensors that `torch.save` wrote.
 *
 * From PyTorch 1.6 on, a file is a ZIP archive with a pickle, `data.pkl`, and
 * the elements of each storage, `data/0` and so on. The older format is a
 * sequence of pickles, followed by the elements.
 *
 * Source: PyTorch, torch/serialization.py, 1.13.
 *
 * @module
 */

import { RecordingError } from "../../../dataset/files/errors.ts";
import {
  type FileSource,
  nameOf,
  readBytes,
} from "../../../dataset/files/file_source.ts";
import {
  openZipEntry,
  readZip,
  type ZipEntry,
} from "../../../dataset/files/compression/zip.ts";
import { NetworkError } from "../network/network_error.ts";
import { PickledCall, unpickle } from "./pickle.ts";
import {
  bytesOf,
  isTensor,
  keyOf,
  type Storages,
  storagesIn,
  tensorOf,
  type TorchTensor,
} from "./torch_tensor.ts";

/** Largest number of elements of all tensors; tensors may share a storage. */
const MAX_ELEMENTS = 2 ** 28;

/** Magic number of the old format, pickled in binary and in text. */
const OLD_NUMBERS = ["\x8a\x0a\x6c\xfc\x9c\x46", "L119547037146038801333356L"];

/** Number of leading bytes that contain the magic number. */
const OLD_START = 32;

/** Start of a ZIP archive. */
const ZIP_MAGIC = "PK\x03\x04";

/**
 * Tells whether bytes may be the start of a PyTorch file.
 *
 * @param start The first 32 bytes, or all of a shorter file.
 * @returns Whether they may be.
 */
export function isTorch(start: Uint8Array): boolean {
  return lettersOf(start).startsWith(ZIP_MAGIC) || isOld(start);
}

function isOld(start: Uint8Array): boolean {
  const letters = lettersOf(start);
  return OLD_NUMBERS.some((number) => letters.includes(number));
}

function lettersOf(start: Uint8Array): string {
  return String.fromCharCode(...start.subarray(0, OLD_START));
}

/**
 * Reads the tensors of a file, without executing anything in it.
 *
 * @param source The file.
 * @returns The tensors of the file's dictionary by name, in order. If it holds
 * dictionaries, `state_dict`, `model_state_dict`, `model` or `net` is taken, or
 * the only one with tensors.
 * @throws {NetworkError} If it is not a PyTorch file, is damaged, or has no
 * dictionary of tensors.
 */
export async function readTorch(
  source: FileSource,
): Promise<Map<string, TorchTensor>> {
  try {
    const bytes = await readBytes(source);
    if (bytes.length === 0) throw new NetworkError("it is empty");
    const { value, storages } = isOld(bytes)
      ? readOld(bytes)
      : await readArchive(new File([bytes], nameOf(source)));
    return tensorsOf(dictionaryOf(value), storages);
  } catch (cause) {
    if (!(cause instanceof RecordingError)) throw cause;
    throw new NetworkError(cause.problem, { cause });
  }
}

async function readArchive(archive: File) {
  const entries = await readZip(archive);
  const pickle = entries.find(({ name }) => /^[^/]+\/data\.pkl$/.test(name));
  if (!pickle) throw new NetworkError("it is an archive without data.pkl");
  const [folder] = pickle.name.split("/");
  const find = (name: string) =>
    entries.find((entry) => entry.name === `${folder}/${name}`);
  const order = find("byteorder");
  if (order) {
    const text = new TextDecoder().decode(await contentOf(archive, order));
    if (text !== "little") {
      throw new NetworkError(`its bytes are in the order "${text}"`);
    }
  }
  const { value } = unpickle(await contentOf(archive, pickle));
  const entriesByKey = [...storageKeys(value)].map((key) => {
    const entry = find(`data/${key}`);
    if (!entry) throw new NetworkError(`its storage "${key}" is missing`);
    return [key, entry] as const;
  });
  const size = entriesByKey.reduce((sum, [, { size }]) => sum + size, 0);
  if (size > archive.size) throw new NetworkError("its storages overlap");
  const contents = new Map<string, DataView>();
  for (const [key, entry] of entriesByKey) {
    contents.set(key, viewOf(await contentOf(archive, entry)));
  }
  return { value, storages: contents };
}

/** Reads a file of an archive completely. */
async function contentOf(
  archive: File,
  entry: ZipEntry,
): Promise<Uint8Array> {
  if (entry.size > entry.compressed) {
    throw new NetworkError(
      `"${entry.name}" is compressed, as PyTorch compresses nothing`,
    );
  }
  using file = await openZipEntry(archive, entry);
  const bytes = new Uint8Array(entry.size);
  for (let at = 0; at < bytes.length;) {
    await file.fill();
    const part = file.bytes;
    bytes.set(part, at);
    at += part.length;
    file.take(part.length);
  }
  return bytes;
}

/**
 * Reads the old format: magic number, version, system, data, keys, elements.
 */
function readOld(bytes: Uint8Array) {
  let at = 0;
  const next = () => {
    const { value, end } = unpickle(bytes, at);
    at = end;
    return value;
  };
  next();
  next();
  const system = next();
  if (system instanceof Map && system.get("little_endian") === false) {
    throw new NetworkError("its bytes are in the order of another machine");
  }
  const value = next();
  const keys = next();
  if (!Array.isArray(keys)) {
    throw new NetworkError("it has no list of storages");
  }
  const sizes = new Map<string, number>(
    storagesIn(value).map(([, type, key]) => [keyOf(key), bytesOf(type)]),
  );
  const contents = new Map<string, DataView>();
  const view = viewOf(bytes);
  for (const key of keys.map(keyOf)) {
    const elements = at + 8 <= bytes.length
      ? Number(view.getBigUint64(at, true))
      : Infinity;
    const size = elements * (sizes.get(key) ?? 0);
    if (!sizes.has(key) || !(at + 8 + size <= bytes.length)) {
      throw new NetworkError(`its storage "${key}" is missing`);
    }
    contents.set(key, viewOf(bytes.subarray(at + 8, at + 8 + size)));
    at += 8 + size;
  }
  return { value, storages: contents };
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}

/** Finds the dictionary of tensors. */
function dictionaryOf(value: unknown): Map<unknown, unknown> {
  if (!(value instanceof Map)) {
    const what = value instanceof PickledCall
      ? `an object of class ${value.path}`
      : "something else";
    throw new NetworkError(
      `it holds ${what}, not a dictionary of tensors; save state_dict()`,
    );
  }
  if (hasTensors(value)) return value;
  const inner = [...value].filter((
    entry,
  ): entry is [string, Map<unknown, unknown>] =>
    typeof entry[0] === "string" && hasTensors(entry[1])
  );
  const [[, only] = []] = inner.length === 1
    ? inner
    : inner.filter(([key]) => DICTIONARIES.includes(key));
  if (!only) {
    throw new NetworkError(
      `it has ${inner.length} dictionaries of tensors` +
        (inner.length > 0 ? `: ${inner.map(([key]) => key).join(", ")}` : ""),
    );
  }
  return only;
}

/** Usual keys of a network's tensors in a checkpoint. */
const DICTIONARIES = ["state_dict", "model_state_dict", "model", "net"];

function hasTensors(value: unknown): boolean {
  return value instanceof Map && [...value.values()].some(isTensor);
}

function tensorsOf(
  dictionary: Map<unknown, unknown>,
  storages: Storages,
): Map<string, TorchTensor> {
  const tensors = new Map<string, TorchTensor>();
  let left = MAX_ELEMENTS;
  for (const [name, value] of dictionary) {
    if (typeof name !== "string" || !isTensor(value)) continue;
    const tensor = tensorOf(name, value, { storages, most: left });
    left -= tensor.data.length;
    tensors.set(name, tensor);
  }
  return tensors;
}

function storageKeys(value: unknown): Set<string> {
  return new Set(storagesIn(value).map(([, , key]) => keyOf(key)));
}
