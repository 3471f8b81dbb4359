/**
 * Reads Python's pickles as data, without executing anything.
 *
 * A pickle is a program for a stack machine. Calls are not executed: a call
 * becomes a {@linkcode PickledCall} with the callee's name and arguments, and
 * only ordered dictionaries, which are data, become maps.
 *
 * Source: CPython's pickletools, protocols 1 to 5; protocol 0 cannot refer to
 * storages.
 *
 * @module
 */

import { NetworkError } from "../network/network_error.ts";
import { damaged, MARK, PickleMachine } from "./pickle_machine.ts";

/** Largest number of instructions of a pickle. */
const MAX_INSTRUCTIONS = 5_000_000;

/** A global name of a Python module. */
export class PickledName {
  /** Module and name, such as `torch.FloatStorage`. */
  readonly path: string;

  /** @param path Module and name, joined by a dot. */
  constructor(path: string) {
    this.path = path;
  }
}

/** A call that was not executed. */
export class PickledCall {
  /** Module and name of the callee. */
  readonly path: string;
  /** The arguments. */
  readonly args: readonly unknown[];

  /**
   * @param path Module and name of the callee.
   * @param args The arguments.
   */
  constructor(path: string, args: readonly unknown[]) {
    this.path = path;
    this.args = args;
  }
}

/** A reference to an object outside of the pickle. */
export class PickledReference {
  /** Identifier of the object. */
  readonly id: unknown;

  /** @param id Identifier of the object. */
  constructor(id: unknown) {
    this.id = id;
  }
}

/** A value, and the position after its pickle. */
export interface Unpickled {
  /**
   * The value: numbers, texts, arrays for lists and tuples, maps for
   * dictionaries, and names, calls and references.
   */
  readonly value: unknown;
  /** Offset of the byte after the pickle. */
  readonly end: number;
}

/**
 * Reads a pickle.
 *
 * @param bytes Bytes that hold it.
 * @param start Byte at which it starts.
 * @returns Its value, and where it ends.
 * @throws {NetworkError} If it is damaged, or has an instruction that plain
 * data do not need.
 *
 * @example
 * ```ts
 * import { unpickle } from "./pickle.ts";
 * // pickle.dumps({"a": 1}, protocol=2)
 * const text = "\x80\x02}q\x00X\x01\x00\x00\x00aq\x01K\x01s.";
 * const { value } = unpickle(Uint8Array.from(text, (c) => c.charCodeAt(0)));
 * if ((value as Map<string, number>).get("a") !== 1) throw new Error("not 1");
 * ```
 */
export function unpickle(bytes: Uint8Array, start = 0): Unpickled {
  const machine = new PickleMachine(bytes, start);
  try {
    return run(machine);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new NetworkError(
      `its pickle ends within an instruction, at byte ${machine.at}`,
      { cause },
    );
  }
}

function run(machine: PickleMachine): Unpickled {
  for (let count = 0; count < MAX_INSTRUCTIONS; count++) {
    const place = machine.at;
    const code = String.fromCharCode(machine.size(1));
    if (code === ".") return { value: machine.pop(), end: machine.at };
    const instruction = INSTRUCTIONS[code];
    if (!instruction) {
      const letter = JSON.stringify(code);
      throw new NetworkError(
        `its pickle has instruction ${letter} at byte ${place}, which data ` +
          "do not need",
      );
    }
    instruction(machine);
  }
  throw new NetworkError(
    `its pickle has more than ${MAX_INSTRUCTIONS} instructions`,
  );
}

/** Sets entries of a dictionary; items of other objects are ignored. */
function setItems(target: unknown, items: readonly unknown[]): void {
  if (!(target instanceof Map)) return;
  for (let i = 0; i + 1 < items.length; i += 2) {
    target.set(items[i], items[i + 1]);
  }
}

function append(target: unknown, values: readonly unknown[]): void {
  if (Array.isArray(target)) { for (const value of values) target.push(value); }
}

function nameOf(value: unknown): string {
  if (value instanceof PickledName) return value.path;
  throw damaged();
}

/**
 * Requires a text as part of a name; other values could expand to huge text.
 */
function wordOf(value: unknown): string {
  if (typeof value === "string") return value;
  throw damaged();
}

