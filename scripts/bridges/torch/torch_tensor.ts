/**
 * Reads tensors in PyTorch's pickles, which are calls that rebuild them.
 *
 * Source: PyTorch, torch/_utils.py, 1.13.
 *
 * @module
 */

import { NetworkError } from "../network/network_error.ts";
import { PickledCall, PickledName, PickledReference } from "./pickle.ts";

/** A tensor. */
export interface TorchTensor {
  /** Lengths of its axes, slowest first. */
  readonly shape: readonly number[];
  /** Its elements in that order. */
  readonly data: Float32Array;
}

/** Element types of storages, by PyTorch's names. */
const ELEMENTS: Readonly<
  Record<string, { bytes: number; read(view: DataView, at: number): number }>
> = {
  Float: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  Double: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  Half: { bytes: 2, read: (view, at) => view.getFloat16(at, true) },
  // Upper half of a 32-bit float.
  BFloat16: {
    bytes: 2,
    read: (view, at) => {
      const word = new Uint32Array([view.getUint16(at, true) << 16]);
      return new Float32Array(word.buffer)[0];
    },
  },
  Long: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  Int: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  Short: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  Char: { bytes: 1, read: (view, at) => view.getInt8(at) },
  Byte: { bytes: 1, read: (view, at) => view.getUint8(at) },
  Bool: { bytes: 1, read: (view, at) => view.getUint8(at) },
};

/** Largest number of axes of a tensor. */
const MAX_AXES = 64;

/**
 * Calls that rebuild a tensor from a storage, and a parameter from a tensor.
 */
const REBUILD_TENSOR = "torch._utils._rebuild_tensor_v2";
const REBUILD_PARAMETER = "torch._utils._rebuild_parameter";

/** Calls that rebuild any tensor, also sparse and quantised ones. */
const REBUILD = /^torch\._(utils|tensor)\._rebuild_/;

/** Bytes of storages by their keys. */
export type Storages = ReadonlyMap<string, DataView>;

/**
 * Finds the storages that a value refers to.
 *
 * @param value A value of a pickle.
 * @returns For each a tag, type, key, location and size.
 */
export function storagesIn(value: unknown): unknown[][] {
  const found: unknown[][] = [];
  const seen = new Set<unknown>();
  const waiting = [value];
  while (waiting.length > 0) {
    const inner = waiting.pop();
    if (typeof inner !== "object" || inner === null || seen.has(inner)) {
      continue;
    }
    seen.add(inner);
    if (inner instanceof PickledReference) {
      if (Array.isArray(inner.id) && inner.id[0] === "storage") {
        found.push(inner.id);
      }
    } else if (inner instanceof PickledCall) {
      for (const own of inner.args) waiting.push(own);
    } else if (inner instanceof Map) {
      for (const own of inner.values()) waiting.push(own);
    } else if (Array.isArray(inner)) {
      for (const own of inner) waiting.push(own);
    }
  }
  return found;
}

/** Size and reader of a storage's elements, by its type. */
function elementOf(type: unknown) {
  const path = type instanceof PickledName
    ? type.path
    : typeof type === "string"
    ? type
    : "";
  const [, name] = /^torch(?:\.storage)?\.(\w+)Storage$/.exec(path) ?? [];
  const element = name !== undefined && Object.hasOwn(ELEMENTS, name)
    ? ELEMENTS[name]
    : undefined;
  if (!element) throw new NetworkError(`it has elements of type "${path}"`);
  return element;
}

/**
 * Checks the key of a storage.
 *
 * @param key Key in a pickle.
 * @returns The key.
 * @throws {NetworkError} If it is not a key.
 */
export function keyOf(key: unknown): string {
  if (typeof key === "string" || typeof key === "number") return String(key);
  throw new NetworkError("a storage has no name");
}

/**
 * Returns the element size of a storage.
 *
 * @param type Type of the storage.
 * @returns Size in bytes.
 * @throws {NetworkError} If the type is unknown.
 */
export function bytesOf(type: unknown): number {
  return elementOf(type).bytes;
}

/**
 * Tells whether a value is a tensor of any kind.
 *
 * @param value A value of a pickle.
 * @returns Whether it is a call that rebuilds one.
 */
export function isTensor(value: unknown): value is PickledCall {
  return REBUILD.test(plainOf(value)?.path ?? "");
}

/** Unwraps a parameter to the call that rebuilds its tensor. */
function plainOf(value: unknown): PickledCall | undefined {
  if (!(value instanceof PickledCall)) return undefined;
  if (value.path !== REBUILD_PARAMETER) return value;
  const [inner] = value.args;
  return inner instanceof PickledCall ? inner : undefined;
}

/**
 * Reads a tensor.
 *
 * @param name Its name.
 * @param call The call that rebuilds it.
 * @param options Bytes of storages, and the largest allowed number of elements.
 * @returns The tensor.
 * @throws {NetworkError} If it is damaged, too large or of a kind that cannot be
 * read, or a storage is missing.
 */
export function tensorOf(
  name: string,
  call: PickledCall,
  { storages, most }: { readonly storages: Storages; readonly most: number },
): TorchTensor {
  const { path, args } = plainOf(call)!;
  if (path !== REBUILD_TENSOR) {
    const problem = `its tensor is one of ${path}, which cannot be read`;
    throw new NetworkError(problem, { node: name });
  }
  const [storage, offset, shape, stride] = args;
  const damaged = () =>
    new NetworkError("its tensor is damaged", { node: name });
  const sizes = (value: unknown): value is number[] =>
    Array.isArray(value) && value.length <= MAX_AXES &&
    value.every((side) => Number.isSafeInteger(side) && side >= 0);
  if (
    !(storage instanceof PickledReference) || !Array.isArray(storage.id) ||
    !sizes([offset]) ||
    !sizes(shape) || !sizes(stride) || shape.length !== stride.length
  ) throw damaged();
  const [, type, key, , , view] = storage.id;
  if (Array.isArray(view)) {
    throw new NetworkError("its storage is a part of another", { node: name });
  }
  const { bytes, read } = elementOf(type);
  const content = storages.get(keyOf(key));
  if (!content) throw damaged();
  const length = shape.reduce((product, side) => product * side, 1);
  const last = shape.reduce(
    (sum, side, axis) => sum + (side - 1) * stride[axis],
    offset as number,
  );
  if (length > 0 && !(last < Math.floor(content.byteLength / bytes))) {
    throw damaged();
  }
  if (length > most) {
    const problem = `its tensor has ${length} elements, and ${most} are left`;
    throw new NetworkError(problem, { node: name });
  }
  const data = new Float32Array(length);
  const index = shape.map(() => 0);
  let at = offset as number;
  for (let i = 0; i < length; i++) {
    data[i] = read(content, at * bytes);
    // Advances the index, last axis fastest.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += stride[axis];
      if (++index[axis] < shape[axis]) break;
      at -= shape[axis] * stride[axis];
      index[axis] = 0;
    }
  }
  return { shape, data };
}
