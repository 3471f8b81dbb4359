/**
 * Writes networks in any supported format.
 *
 * @module
 */

import { basename } from "node:path";
import type { WeightedNetwork } from "../../engine/training/fold_norms.ts";
import type { ModelDescription } from "../../engine/model/model_description.ts";
import { loadWeights, saveWeights } from "../../engine/network/weights_file.ts";
import type { Files } from "../files/atomic_write.ts";
import { describeImport } from "./described_import.ts";
import {
  formatNetwork,
  type ImportedNetwork,
} from "./network/imported_network.ts";
import { NetworkError } from "./network/network_error.ts";
import type { NetworkSource } from "./network_source.ts";
import { readNet, writeNet } from "./netx/net_file.ts";
import { netInterpreter } from "./netx/run_net.ts";
import { toNet } from "./netx/to_net.ts";
import { readNir, writeNir } from "./nir/graph/nir_file.ts";
import { graphInterpreter } from "./nir/run/run_graph.ts";
import { toNir } from "./nir/write/to_nir.ts";
import type { Counterpart } from "./network/counterpart.ts";
import { ownCounterpart } from "./self_check/own_counterpart.ts";

/** Time step in s for networks that cut each sample into slices. */
const SLICE_DT = 0.001;

/** Files to write, and the network as read back from them. */
export interface NetworkTarget {
  /** Contents of the files by their names. */
  readonly files: Files;
  /** Assumptions and changes, one line each. */
  readonly notes: readonly string[];
  /**
   * Whether the written network computes something different from the one read.
   */
  readonly lossy: boolean;
  /** The engine's network that is compared. */
  readonly network: WeightedNetwork<ModelDescription>;
  /** The other side of the comparison: the files read back, or the original. */
  readonly counterpart: Counterpart;
}

/**
 * Encodes a network as files, and reads them back for the check.
 *
 * @param source The network.
 * @param path The new file, whose ending names the format.
 * @param options Time step in s.
 * @returns The files.
 * @throws {NetworkError} If the format cannot hold the network.
 */
export async function encodeNetwork(
  { network, imported, counterpart, hasOtherWeights }: NetworkSource,
  path: string,
  options: { readonly dt?: number },
): Promise<NetworkTarget> {
  if (/\.yaml$|\.safetensors$/i.test(path)) {
    if (imported && counterpart) {
      return saveImport(imported, counterpart, path);
    }
    if (hasOtherWeights && /\.safetensors$/i.test(path)) {
      return saveOtherWeights(network, path);
    }
    throw new NetworkError("the network is in that format already");
  }
  const { Ts, slices } = network.description;
  const dt = options.dt ?? (slices === undefined ? Ts / 1000 : SLICE_DT);
  const encode = /\.nir$/i.test(path)
    ? encodeNir
    : /\.net$/i.test(path)
    ? encodeNet
    : undefined;
  if (!encode) {
    throw new NetworkError(
      "its name does not end in .nir, .net, .yaml, .safetensors",
    );
  }
  const { bytes, counterpart: written, notes, lossy } = await encode(
    network,
    dt,
  ).catch((error) => {
    if (!(error instanceof NetworkError)) throw error;
    throw withOther(error, network, { isNir: encode === encodeNir, dt });
  });
  return {
    files: { [basename(path)]: bytes },
    notes,
    lossy: lossy || (imported?.lossy ?? false),
    network,
    counterpart: written,
  };
}

/** Adds to an error that the other format can hold the network. */
function withOther(
  error: NetworkError,
  network: WeightedNetwork<ModelDescription>,
  { isNir, dt }: { readonly isNir: boolean; readonly dt: number },
): NetworkError {
  try {
    const { lossy } = isNir ? toNet(network, { dt }) : toNir(network, { dt });
    return new NetworkError(
      `${error.problem}; a ${isNir ? ".net" : ".nir"} holds ` +
        (lossy ? "the nearest network" : "the network"),
      { cause: error },
    );
  } catch (other) {
    if (other instanceof NetworkError) return error;
    throw other;
  }
}

/** Encodes a network as a NIR graph, and reads it back. */
async function encodeNir(
  network: WeightedNetwork<ModelDescription>,
  dt: number,
) {
  const { graph, parts, notes, lossy } = toNir(network, { dt });
  const bytes = await writeNir(graph);
  const run = graphInterpreter(await readNir(new Blob([bytes])), dt);
  return { bytes, notes, lossy, counterpart: { run, parts } };
}

/** Encodes a network as a netx file, and reads it back. */
async function encodeNet(
  network: WeightedNetwork<ModelDescription>,
  dt: number,
) {
  const { network: net, parts, readoutFactor, ...losses } = toNet(network, {
    dt,
  });
  const bytes = await writeNet(net);
  const run = netInterpreter(await readNet(new Blob([bytes])));
  return { bytes, ...losses, counterpart: { run, parts, readoutFactor } };
}

/** Encodes weights alone, for a network that has a configuration. */
function saveOtherWeights(
  network: WeightedNetwork<ModelDescription>,
  path: string,
): NetworkTarget {
  const bytes = saveWeights(network.weights);
  return {
    files: { [basename(path)]: bytes },
    notes: [],
    lossy: false,
    network,
    counterpart: ownCounterpart({ ...network, weights: loadWeights(bytes) }),
  };
}

/** Encodes configuration and weights of an imported network. */
function saveImport(
  imported: ImportedNetwork,
  counterpart: Counterpart,
  path: string,
): NetworkTarget {
  const name = basename(path).replace(/\.(yaml|safetensors)$/i, "");
  const bytes = saveWeights(imported.weights);
  const { description } = describeImport(imported, path);
  return {
    files: {
      [`${name}.yaml`]: formatNetwork(imported),
      [`${name}.safetensors`]: bytes,
    },
    notes: [],
    lossy: imported.lossy ?? false,
    network: { description, weights: loadWeights(bytes) },
    counterpart,
  };
}
