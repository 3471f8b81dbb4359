/**
 * Reads and writes lava-dl's netx files: HDF5, one group per layer.
 *
 * The group `layer` has a group for each layer, named by its number. Everything
 * is a data set: `type`, a text of 10 bytes, `shape`, channels, rows and
 * columns, and what the type needs; the group `neuron` has the neuron. The first
 * layer is the input; without a neuron, as here, netx reads it from 0.3.2 on.
 *
 * Source: lava-dl 0.6, lava.lib.dl.slayer.block.base and lava.lib.dl.netx.hdf5.
 *
 * @module
 */

import type { FileSource } from "../../../dataset/files/file_source.ts";
import {
  type Hdf5Data,
  type Hdf5Group,
  isGroup,
  readHdf5Tree,
} from "../hdf5/hdf5_tree.ts";
import type { NamedNode } from "../hdf5/node_parameters.ts";
import { writeHdf5 } from "../hdf5/write_hdf5.ts";
import { NetworkError } from "../network/network_error.ts";

/** Bytes of the text that names a type. */
const TYPE_BYTES = 10;

/** A network of netx. */
export interface NetNetwork {
  /**
   * The layers, first to last; parameters in subgroups are named as in
   * `neuron/iDecay`.
   */
  readonly layers: readonly NamedNode[];
  /** Time step in ms, if the file has one. */
  readonly Ts?: number;
}

/**
 * Reads a file.
 *
 * @param source The file.
 * @returns The network.
 * @throws {NetworkError} If it is not a netx file, is damaged, or layers are not
 * numbered from 0 on without a gap.
 */
export async function readNet(source: FileSource): Promise<NetNetwork> {
  const root = await readHdf5Tree(source);
  const group = root.get("layer");
  if (!isGroup(group)) throw new NetworkError('it has no group "layer"');
  // HDF5 lists names as text: 10 before 2.
  const numbers = [...group.keys()].sort((a, b) => Number(a) - Number(b));
  const layers = numbers.map((number, index) => {
    const layer = group.get(number);
    const name = `layer ${number}`;
    if (number !== String(index)) {
      const problem = `it is missing, and there is a layer "${number}"`;
      throw new NetworkError(problem, { node: `layer ${index}` });
    }
    if (!isGroup(layer)) {
      throw new NetworkError("it is no group", { node: name });
    }
    const parameters = new Map(parametersOf(layer));
    const [type] = parameters.get("type")?.values ?? [];
    if (typeof type !== "string") {
      throw new NetworkError("it has no type", { node: name });
    }
    return { name, type, parameters };
  });
  const simulation = root.get("simulation");
  const time = isGroup(simulation) ? simulation.get("Ts") : undefined;
  const [Ts] = time && !isGroup(time) ? [...time.values] : [];
  return {
    layers,
    ...(typeof Ts === "number" && Ts > 0 && { Ts }),
  };
}

/** Lists the data sets of a group and its subgroups by path. */
function* parametersOf(
  group: Hdf5Group,
  prefix = "",
): Generator<[string, Hdf5Data]> {
  for (const [name, entry] of group) {
    if (isGroup(entry)) yield* parametersOf(entry, `${prefix}${name}/`);
    else yield [prefix + name, entry];
  }
}

/**
 * Writes a file.
 *
 * @param network The network.
 * @returns The bytes of the file.
 */
export async function writeNet(
  { layers, Ts }: NetNetwork,
): Promise<Uint8Array<ArrayBuffer>> {
  const groups = layers.map(({ type, parameters }, number) => {
    const layer = new Map<string, Hdf5Data | Hdf5Group>([
      ["type", { shape: [1], values: [type], textBytes: TYPE_BYTES }],
    ]);
    const subgroups = new Map<string, Map<string, Hdf5Data>>();
    for (const [name, data] of parameters) {
      const [group, own] = name.split("/");
      if (own === undefined) {
        layer.set(name, data);
        continue;
      }
      const members = subgroups.get(group) ?? new Map<string, Hdf5Data>();
      layer.set(group, members.set(own, data));
      subgroups.set(group, members);
    }
    return [String(number), layer] as const;
  });
  return await writeHdf5(
    new Map<string, Hdf5Data | Hdf5Group>([
      ["layer", new Map(groups)],
      ...(Ts === undefined ? [] : [
        [
          "simulation",
          new Map([["Ts", { shape: [], values: Float64Array.of(Ts) }]]),
        ] as const,
      ]),
    ]),
  );
}
