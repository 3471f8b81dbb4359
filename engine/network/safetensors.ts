/**
 * The safetensors format: named tensors and text metadata in one byte array.
 *
 * Layout: the header's length (u64, little-endian), the header (JSON, padded
 * with spaces), then the tensors' bytes without gap or overlap. This module
 * works in memory and opens no file.
 *
 * Source: https://github.com/huggingface/safetensors. Stricter in two points:
 * duplicate names and headers of more than 8 MiB are refused. Types without a
 * typed array (`BF16`, `F8_E4M3`, …) cannot be read.
 *
 * @module
 */

/** Typed array class of each element type. */
export const ARRAYS = {
  F64: Float64Array,
  F32: Float32Array,
  F16: Float16Array,
  I64: BigInt64Array,
  I32: Int32Array,
  I16: Int16Array,
  I8: Int8Array,
  U64: BigUint64Array,
  U32: Uint32Array,
  U16: Uint16Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;

const METADATA = "__metadata__";
const LENGTH_BYTES = 8;

/**
 * Limit on the size of a header: parsing one takes 50 times its size in memory.
 */
const MAX_HEADER_BYTES = 8 << 20;

/** Most characters of a text that an error message quotes. */
const LONGEST_QUOTE = 200;

/** The element types that can be read and written, as the format names them. */
export type Dtype = keyof typeof ARRAYS;

/** A tensor in memory; `dtype` determines the class of `data`. */
export type Tensor = {
  [D in Dtype]: {
    /** Type of an element. */
    readonly dtype: D;
    /** Length of each axis, the last one contiguous; `[]` is a scalar. */
    readonly shape: readonly number[];
    /** The elements, row-major: as many as the product of `shape`. */
    readonly data: InstanceType<typeof ARRAYS[D]>;
  };
}[Dtype];

/** Tensors and metadata of a safetensors file. */
export interface Weights {
  /** The tensors by name, in the order of their bytes. */
  readonly tensors: Map<string, Tensor>;
  /** Text by key; empty if the file has none. */
  readonly metadata: Record<string, string>;
}

/** Bytes that are not a valid safetensors file. */
export class WeightsError extends Error {
  /** `"WeightsError"`. */
  override readonly name = "WeightsError";
  /**
   * The tensor concerned; `undefined` if the problem is the file as a whole.
   */
  readonly tensor: string | undefined;
  /** The problem, including the tensor's name. */
  readonly problem: string;

  /**
   * Makes an error with its message.
   *
   * @param problem The problem, without full stop.
   * @param options The tensor concerned and the error that caused this one.
   */
  constructor(
    problem: string,
    options: { tensor?: string; cause?: unknown } = {},
  ) {
    const { tensor, cause } = options;
    const place = tensor === undefined ? "" : shorten(JSON.stringify(tensor));
    const short = shorten(problem);
    super(`Cannot read weights${place && ` ${place}`}: ${short}`, { cause });
    this.tensor = tensor;
    this.problem = place ? `${place}: ${short}` : short;
  }
}

/**
 * Reads the tensors and the metadata of a safetensors file.
 *
 * The tensors are copies: `bytes` may be changed afterwards.
 *
 * @param bytes The whole file.
 * @returns The tensors and the metadata.
 * @throws {WeightsError} If the bytes are not a valid safetensors file.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { formatSafetensors, parseSafetensors } from "./safetensors.ts";
 *
 * const data = Float32Array.of(0.5, -1);
 * const bytes = formatSafetensors({ w: { dtype: "F32", shape: [2, 1], data } });
 * const { tensors } = parseSafetensors(bytes);
 * deepStrictEqual(tensors.get("w"), { dtype: "F32", shape: [2, 1], data });
 * ```
 */
export function parseSafetensors(bytes: Uint8Array): Weights {
  const headerEnd = LENGTH_BYTES + headerLength(bytes);
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, headerEnd));
  const body = bytes.subarray(headerEnd);
  const entries = Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([name, value]) => checkEntry(name, value))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  const tensors = new Map<string, Tensor>();
  let covered = 0;
  for (const { name: tensor, dtype, shape, begin, end } of entries) {
    if (begin !== covered || end > body.length) {
      throw new WeightsError(
        `bytes ${begin} to ${end}, expected from ${covered} of ${body.length}`,
        { tensor },
      );
    }
    // Copied because a typed array needs an aligned offset.
    const { buffer } = new Uint8Array(body.subarray(begin, end));
    const data = new ARRAYS[dtype](buffer);
    tensors.set(tensor, { dtype, shape, data } as Tensor);
    covered = end;
  }
  if (covered !== body.length) {
    throw new WeightsError(`no tensor for ${body.length - covered} bytes`);
  }
  return { tensors, metadata: checkMetadata(header) };
}

/**
 * Writes tensors and metadata as a safetensors file.
 *
 * Tensors with large elements come first, so that every tensor is aligned.
 *
 * @param tensors The tensors by name.
 * @param metadata Text by key.
 * @returns The whole file.
 * @throws {TypeError} If `dtype` is unknown, or `data` not of its class.
 * @throws {RangeError} If a shape is not a list of sizes or does not fit the
 * data, a name is `__metadata__`, or the header is too long to be read.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { formatSafetensors, parseSafetensors } from "./safetensors.ts";
 *
 * const bytes = formatSafetensors({}, { epoch: "12" });
 * strictEqual(parseSafetensors(bytes).metadata.epoch, "12");
 * ```
 */
