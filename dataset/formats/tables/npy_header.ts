/**
 * Headers of NumPy files: the type and the shape of an array.
 *
 * @module
 */

/** Bytes of a header at most; NumPy's own have some hundred. */
export const MAX_HEADER_BYTES: number = 1 << 16;

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** An array that a NumPy file holds. */
export interface NpyHeader {
  /** Byte at which the array starts. */
  readonly start: number;
  /** NumPy's name of the type of elements, or names and types of fields. */
  readonly descr: unknown;
  /** Lengths of the axes. */
  readonly shape: unknown;
  /** Whether the first axis is the one whose elements lie side by side. */
  readonly isFortran: boolean;
}

/**
 * Whether a file starts as NumPy's do.
 *
 * @param bytes The first bytes of the file.
 * @returns Whether NumPy's mark is there.
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
 * @param bytes The first bytes of the file, the header among them.
 * @returns The array's type and shape; a text if the header is damaged.
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
 * Parses the literal of Python that a header is: names, numbers, lists, tuples
 * and truth values, each as JSON has it but for the spelling.
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
