/**
 * Checkpoints: the state of a fold's training in one file, to resume from.
 *
 * The file is safetensors. Its tensors are the weights (`weights/NAME`), their
 * moving averages (`averages/NAME`, with `training.ema`), the weights of the best
 * epoch (`best/NAME`), those at the start of the epoch
 * (`logged/NAME`), the optimizer's moments (`m/NAME`, `v/NAME`, `vMax/NAME`)
 * and the spike count of each neuron in the current epoch (`fired/LAYER`,
 * layers by number). Everything else is JSON in the metadata. A digest of
 * everything, kept there too, reveals a damaged or edited file.
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

/** Version of the file format; only this one can be read. */
const VERSION = "4";

/** The best epoch of a fold, whose weights are kept. */
export interface Best {
  /** The epoch, counted from 0. */
  readonly epoch: number;
  readonly trainAccuracy: number;
  /** Loss and accuracy on the set that the epoch was chosen by. */
  readonly loss: number;
  readonly accuracy: number;
}

/** How far a fold has been trained. */
export interface FoldPosition {
  /** Current epoch, counted from 0; all earlier ones have ended. */
  readonly epoch: number;
  /** Number of its batches that have been trained on. */
  readonly batches: number;
  /** Sums of loss, accuracy and spikes over those batches. */
  readonly sums?: PassSums;
  /** Loss of each of those batches, for TensorBoard. */
  readonly losses: readonly BatchLoss[];
  /** Measurements after the last batch of the epoch. */
  readonly measures?: EpochMeasures;
  /**
   * In the first epoch, with `training.init: live`: the factor that each
   * layer's initial weights were scaled by.
   */
  readonly firstScales?: LayerNumbers;
  /** State of the random generator at the start of the epoch. */
  readonly random: readonly number[];
  /** Duration of the run over all folds, in s. */
  readonly seconds: number;
  /** Best of the epochs that have ended. */
  readonly best?: Best;
  /** Lowest loss so far on the set that selects the weights. */
  readonly lowestLoss?: number;
  /** Whether the last epoch has been trained. */
  readonly trained: boolean;
  /** Results of the fold, once it has ended. */
  readonly summary?: FoldSummary;
}

/** The state that a fold resumes from. */
export interface Checkpoint {
  /** Name of the adapter that the fold was trained on. */
  readonly adapter: string;
  readonly position: FoldPosition;
  /** Weights and optimizer moments; absent once the fold has ended. */
  readonly state?: ModelState;
  /** Weights of the best epoch. */
  readonly best?: Arrays;
  /** Weights at the start of the epoch, for the norm of their change. */
  readonly logged?: Arrays;
}

/**
 * Encodes a checkpoint.
 *
 * @param checkpoint The checkpoint.
 * @param identity Identity of the run that it belongs to.
 * @returns Bytes of the whole file.
 */
export function formatCheckpoint(
  { adapter, position, state, best, logged }: Checkpoint,
  identity: RunIdentity,
): Uint8Array {
  const { fired = [], ...sums } = position.sums ?? {};
  const tensors: Record<string, Tensor> = {
    ...tensorsOf("weights", state?.weights),
    ...tensorsOf("averages", state?.averages),
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
 * Tells whether a safetensors file is a checkpoint, of any version.
 *
 * @param bytes The file.
 * @returns Whether it is one.
 * @throws {WeightsError} If the bytes are not a safetensors file.
 */
export function isCheckpoint(bytes: Uint8Array): boolean {
  const { metadata } = parseSafetensors(bytes);
  return "position" in metadata && "run" in metadata;
}

/**
 * Reads a checkpoint.
 *
 * @param path The file.
 * @param options Identity of the run to resume, and advice for the user if the
 * file cannot be used.
 * @returns The checkpoint; `undefined` if there is no such file.
 * @throws {Error} If the file is damaged, of another version, or of another
 * run.
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
  if (difference) {
    throw refuse(
      `${difference}; ${remedyOf(read.identity, identity)}choose another ` +
        "folder with --out DIR",
    );
  }
  return read.checkpoint;
}

/** Tells how to resume a run whose batches were shared by ranks. */
function remedyOf(found: RunIdentity, expected: RunIdentity): string {
  const key = "training.parts";
  const parts = found[key];
  const cut = { ...expected, [key]: parts };
  return parts === undefined || differenceOf(found, cut) !== undefined
    ? ""
    : `--set ${key}=${parts} goes on as it was distributed, or `;
}

/**
 * Decodes a checkpoint.
 *
 * @param bytes Bytes of the whole file.
 * @returns The checkpoint, and the identity of the run that it belongs to.
 * @throws {WeightsError} If they are damaged, or not a checkpoint of this
 * version.
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
  const { weights = {}, averages, best, logged, fired = {}, ...moments } =
    Object.fromEntries(groupsOf(tensors));
  const steps = Number(metadata.steps);
  const position = readJson<FoldPosition>(metadata, "position");
  const { sums } = position;
  const checkpoint = {
    adapter: metadata.adapter,
    position: {
      ...position,
      ...(sums && { sums: { ...sums, fired: byLayer(fired) } }),
    },
    ...(position.summary ? {} : {
      state: { weights, ...(averages && { averages }), steps, moments },
    }),
    best,
    logged,
  };
  return { checkpoint, identity: readJson<RunIdentity>(metadata, "run") };
}

/** Groups tensors by the part of their names before the slash. */
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

/** Sorts the spike counts by layer. */
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

/** Reads an entry of the metadata that is a JSON object. */
function readJson<T extends object>(
  metadata: Readonly<Record<string, string>>,
  key: "position" | "run",
): T {
  let value: unknown;
  try {
    value = JSON.parse(metadata[key]);
  } catch (cause) {
    throw new WeightsError(`its ${key} is not JSON`, { cause });
  }
  if (typeof value === "object" && value !== null) return value as T;
  throw new WeightsError(`its ${key} is ${metadata[key]}, expected an object`);
}

/** Computes the SHA-256 of tensors and metadata, independent of their order. */
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
