/**
 * Reads networks of any supported format.
 *
 * @module
 */

import type { WeightedNetwork } from "../../engine/training/fold_norms.ts";
import type { ModelDescription } from "../../engine/model/model_description.ts";
import { quote } from "../command_line/quote.ts";
import { describeImport } from "./described_import.ts";
import type { ImportedNetwork } from "./network/imported_network.ts";
import { NetworkError } from "./network/network_error.ts";
import { withSensor } from "./network/sensor_input.ts";
import { fromNet } from "./netx/from_net.ts";
import { readNet } from "./netx/net_file.ts";
import { withInput } from "./netx/net_input.ts";
import { netInterpreter } from "./netx/run_net.ts";
import { fromNir } from "./nir/read/from_nir.ts";
import { readNir } from "./nir/graph/nir_file.ts";
import { graphInterpreter } from "./nir/run/run_graph.ts";
import {
  describeConfigured,
  type OwnNetworkOptions,
  readOwnNetwork,
} from "./own_network.ts";
import type { Counterpart, Interpreter } from "./network/counterpart.ts";
import { isTorch, readTorch } from "./torch/torch_file.ts";
import { outputsOfTorch, weightsOfTorch } from "./torch/torch_weights.ts";

/** Options of reading a network. */
export interface SourceOptions extends OwnNetworkOptions {
  /** Time step in s. */
  readonly dt?: number;
}

/** A network, as read from its file. */
export interface NetworkSource {
  /** The network with its weights. */
  readonly network: WeightedNetwork<ModelDescription>;
  /** The network for a configuration, if it comes from another program. */
  readonly imported?: ImportedNetwork;
  /** The network as run by the other program. */
  readonly counterpart?: Counterpart;
  /** Whether its weights come from a file of another program. */
  readonly hasOtherWeights?: boolean;
  /** Assumptions and omissions, one line each. */
  readonly notes: readonly string[];
}

/**
 * Reads a network.
 *
 * @param path A file of a network, or a run folder.
 * @param options Time step, configuration, fold and sensor.
 * @returns The network.
 * @throws {Error} If it cannot be read.
 */
export async function readNetwork(
  path: string,
  options: SourceOptions,
): Promise<NetworkSource> {
  if (/\.(nir|net)$/i.test(path)) return await readOther(path, options);
  const info = await Deno.stat(path).catch(() => undefined);
  if (info?.isFile) {
    const { config, sensor } = options;
    const tensors = await isTorchFile(path) ? await readTorch(path) : undefined;
    if (config === undefined && /\.ya?ml$/i.test(path)) {
      throw new NetworkError(
        "it is a configuration, without weights; give a file of these, and " +
          `--config ${quote(path)}`,
      );
    }
    if (config === undefined) {
      throw new NetworkError(
        "its weights do not define the network; give its configuration with " +
          "--config",
      );
    }
    if (tensors) return await torchSource(tensors, { config, sensor });
  }
  return { network: await readOwnNetwork(path, options), notes: [] };
}

/** Reads a network of another program. */
async function readOther(
  path: string,
  options: Pick<SourceOptions, "dt" | "sensor">,
): Promise<NetworkSource> {
  const [read, run] = /\.net$/i.test(path)
    ? await readNetSource(path, options)
    : await readNirSource(path, options);
  const imported = withSensor(read, options.sensor);
  const { notes, nodes } = imported;
  return {
    network: describeImport(imported, path),
    imported,
    counterpart: { run, parts: nodes },
    notes,
  };
}

async function readNetSource(
  path: string,
  options: Pick<SourceOptions, "dt" | "sensor">,
): Promise<[ImportedNetwork, Interpreter]> {
  const network = withInput(await readNet(path), options.sensor);
  return [fromNet(network, options), netInterpreter(network)];
}

async function readNirSource(
  path: string,
  options: Pick<SourceOptions, "dt">,
): Promise<[ImportedNetwork, Interpreter]> {
  const graph = await readNir(path);
  const imported = fromNir(graph, options);
  return [imported, graphInterpreter(graph, imported.Ts / 1000)];
}

/** Tells whether a file is a PyTorch file, by its name or first bytes. */
async function isTorchFile(path: string): Promise<boolean> {
  if (/\.pth?$/i.test(path)) return true;
  using file = await Deno.open(path);
  const start = new Uint8Array(32);
  await file.read(start);
  return isTorch(start);
}

async function torchSource(
  tensors: Awaited<ReturnType<typeof readTorch>>,
  { config, sensor }: Pick<SourceOptions, "sensor"> & {
    readonly config: string;
  },
): Promise<NetworkSource> {
  const description = await describeConfigured(config, {
    sensor,
    classes: outputsOfTorch(tensors),
  });
  const { weights, notes } = weightsOfTorch(tensors, description);
  return { network: { description, weights }, hasOtherWeights: true, notes };
}
