/**
 * Sizes of structures in WGSL.
 *
 * @module
 */

/** Numbers that a neuron's state may have, of four bytes each. */
const SCALARS = ["f32", "i32", "u32"];

/** Size and alignment in bytes of the types that a neuron's state may have. */
const TYPES: Readonly<Record<string, readonly [number, number]>> = Object
  .fromEntries(
    SCALARS.flatMap((scalar) => [
      [scalar, [4, 4]],
      [`vec2<${scalar}>`, [8, 8]],
      [`vec3<${scalar}>`, [12, 16]],
      [`vec4<${scalar}>`, [16, 16]],
    ]),
  );

/**
 * Returns the stride in bytes of an array of WGSL structures.
 *
 * @param code WGSL that declares the structure.
 * @param name Name of the structure.
 * @returns The stride; `undefined` if a member is not a number, a vector,
 * or a structure of these.
 *
 * @example
 * ```ts
 * import { structBytes } from "./struct_bytes.ts";
 * const code = "struct State { v: f32, phase: vec2<f32> }";
 * if (structBytes(code, "State") !== 16) throw new Error("expected 16");
 * ```
 */
export function structBytes(code: string, name: string): number | undefined {
  return layOut(code, name)?.[0];
}

function layOut(
  code: string,
  name: string,
): readonly [number, number] | undefined {
  if (Object.hasOwn(TYPES, name)) return TYPES[name];
  const body = code.replaceAll(/\/\/.*/g, "")
    .match(new RegExp(`struct\\s+${name}\\s*\\{([^}]*)\\}`))?.[1];
  if (body === undefined) return undefined;
  let bytes = 0;
  let widest = 1;
  for (const [, type] of body.matchAll(/:\s*(\w+(?:<\w+>)?)/g)) {
    const member = layOut(code, type);
    if (!member) return undefined;
    const [size, alignment] = member;
    bytes = roundUp(bytes, alignment) + size;
    widest = Math.max(widest, alignment);
  }
  return [roundUp(bytes, widest), widest];
}

function roundUp(bytes: number, alignment: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