/** Reads an integer written as a line of text, as in protocol 1. */
function integerIn(line: string): number {
  if (/^-?\d{1,300}$/.test(line)) return Number(line);
  throw damaged();
}

/** Records a call; a call of OrderedDict becomes an empty map. */
function call(machine: PickleMachine): void {
  const [callee, args] = machine.take(2);
  const path = nameOf(callee);
  if (!Array.isArray(args)) throw damaged();
  machine.push(
    path === "collections.OrderedDict"
      ? new Map()
      : new PickledCall(path, args),
  );
}

/** Reads an integer of any size; above 64 bits it becomes a float. */
function long(bytes: Uint8Array): number {
  const value = bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
  const negative = bytes.length > 0 && bytes[bytes.length - 1] > 127;
  return negative ? value - 256 ** bytes.length : value;
}

type Instruction = (machine: PickleMachine) => void;

/** Instructions by opcode. */
const INSTRUCTIONS: Readonly<Record<string, Instruction | undefined>> = {
  "\x80": (m) => void m.size(1),
  "\x95": (m) => void m.size(8),
  // Names and calls.
  c: (m) => {
    const module = m.line();
    m.push(new PickledName(`${module}.${m.line()}`));
  },
  "\x93": (m) => {
    const [module, name] = m.take(2).map(wordOf);
    m.push(new PickledName(`${module}.${name}`));
  },
  R: call,
  "\x81": call,
  b: (m) => void m.pop(),
  Q: (m) => m.push(new PickledReference(m.pop())),
  // Numbers and texts.
  N: (m) => m.push(null),
  "\x88": (m) => m.push(true),
  "\x89": (m) => m.push(false),
  I: (m) => {
    const line = m.line();
    m.push(line === "01" || line === "00" ? line === "01" : integerIn(line));
  },
  L: (m) => m.push(integerIn(m.line().replace(/L$/, ""))),
  J: (m) => m.push(m.int32()),
  K: (m) => m.push(m.size(1)),
  M: (m) => m.push(m.size(2)),
  "\x8a": (m) => m.push(long(m.bytes(m.size(1)))),
  "\x8b": (m) => m.push(long(m.bytes(m.size(4)))),
  G: (m) => m.push(m.float64()),
  X: (m) => m.push(m.text(m.size(4))),
  "\x8c": (m) => m.push(m.text(m.size(1))),
  "\x8d": (m) => m.push(m.text(m.size(8))),
  U: (m) => m.push(m.text(m.size(1))),
  T: (m) => m.push(m.text(m.size(4))),
  C: (m) => m.push(m.bytes(m.size(1))),
  B: (m) => m.push(m.bytes(m.size(4))),
  "\x8e": (m) => m.push(m.bytes(m.size(8))),
  // Tuples, lists and dictionaries.
  "(": (m) => m.push(MARK),
  ")": (m) => m.push([]),
  t: (m) => m.push(m.popMark()),
  "\x85": (m) => m.push(m.take(1)),
  "\x86": (m) => m.push(m.take(2)),
  "\x87": (m) => m.push(m.take(3)),
  "]": (m) => m.push([]),
  l: (m) => m.push(m.popMark()),
  a: (m) => {
    const value = m.pop();
    append(m.top(), [value]);
  },
  e: (m) => {
    const values = m.popMark();
    append(m.top(), values);
  },
  "\x8f": (m) => m.push([]),
  "\x90": (m) => {
    const values = m.popMark();
    append(m.top(), values);
  },
  "}": (m) => m.push(new Map()),
  d: (m) => {
    const items = m.popMark();
    m.push(new Map());
    setItems(m.top(), items);
  },
  s: (m) => {
    const item = m.take(2);
    setItems(m.top(), item);
  },
  u: (m) => {
    const items = m.popMark();
    setItems(m.top(), items);
  },
  // Stack and memo.
  "0": (m) => void m.pop(),
  "1": (m) => void m.popMark(),
  "2": (m) => m.push(m.top()),
  q: (m) => m.put(m.size(1)),
  r: (m) => m.put(m.size(4)),
  "\x94": (m) => m.memoize(),
  h: (m) => m.get(m.size(1)),
  j: (m) => m.get(m.size(4)),
};
