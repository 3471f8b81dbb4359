/**
 * Where a fold stands, as a file from which it goes on.
 *
 * A checkpoint is one safetensors file: `weights/NAME`, those of the best epoch
 * and those that the log compares with, `best/NAME` and `logged/NAME`, and the
 * optimizer's moments, `m/NAME`, `v/NAME`, `vMax/NAME`, are its tensors, and so
 * are spikes of each neuron in the epoch under way, `fired/LAYER`, layers by
 * number; all else is JSON in its metadata. A digest in there tells a file that
 * was changed since, by a bit or on purpose, from the one that was written.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { fileProblem } from "../../dataset/files/file_problem.ts";
import type { PassSums } from "../../engine/training/pass.ts";
import type { ModelState } from "../../engine/model.ts";
import {
  formatSafetensors,
  parseSafetensors,
  type Tensor,
  WeightsError,
} from "../../engine/network/safetensors.ts";
import type { NamedArray } from "../../engine/network/weights.ts";
import type {
  Arrays,
  BatchLoss,
  EpochMeasures,
  FoldSummary,
  LayerNumbers,
} from "./files.ts";
import { differenceOf, type RunIdentity } from "./identity.ts";

/** The form of files that this program writes, and the one it reads. */
const VERSION = "4";

/** The epoch whose weights are kept. */
export interface Best {
  /** The epoch, counted from 0. */
  readonly epoch: number;
  readonly trainAccuracy: number;
  /** Loss and accuracy of the set that it was chosen by. */
  readonly loss: number;
  readonly accuracy: number;
}

/** Where training of a fold stands. */
export interface FoldPosition {
  /** The epoch under way, counted from 0; all before it are done. */
  readonly epoch: number;
  /** Its batches that were trained on. */
  readonly batches: number;
  /** What these came to. */
  readonly sums?: PassSums;
  /** What the log says of them, one by one. */
  readonly losses: readonly BatchLoss[];
  /** What was measured behind the last of them. */
  readonly measures?: EpochMeasures;
  /** In the first epoch: what the first weights were scaled by, if they were. */
  readonly firstScales?: LayerNumbers;
  /** The generator's state when the epoch began. */
  readonly random: readonly number[];
  /** Time that the run has taken so far, of all folds, in s. */
  readonly seconds: number;
  /** The best epoch so far. */
  readonly best?: Best;
  /** Lowest loss so far of the set that weights are chosen by. */
  readonly lowestLoss?: number;
  /** Whether no further epoch follows. */
  readonly trained: boolean;
  /** What the fold came to, once it is done. */
  readonly summary?: FoldSummary;
}

/** All that a fold goes on from. */
export interface Checkpoint {
  /** Name of the adapter that it was computed on. */
  readonly adapter: string;
  readonly position: FoldPosition;
  /** Weights and moments; nothing once the fold is done. */
  readonly state?: ModelState;
  /** Weights of the best epoch. */
  readonly best?: Arrays;
  /** Weights that the log compares with. */
  readonly logged?: Arrays;
}

/**
 * Writes a checkpoint.
 *
 * @param checkpoint The checkpoint.
 * @param identity The run that it belongs to.
 * @returns The whole file.
 */
export function formatCheckpoint(
  { adapter, position, state, best, logged }: Checkpoint,
  identity: RunIdentity,
): Uint8Array {
  const { fired = [], ...sums } = position.sums ?? {};
  const tensors: Record<string, Tensor> = {
    ...tensorsOf("weights", state?.weights),
    ...tensorsOf("best", best),
    ...tensorsOf("logged", logged),
    ...Object.fromEntries(
      fired.map((counts, layer) => [`fired/${layer}`, {
        dtype: "U32",
        shape: [counts.length],
        data: counts as Uint32Array<ArrayBuffer>,
      }]),
    ),
    ...Object.assign(
      {},
      ...Object.entries(state?.moments ?? {}).map(([name, arrays]) =>
        tensorsOf(name, arrays)
      ),
    ),
  };
  const metadata = {
    adapter,
    run: JSON.stringify(identity),
    position: JSON.stringify({
      ...position,
      ...(position.sums && { sums }),
    }),
    steps: String(state?.steps ?? 0),
  };
  const digest = digestOf(Object.entries(tensors), metadata);
  return formatSafetensors(tensors, { version: VERSION, digest, ...metadata });
}

/**
 * Reads a checkpoint.
 *
 * @param path The file.
 * @param options The run that is to go on, and what helps if the file cannot be
 * used.
 * @returns The checkpoint; `undefined` if there is no such file.
 * @throws {Error} If the file is broken, of another version, or of another run.
 */
