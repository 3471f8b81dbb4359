/**
 * Brings networks from one format into another.
 *
 * @module
 */

import { basename, dirname } from "node:path";
import { fileProblem } from "../../dataset/files/file_problem.ts";
import { DeviceError, ShapeError } from "../../engine/device/errors.ts";
import type { WeightedNetwork } from "../../engine/training/fold_norms.ts";
import type { ModelDescription } from "../../engine/model_description.ts";
import type { NamedArray } from "../../engine/network/weights.ts";
import { loadWeights, saveWeights } from "../../engine/network/weights_file.ts";
import { openPreferredDevice } from "../device/adapter.ts";
import { type Files, saveFiles } from "../files/atomic_write.ts";
import { describeImport } from "./described_import.ts";
import {
  formatNetwork,
  type ImportedNetwork,
} from "./network/imported_network.ts";
import { NetworkError } from "./network/network_error.ts";
import { fromNet } from "./netx/from_net.ts";
import { readNet, writeNet } from "./netx/net_file.ts";
import { toNet } from "./netx/to_net.ts";
import { fromNir } from "./nir/from_nir.ts";
import { readNir, writeNir } from "./nir/nir_file.ts";
import { toNir } from "./nir/to_nir.ts";
import {
  describeConfigured,
  type OwnNetworkOptions,
  readOwnNetwork,
} from "./own_network.ts";
import { isTorch, readTorch } from "./torch/torch_file.ts";
import { outputsOfTorch, weightsOfTorch } from "./torch/torch_weights.ts";
import { type Agreement, compareNetworks } from "./self_check.ts";

/** Share of spikes up to which rounding may be to blame for a difference. */
const ROUNDED = 0.001;

/** Time step in s of networks that cut each sample into slices. */
const SLICE_DT = 0.001;

/** Endings of files of networks. */
const ENDING = /\.(nir|net|pth|pt|safetensors|yaml)$/i;

/** How a network is converted. */
export interface ConversionOptions extends OwnNetworkOptions {
  /** Time step in s. */
  readonly dt?: number;
}

/** What a conversion wrote. */
export interface Conversion {
  /** The files that it wrote, and their sizes. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  /** What was assumed or changed, each in a line. */
  readonly notes: readonly string[];
  /** Whether the files hold another network than the one that was read. */
  readonly lossy: boolean;
  /**
   * How far the network in the files agrees with the one that was read; absent
   * where there is no device to run them on.
   */
  readonly check?: Agreement;
}

/** A network that was read. */
interface Source {
  readonly network: WeightedNetwork<ModelDescription>;
  /** The network of another program, of which a configuration can be written. */
  readonly imported?: ImportedNetwork;
  /** Whether its weights are those of another program. */
  readonly hasOtherWeights?: boolean;
  readonly notes?: readonly string[];
}

/** Files to write, and the network that is read from them again. */
interface Target {
  readonly files: Files;
  readonly notes: readonly string[];
  readonly lossy: boolean;
  readonly reloaded: WeightedNetwork<ModelDescription>;
  /** Names of its layers in the network that was read, if their order differs. */
  readonly names?: readonly string[];
}

/**
 * Tells whether a file or folder holds a network, by its name.
 *
 * @param path The file or folder.
 * @returns Whether it is one that {@linkcode convertNetwork} writes.
 */
export function isNetwork(path: string): boolean {
  return ENDING.test(path);
}

/**
 * Converts a network, and checks what was written: it is read again, both
 * networks run on the same spikes, and theirs are compared.
 *
 * @param input A file of a network, or a run folder.
 * @param output The new file; `.yaml` and `.safetensors` are written together.
 * @param options Time step, configuration, fold and sensor.
 * @returns What was written.
 * @throws {Error} If the network cannot be read or written, a file is there
 * already, or the network read again does something else.
 */
export async function convertNetwork(
  input: string,
  output: string,
  options: ConversionOptions,
): Promise<Conversion> {
  const source = await within(
    `Cannot read network "${input}"`,
    () => readSource(input, options),
  );
  const target = await within(
    `Cannot write "${output}"`,
    () => writeTarget(source, output, options),
  );
  const { files, lossy } = target;
  const folder = dirname(output);
  for (const name of Object.keys(files)) await requireNew(folder, name);
  const notes = [...source.notes ?? [], ...target.notes];
  const check = await checkTarget(source.network, target);
  if (typeof check === "string") notes.push(check);
  const paths = await saveFiles(folder, files);
  return {
    files: Object.values(files).map((content, i) => ({
      path: paths[i],
      bytes: content.length,
    })),
    notes,
    lossy,
    ...(typeof check === "object" && { check }),
  };
}

/** Names the file in errors that do not. */
async function within<T>(what: string, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (cause) {
    const problem = cause instanceof NetworkError
      ? cause.problem
      : cause instanceof RangeError || cause instanceof ShapeError
      ? cause.message
      : undefined;
    if (problem !== undefined) {
      throw new Error(`${what}: ${problem}`, { cause });
    }
    throw cause;
  }
}

async function readSource(
  path: string,
  options: ConversionOptions,
): Promise<Source> {
  if (/\.(nir|net)$/i.test(path)) {
    const imported = /\.net$/i.test(path)
      ? fromNet(await readNet(path))
      : fromNir(await readNir(path), options);
    const { notes } = imported;
    return { network: describeImport(imported, path), imported, notes };
  }
  if (await isTorchFile(path)) return await readTorchSource(path, options);
  return { network: await readOwnNetwork(path, options) };
}

