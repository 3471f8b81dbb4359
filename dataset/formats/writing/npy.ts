/**
 * Encoder of recordings as plain NumPy arrays with one row per event, as read
 * by programs such as slayerPytorch.
 *
 * @module
 */

import type { OpenRecording } from "../reading/format.ts";

/**
 * Encodes a recording as `.npy` in float64: x, y, p and t (µs) of each event,
 * or x, p and t for a single row of pixels. The recording is read twice, first
 * to count its events.
 *
 * @param recording The recording.
 * @returns The file in pieces.
 *
 * @example
 * ```ts
 * import { openRecording } from "../open_recording.ts";
 * import { encodeAsNpy } from "./npy.ts";
 * const file = new File(["t,x,y,p\n1000,5,7,1\n"], "hand.csv");
 * const [, rows] = await Array.fromAsync(
 *   encodeAsNpy(await openRecording(file)),
 * );
 * const values = new Float64Array(rows.buffer);
 * if (values.join() !== "5,7,1,1000") throw new Error(`${values}`);
 * ```
 *
 * Source: slayerPytorch, `encodeNpSpikes()`; its `readNpSpikes()` reads the
 * file with `timeUnit=1e-6`.
 */
export async function* encodeAsNpy(
  recording: OpenRecording,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  let count = 0;
  let isLine = (recording.sensor?.height ?? 1) === 1;
  for await (const { y } of recording.blocks()) {
    count += y.length;
    isLine &&= y.every((row) => row === 0);
  }
  const columns = isLine ? 3 : 4;
  yield npyHeader("<f8", `(${count}, ${columns})`);
  for await (const { x, y, t, p } of recording.blocks()) {
    const values = new Float64Array(columns * t.length);
    for (let i = 0, at = 0; i < t.length; i++) {
      values[at++] = x[i];
      if (!isLine) values[at++] = y[i];
      values[at++] = p[i];
      values[at++] = t[i];
    }
    yield new Uint8Array(values.buffer);
  }
}

/**
 * Encodes the header of an array, padded to a multiple of 64 bytes.
 *
 * @param descr NumPy's name of the element type.
 * @param shape Shape of the array as a Python tuple.
 * @returns The header.
 *
 * @example
 * ```ts
 * import { npyHeader } from "./npy.ts";
 * if (npyHeader("<u2", "(3,)").length !== 128) throw new Error("expected 128");
 * ```
 */
export function npyHeader(
  descr: string,
  shape: string,
): Uint8Array<ArrayBuffer> {
  const text =
    `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const length = 64 * Math.ceil((text.length + 11) / 64) - 10;
  return Uint8Array.of(
    ...[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length & 0xff, length >> 8],
    ...new TextEncoder().encode(`${text.padEnd(length - 1)}\n`),
  );
}
