/**
 * Writes networks in any format.
 *
 * @module
 */

import { basename } from "node:path";
import type { WeightedNetwork } from "../../engine/training/fold_norms.ts";
import type { ModelDescription } from "../../engine/model/model_description.ts";
import type { NamedArray } from "../../engine/network/weights.ts";
import { loadWeights, saveWeights } from "../../engine/network/weights_file.ts";
import type { Files } from "../files/atomic_write.ts";
import { describeImport } from "./described_import.ts";
import {
  formatNetwork,
  type ImportedNetwork,
} from "./network/imported_network.ts";
import { NetworkError } from "./network/network_error.ts";
import type { NetworkSource } from "./network_source.ts";
import { fromNet } from "./netx/from_net.ts";
import { readNet, writeNet } from "./netx/net_file.ts";
import { toNet } from "./netx/to_net.ts";
import { fromNir } from "./nir/from_nir.ts";
import { readNir, writeNir } from "./nir/nir_file.ts";
import type { NirGraph } from "./nir/nir_graph.ts";
import { type NirExport, toNir } from "./nir/to_nir.ts";

/** Time step in s of networks that cut each sample into slices. */
const SLICE_DT = 0.001;

/** Files to write, and the network that is read from them again. */
export interface NetworkTarget {
  /** Contents of the files by their names. */
  readonly files: Files;
  /** What was assumed or changed, each in a line. */
  readonly notes: readonly string[];
  /** Whether the files hold another network than the one that was read. */
  readonly lossy: boolean;
  /** The network that is read from the files again. */
  readonly reloaded: WeightedNetwork<ModelDescription>;
  /** Names of its layers in the network that was read; absent if in order. */
  readonly names?: readonly string[];
}

/**
 * Makes the files of a network, and reads them again.
 *
 * @param source The network.
 * @param path The new file, whose ending names the format.
 * @param options Time step in s.
 * @returns The files.
 * @throws {NetworkError} If the format cannot hold the network.
 */
export async function encodeNetwork(
  { network, imported, hasOtherWeights }: NetworkSource,
  path: string,
  options: { readonly dt?: number },
): Promise<NetworkTarget> {
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
  return await encodeNet(graph, path, exported);
}

/** Makes a file of lava-dl of a graph. */
async function encodeNet(
  graph: NirGraph,
  path: string,
  exported: Pick<NirExport, "notes" | "lossy">,
): Promise<NetworkTarget> {
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
): NetworkTarget {
  const bytes = saveWeights(network.weights);
  return {
    files: { [basename(path)]: bytes },
    notes: [],
    lossy: false,
    reloaded: { ...network, weights: loadWeights(bytes) },
  };
}

/** Writes a configuration and weights. */
function saveImport(imported: ImportedNetwork, path: string): NetworkTarget {
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
