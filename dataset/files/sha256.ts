/**
 * SHA-256 digests, in Deno and in browsers.
 *
 * @module
 */

/**
 * Computes the SHA-256 digest of bytes or of a text.
 *
 * @param content The bytes, or a text, which is encoded as UTF-8.
 * @returns The digest in hexadecimal, 64 digits.
 *
 * @example
 * ```ts
 * import { sha256 } from "./sha256.ts";
 * const digest = await sha256("abc");
 * if (!digest.startsWith("ba7816bf")) throw new Error(digest);
 * ```
 */
export async function sha256(
  content: Uint8Array<ArrayBuffer> | string,
): Promise<string> {
  const bytes = typeof content === "string"
    ? new TextEncoder().encode(content)
    : content;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