export async function readCheckpoint(
  path: string,
  { identity, remedy }: {
    readonly identity: RunIdentity;
    readonly remedy: string;
  },
): Promise<Checkpoint | undefined> {
  const refuse = (problem: string, cause?: unknown) =>
    new Error(`Cannot resume from "${path}": ${problem}`, { cause });
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await Deno.readFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw refuse(fileProblem(cause), cause);
  }
  let read: ReturnType<typeof parseCheckpoint>;
  try {
    read = parseCheckpoint(bytes);
  } catch (cause) {
    if (!(cause instanceof WeightsError)) throw cause;
    throw refuse(`${cause.problem}; ${remedy}`, cause);
  }
  const difference = differenceOf(read.identity, identity);
  if (difference) throw refuse(`${difference}; --out DIR starts elsewhere`);
  return read.checkpoint;
}

/**
 * Reads the bytes of a checkpoint.
 *
 * @param bytes The whole file.
 * @returns The checkpoint, and the run that it belongs to.
 * @throws {WeightsError} If they are not those that `formatCheckpoint` wrote.
 */
export function parseCheckpoint(
  bytes: Uint8Array<ArrayBuffer>,
): { checkpoint: Checkpoint; identity: RunIdentity } {
  const {
    tensors,
    metadata: { version = "missing", digest, ...metadata },
  } = parseSafetensors(bytes);
  if (version !== VERSION) {
    throw new WeightsError(`its version is ${version}, expected ${VERSION}`);
  }
  if (digest !== digestOf([...tensors], metadata)) {
    throw new WeightsError("it is damaged, its digest does not fit");
  }
  const { weights = {}, best, logged, fired = {}, ...moments } = Object
    .fromEntries(groupsOf(tensors));
  const steps = Number(metadata.steps);
  const position = readJson<FoldPosition>(metadata, "position");
  const { sums } = position;
  const checkpoint = {
    adapter: metadata.adapter,
    position: {
      ...position,
      ...(sums && { sums: { ...sums, fired: byLayer(fired) } }),
    },
    ...(position.summary ? {} : { state: { weights, steps, moments } }),
    best,
    logged,
  };
  return { checkpoint, identity: readJson<RunIdentity>(metadata, "run") };
}

/** Sorts tensors into groups, by what their names begin with. */
function groupsOf(
  tensors: ReadonlyMap<string, Tensor>,
): Map<string, Record<string, NamedArray>> {
  const groups = Map.groupBy(tensors, ([key]) => key.split("/", 1)[0]);
  return new Map(
    groups.entries().map(([group, entries]) => [
      group,
      Object.fromEntries(entries.map(([key, { shape, data }]) => [
        key.slice(group.length + 1),
        { shape, data: data as Float32Array },
      ])),
    ]),
  );
}

/** Puts the spikes of each neuron into the order of the layers. */
function byLayer(
  fired: Readonly<Record<string, { readonly data: unknown }>>,
): Uint32Array[] {
  const counts = new Map(Object.entries(fired));
  return Array.from({ length: counts.size }, (_, layer) => {
    const found = counts.get(String(layer));
    if (found) return found.data as Uint32Array;
    throw new WeightsError("it is missing", { tensor: `fired/${layer}` });
  });
}

/** Reads what is JSON in the metadata. */
function readJson<T extends object>(
  metadata: Readonly<Record<string, string>>,
  key: "position" | "run",
): T {
  let value: unknown;
  try {
    value = JSON.parse(metadata[key]);
  } catch (cause) {
    throw new WeightsError(`its ${key} is no JSON`, { cause });
  }
  if (typeof value === "object" && value !== null) return value as T;
  throw new WeightsError(`its ${key} is ${metadata[key]}, expected an object`);
}

/** Digests all that a checkpoint holds, in whatever order it stands there. */
function digestOf(
  tensors: readonly (readonly [name: string, Tensor])[],
  metadata: Readonly<Record<string, string>>,
): string {
  const hash = createHash("sha256");
  const byName = <T>(entries: readonly (readonly [string, T])[]) =>
    entries.toSorted(([one], [other]) => one < other ? -1 : 1);
  const sorted = byName(tensors);
  hash.update(JSON.stringify([
    byName(Object.entries(metadata)),
    sorted.map(([name, { dtype, shape }]) => [name, dtype, shape]),
  ]));
  for (const [, { data: { buffer, byteOffset, byteLength } }] of sorted) {
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest("hex");
}

function tensorsOf(group: string, arrays: Arrays = {}): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => [
      `${group}/${name}`,
      { dtype: "F32", shape, data: data as Float32Array<ArrayBuffer> },
    ]),
  );
}
