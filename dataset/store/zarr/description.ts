/**
 * The description of a Zarr group or array, its `zarr.json`, with a digest of
 * itself among its attributes. It tells whether a description that comes over
 * HTTP is whole; one that was changed by hand on the disk is read as it is.
 *
 * @module
 */

import { sha256 } from "../../files/sha256.ts";

/** A description: JSON of any kind. */
export type Description = Readonly<Record<string, unknown>>;

/**
 * Parses a description.
 *
 * @param bytes Its bytes.
 * @returns The description.
 * @throws {SyntaxError} If it is no JSON.
 * @throws {Error} If it is no object.
 */
export function parseDescription(bytes: Uint8Array): Description {
  const node = JSON.parse(new TextDecoder().decode(bytes));
  if (Object(node) === node && !Array.isArray(node)) return node;
  throw new Error("it is no object in JSON");
}

/**
 * Adds its digest to a description.
 *
 * @param bytes The description.
 * @returns The same with the attribute `descriptionSha256`.
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
 * Compares a description to its digest.
 *
 * @param bytes The description.
 * @returns The problem, or `undefined` if they agree or the description is of an
 *   older store and has no digest.
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
 * Takes its digest out of attributes.
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