/** Whether a file starts as those of PyTorch do. */
async function isTorchFile(path: string): Promise<boolean> {
  const info = await Deno.stat(path).catch(() => undefined);
  if (!info?.isFile) return false;
  using file = await Deno.open(path);
  const start = new Uint8Array(8);
  await file.read(start);
  return isTorch(start);
}

async function readTorchSource(
  path: string,
  { config, sensor }: ConversionOptions,
): Promise<Source> {
  if (config === undefined) {
    throw new NetworkError(
      "its weights do not say the network; --config tells it",
    );
  }
  const tensors = await readTorch(path);
  const description = await describeConfigured(config, {
    sensor,
    classes: outputsOfTorch(tensors),
  });
  const { weights, notes } = weightsOfTorch(tensors, description);
  return { network: { description, weights }, hasOtherWeights: true, notes };
}

async function writeTarget(
  { network, imported, hasOtherWeights }: Source,
  path: string,
  options: ConversionOptions,
): Promise<Target> {
  if (/\.yaml$|\.safetensors$/i.test(path)) {
    if (imported) return saveImport(imported, path);
    if (hasOtherWeights && /\.safetensors$/i.test(path)) {
      return saveOtherWeights(network, path);
    }
    throw new NetworkError("the network is in that format already");
  }
  const { Ts, slices } = network.description;
  const dt = options.dt ?? (slices === undefined ? Ts / 1000 : SLICE_DT);
  const { graph, ...exported } = toNir(network, { dt });
  if (/\.nir$/i.test(path)) {
    const bytes = await writeNir(graph);
    const back = fromNir(await readNir(new Blob([bytes])));
    return {
      files: { [basename(path)]: bytes },
      ...exported,
      reloaded: describeImport(back, path),
      names: namesOf(back),
    };
  }
  if (!/\.net$/i.test(path)) {
    throw new NetworkError(
      "its name does not end in .nir, .net, .yaml, .safetensors",
    );
  }
  const plain = fromNir(graph);
  const { network: written, lossy, notes, readoutFactor } = toNet(plain);
  const bytes = await writeNet(written);
  const back = fromNet(await readNet(new Blob([bytes])));
  const { description, weights } = describeImport(back, path);
  return {
    files: { [basename(path)]: bytes },
    notes: [...exported.lossy ? exported.notes.slice(1) : [], ...notes],
    lossy: exported.lossy || lossy,
    reloaded: { description, weights: divideReadout(weights, readoutFactor) },
    names: namesOf(plain),
  };
}

/** Divides the drive of a readout, to compare it. */
function divideReadout(
  weights: Readonly<Record<string, NamedArray>>,
  factor: number,
): Record<string, NamedArray> {
  const last = Object.keys(weights).findLast((name) => /^fc\d+\./.test(name));
  const layer = last?.split(".")[0];
  return Object.fromEntries(
    Object.entries(weights).map(([name, { shape, data }]) => [
      name,
      name.startsWith(`${layer}.`)
        ? { shape, data: data.map((value) => value / factor) }
        : { shape, data },
    ]),
  );
}

/** Names of layers whose nodes were named after them. */
function namesOf({ nodes }: ImportedNetwork): string[] {
  return nodes.map((node) => node.replace(/_neuron$/, ""));
}

/** Writes the weights of a network whose configuration is there. */
function saveOtherWeights(
  network: WeightedNetwork<ModelDescription>,
  path: string,
): Target {
  const bytes = saveWeights(network.weights);
  return {
    files: { [basename(path)]: bytes },
    notes: [],
    lossy: false,
    reloaded: { ...network, weights: loadWeights(bytes) },
  };
}

/** Writes a configuration and weights. */
function saveImport(imported: ImportedNetwork, path: string): Target {
  const name = basename(path).replace(/\.(yaml|safetensors)$/i, "");
  const bytes = saveWeights(imported.weights);
  const { description } = describeImport(imported, path);
  return {
    files: {
      [`${name}.yaml`]: formatNetwork(imported),
      [`${name}.safetensors`]: bytes,
    },
    notes: [],
    lossy: false,
    reloaded: { description, weights: loadWeights(bytes) },
  };
}

async function requireNew(folder: string, name: string): Promise<void> {
  const path = folder === "." ? name : `${folder}/${name}`;
  const info = await Deno.lstat(path).catch((cause) => {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw new Error(`Cannot write "${path}": ${fileProblem(cause)}`, { cause });
  });
  if (info) throw new Error(`Cannot write "${path}": it is there already`);
}

/** Compares networks; says why it cannot where there is no device. */
async function checkTarget(
  network: WeightedNetwork<ModelDescription>,
  { reloaded, names, lossy }: Target,
): Promise<Agreement | string> {
  const device = await openPreferredDevice().catch((error: Error) => {
    if (error.cause instanceof DeviceError) return error.message;
    throw error;
  });
  if (typeof device === "string") return `not checked: ${device}`;
  try {
    const check = await compareNetworks(device, [network, reloaded], names);
    const wrong = check.layers.find(({ spikes, differing }) =>
      differing > ROUNDED * spikes
    );
    if (lossy || !wrong) return check;
    throw new Error(
      `Cannot convert the network: read again, layer "${wrong.name}" has ` +
        `${wrong.differing} other spikes, of ${wrong.spikes}`,
    );
  } finally {
    device.destroy();
  }
}
