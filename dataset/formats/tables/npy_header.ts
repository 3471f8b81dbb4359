/**
 * Headers of NumPy files: type and shape of an array.
 *
 * @module
 */

/** Maximum size of a header in bytes; NumPy writes about a hundred. */
export const MAX_HEADER_BYTES: number = 1 << 16;

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Description of the array in a NumPy file. */
export interface NpyHeader {
  /** Byte offset of the array. */
  readonly start: number;
  /** NumPy's name of the element type, or names and types of fields. */
  readonly descr: unknown;
  /** Shape of the array. */
  readonly shape: unknown;
  /** Whether the array is in Fortran order, with the first axis contiguous. */
  readonly isFortran: boolean;
}

/**
 * Recognises a NumPy file by its signature.
 *
 * @param bytes The first bytes of the file.
 * @returns Whether the signature is present.
 *
 * @example
 * ```ts
 * import { isNpy } from "./npy_header.ts";
 * if (isNpy(Uint8Array.of(0x93, 0x4e))) throw new Error("it is cut off");
 * ```
 */
export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * Parses the header.
 *
 * @param bytes The first bytes of the file, with the whole header.
 * @returns Type and shape of the array; a description of the problem if the
 *   header is damaged.
 *
 * @example
 * ```ts
 * import { parseNpyHeader } from "./npy_header.ts";
 * const text = "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }\n";
 * const header = parseNpyHeader(Uint8Array.of(
 *   ...[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length, 0],
 *   ...new TextEncoder().encode(text),
 * ));
 * if (typeof header === "string" || header.descr !== "<f8") {
 *   throw new Error("misread");
 * }
 * ```
 *
 * Source: NEP 1, "A simple file format for NumPy arrays".
 */
export function parseNpyHeader(bytes: Uint8Array): NpyHeader | string {
  if (bytes.length < 12 || !isNpy(bytes)) return "it is no NumPy file";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const wide = bytes[6] > 1;
  const from = wide ? 12 : 10;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  if (length > MAX_HEADER_BYTES) {
    return `it has a header of ${length} bytes, at most ${MAX_HEADER_BYTES} ` +
      "are read";
  }
  const start = from + length;
  const { descr, shape, fortran_order } = parseDictionary(
    bytes.subarray(from, start),
  );
  return { start, descr, shape, isFortran: fortran_order === true };
}

/**
 * Parses the Python literal in a header by rewriting it as JSON: strings,
 * numbers, lists, tuples and Booleans.
 */
function parseDictionary(bytes: Uint8Array): Record<string, unknown> {
  const json = new TextDecoder().decode(bytes)
    .replaceAll("'", '"')
    .replaceAll("(", "[")
    .replaceAll(")", "]")
    .replaceAll("True", "true")
    .replaceAll("False", "false")
    .replaceAll(/,(?=\s*[\]}])/g, "");
  try {
    return Object(JSON.parse(json));
  } catch {
    return {};
  }
}
