/**
 * Digests, where there is a file system and in a browser.
 *
 * @module
 */

/**
 * Digests bytes or a text with SHA-256.
 *
 * @param content The bytes, or a text as UTF-8.
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
