/**
 * Description of a Zarr group or array, its `zarr.json`, which has a digest of
 * itself among its attributes. The digest is checked only after a download, to
 * detect damage; a description edited by hand on disk stays readable.
 *
 * @module
 */

import { sha256 } from "../../files/sha256.ts";

/** A description, the JSON object of a `zarr.json`. */
export type Description = Readonly<Record<string, unknown>>;

/**
 * Parses a description.
 *
 * @param bytes Its bytes.
 * @returns The description.
 * @throws {SyntaxError} If it is not JSON.
 * @throws {Error} If it is not an object.
 */
export function parseDescription(bytes: Uint8Array): Description {
  const node = JSON.parse(new TextDecoder().decode(bytes));
  if (Object(node) === node && !Array.isArray(node)) return node;
  throw new Error("it is no object in JSON");
}

/**
 * Adds the digest of a description to its attributes.
 *
 * @param bytes The description.
 * @returns The description with the attribute `descriptionSha256`.
 *
 * @example
 * ```ts
 * import { checkDescription, sealDescription } from "./description.ts";
 * const bytes = new TextEncoder().encode('{"shape":[7],"attributes":{}}');
 * const sealed = await sealDescription(bytes);
 * if (await checkDescription(sealed)) throw new Error("expected no problem");
 * const text = new TextDecoder().decode(sealed).replace("7", "8");
 * const problem = await checkDescription(new TextEncoder().encode(text));
 * if (problem === undefined) throw new Error("expected a problem");
 * ```
 */
export async function sealDescription(bytes: Uint8Array): Promise<Uint8Array> {
  const node = parseDescription(bytes);
  const attributes = { ...Object(node.attributes) };
  attributes.descriptionSha256 = await digestOf(node);
  const sealed = JSON.stringify({ ...node, attributes }, undefined, 2);
  return new TextEncoder().encode(sealed);
}

/**
 * Compares a description with its digest.
 *
 * @param bytes The description.
 * @returns The problem, or `undefined` if they agree or the description has no
 *   digest, as in older stores.
 */
export async function checkDescription(
  bytes: Uint8Array,
): Promise<string | undefined> {
  try {
    const node = parseDescription(bytes);
    const { descriptionSha256: digest } = Object(node.attributes);
    if (digest === undefined || digest === await digestOf(node)) return;
    return "it does not have its checksum";
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Removes the description's digest from its attributes.
 *
 * @param attributes Attributes as stored; in a damaged file they may be anything.
 * @returns The other attributes.
 */
export function withoutDigest(attributes: unknown): Record<string, unknown> {
  const { descriptionSha256: _, ...others } = Object(attributes);
  return others;
}

function digestOf(node: Description): Promise<string> {
  const attributes = withoutDigest(node.attributes);
  return sha256(JSON.stringify({ ...node, attributes }));
}
