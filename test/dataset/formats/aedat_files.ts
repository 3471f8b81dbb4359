/** AEDAT files for tests, made byte by byte. */

/** Joins bytes and text. */
export function concatBytes(
  ...parts: (Uint8Array | string)[]
): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const pieces = parts.map((part) =>
    typeof part === "string" ? encoder.encode(part) : part
  );
  const bytes = new Uint8Array(
    pieces.reduce((length, piece) => length + piece.length, 0),
  );
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Encodes pairs of address and time as records of 6 or 8 bytes. */
export function records(
  pairs: readonly (readonly [address: number, time: number])[],
  size: 6 | 8,
): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(size * pairs.length));
  pairs.forEach(([address, time], i) => {
    if (size === 8) view.setUint32(8 * i, address);
    else view.setUint16(6 * i, address);
    view.setUint32(size * i + size - 4, time);
  });
  return new Uint8Array(view.buffer);
}

/** Runs a test with a temporary file. */
export async function withFile<T>(
  bytes: Uint8Array,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const path = await Deno.makeTempFile({ suffix: ".aedat" });
  try {
    await Deno.writeFile(path, bytes);
    return await use(path);
  } finally {
    await Deno.remove(path);
  }
}