export function formatSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(tensors).sort(([, a], [, b]) =>
    b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT
  );
  const header: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) header.push([METADATA, metadata]);
  let end = 0;
  for (const [name, tensor] of entries) {
    checkTensor(name, tensor);
    const begin = end;
    end += tensor.data.byteLength;
    const { dtype, shape } = tensor;
    header.push([name, { dtype, shape, data_offsets: [begin, end] }]);
  }
  const json = JSON.stringify(Object.fromEntries(header));
  const text = new TextEncoder().encode(json);
  const headerEnd = LENGTH_BYTES + Math.ceil(text.length / 8) * 8;
  if (headerEnd - LENGTH_BYTES > MAX_HEADER_BYTES) {
    throw new RangeError(
      `Cannot write weights: a header of ${text.length} bytes, at most ` +
        `${MAX_HEADER_BYTES} are read`,
    );
  }
  const bytes = new Uint8Array(headerEnd + end);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerEnd - LENGTH_BYTES), true);
  bytes.fill(0x20, LENGTH_BYTES, headerEnd);
  bytes.set(text, LENGTH_BYTES);
  let offset = headerEnd;
  for (const [, { data: { buffer, byteOffset, byteLength } }] of entries) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), offset);
    offset += byteLength;
  }
  return bytes;
}

function shorten(text: string): string {
  return text.length > LONGEST_QUOTE
    ? `${text.slice(0, LONGEST_QUOTE)}…`
    : text;
}

function checkTensor(name: string, { dtype, shape, data }: Tensor): void {
  const quoted = `Cannot write weights ${JSON.stringify(name)}`;
  if (name === METADATA) throw new RangeError(`${quoted}: a reserved name`);
  if (!isDtype(dtype)) {
    throw new TypeError(`${quoted}: dtype ${JSON.stringify(dtype)} is unknown`);
  }
  if (!isSizes(shape)) {
    throw new RangeError(`${quoted}: [${shape}] is not a list of sizes`);
  }
  if (!(data instanceof ARRAYS[dtype])) {
    throw new TypeError(`${quoted}: ${dtype} is kept in ${ARRAYS[dtype].name}`);
  }
  const count = elements(shape);
  if (count !== data.length) {
    throw new RangeError(
      `${quoted}: [${shape}] has ${count} elements, the data ${data.length}`,
    );
  }
}

function headerLength(bytes: Uint8Array): number {
  if (bytes.length < LENGTH_BYTES) {
    throw new WeightsError(
      `${bytes.length} bytes, the header's length alone has ${LENGTH_BYTES}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES);
  const length = Number(view.getBigUint64(0, true));
  const most = Math.min(bytes.length - LENGTH_BYTES, MAX_HEADER_BYTES);
  if (length > most) {
    // Text in place of a length.
    const problem = length > 2 ** 48
      ? "no safetensors file"
      : `a header of ${length} bytes, at most ${most} fit`;
    throw new WeightsError(problem);
  }
  return length;
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  if (bytes[0] !== 0x7b) {
    throw new WeightsError("the header does not begin with {");
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const header = JSON.parse(text);
    if (countKeys(text) === Object.keys(header).length) return header;
  } catch (cause) {
    throw new WeightsError("the header is not JSON", { cause });
  }
  throw new WeightsError("a name occurs twice in the header");
}

/**
 * Counts the keys at the top level of a JSON object; JSON.parse drops
 * duplicates.
 */
function countKeys(json: string): number {
  let depth = 0;
  let keys = 0;
  for (let at = 0; at < json.length; at++) {
    const token = json[at];
    if (token === '"') {
      while (json[++at] !== '"') if (json[at] === "\\") at++;
    } else if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    else if (token === ":" && depth === 1) keys++;
  }
  return keys;
}

interface Entry {
  name: string;
  dtype: Dtype;
  shape: number[];
  begin: number;
  end: number;
}

function checkEntry(name: string, value: unknown): Entry {
  const { dtype, shape, data_offsets: offsets } = Object(value);
  const refuse = (problem: string): never => {
    throw new WeightsError(problem, { tensor: name });
  };
  if (!isDtype(dtype)) {
    return refuse(`dtype ${JSON.stringify(dtype)} cannot be read`);
  }
  if (!isSizes(shape)) return refuse("shape is not a list of sizes");
  if (!isSizes(offsets) || offsets.length !== 2) {
    return refuse("data_offsets is not a pair of sizes");
  }
  const [begin, end] = offsets;
  const size = elements(shape) * ARRAYS[dtype].BYTES_PER_ELEMENT;
  if (end - begin !== size) {
    refuse(`${dtype} of [${shape}] has ${size} bytes, not ${end - begin}`);
  }
  return { name, dtype, shape, begin, end };
}

function checkMetadata(header: Record<string, unknown>) {
  if (!Object.hasOwn(header, METADATA)) return {};
  const metadata = header[METADATA];
  const isObject = metadata instanceof Object && !Array.isArray(metadata);
  if (isObject && Object.values(metadata).every(isText)) {
    return metadata as Record<string, string>;
  }
  throw new WeightsError(`${METADATA} is not text by key`);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isDtype(value: unknown): value is Dtype {
  return isText(value) && Object.hasOwn(ARRAYS, value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) &&
    value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
