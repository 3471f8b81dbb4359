/**
 * Tensors in pickles of PyTorch: calls that make a tensor of a storage.
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

/** Elements of storages, by their types in PyTorch. */
const ELEMENTS: Readonly<
  Record<string, { bytes: number; read(view: DataView, at: number): number }>
> = {
  Float: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  Double: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  Half: { bytes: 2, read: (view, at) => view.getFloat16(at, true) },
  // The upper half of a 32-bit float.
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

/** Calls that make a tensor of a storage, and of a tensor. */
const REBUILD_TENSOR = "torch._utils._rebuild_tensor_v2";
const REBUILD_PARAMETER = "torch._utils._rebuild_parameter";

/** Elements of storages by their keys. */
export type Storages = ReadonlyMap<string, DataView>;

/**
 * Finds what storages a value refers to.
 *
 * @param value A value of a pickle.
 * @returns A word, type, key, place and size of each.
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
      waiting.push(...inner.args);
    } else if (inner instanceof Map) {
      for (const own of inner.values()) waiting.push(own);
    } else if (Array.isArray(inner)) {
      for (const own of inner) waiting.push(own);
    }
  }
  return found;
}

/** The type of a storage's elements, such as `Float`. */
function elementOf(type: unknown) {
  const path = type instanceof PickledName ? type.path : String(type);
  const [, name] = /^torch(?:\.storage)?\.(\w+)Storage$/.exec(path) ?? [];
  const element = name !== undefined && Object.hasOwn(ELEMENTS, name)
    ? ELEMENTS[name]
    : undefined;
  if (!element) throw new NetworkError(`it has elements of type "${path}"`);
  return element;
}

/**
 * Measures an element of a storage.
 *
 * @param type Type of the storage.
 * @returns Its bytes.
 * @throws {NetworkError} If the type is unknown.
 */
export function bytesOf(type: unknown): number {
  return elementOf(type).bytes;
}

/**
 * Tells whether a value is a tensor.
 *
 * @param value A value of a pickle.
 * @returns Whether it is the call that makes one.
 */
export function isTensor(value: unknown): value is PickledCall {
  return value instanceof PickledCall &&
    (value.path === REBUILD_TENSOR ||
      (value.path === REBUILD_PARAMETER && isTensor(value.args[0])));
}

/**
 * Reads a tensor.
 *
 * @param name Its name.
 * @param call The call that makes it.
 * @param storages Elements of storages.
 * @returns The tensor.
 * @throws {NetworkError} If it is damaged, or a storage is missing.
 */
export function tensorOf(
  name: string,
  { path, args }: PickledCall,
  storages: Storages,
): TorchTensor {
  if (path === REBUILD_PARAMETER) {
    return tensorOf(name, args[0] as PickledCall, storages);
  }
  const [storage, offset, shape, stride] = args;
  const damaged = () =>
    new NetworkError("its tensor is damaged", { node: name });
  const sizes = (value: unknown): value is number[] =>
    Array.isArray(value) &&
    value.every((side) => Number.isSafeInteger(side) && side >= 0);
  if (
    !(storage instanceof PickledReference) || !sizes([offset]) ||
    !sizes(shape) || !sizes(stride) || shape.length !== stride.length
  ) throw damaged();
  const [, type, key] = storage.id as unknown[];
  const { bytes, read } = elementOf(type);
  const content = storages.get(String(key));
  if (!content) {
    throw new NetworkError(`its storage "${key}" is missing`, { node: name });
  }
  const length = shape.reduce((product, side) => product * side, 1);
  const last = shape.reduce(
    (sum, side, axis) => sum + (side - 1) * stride[axis],
    offset as number,
  );
  const most = Math.floor(content.byteLength / bytes);
  if (length > 0 && !(last < most && length <= most)) throw damaged();
  const data = new Float32Array(length);
  const index = shape.map(() => 0);
  let at = offset as number;
  for (let i = 0; i < length; i++) {
    data[i] = read(content, at * bytes);
    // Counts on: the last axis fastest.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += stride[axis];
      if (++index[axis] < shape[axis]) break;
      at -= shape[axis] * stride[axis];
      index[axis] = 0;
    }
  }
  return { shape, data };
}
