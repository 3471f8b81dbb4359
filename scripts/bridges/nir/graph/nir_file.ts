/**
 * Reads and writes files of the Neuromorphic Intermediate Representation
 * (HDF5).
 *
 * The group `node` is the graph: its `type` is `NIRGraph`, `edges` are pairs of
 * names, and `nodes` has a group for each node with its type and parameters,
 * and maybe `metadata`. A node may be a graph itself.
 *
 * Source: the package `nir` 1.0.7.
 *
 * @module
 */

import type { FileSource } from "../../../../dataset/files/file_source.ts";
import {
  type Hdf5Data,
  type Hdf5Group,
  isGroup,
  readHdf5Tree,
} from "../../hdf5/hdf5_tree.ts";
import { writeHdf5 } from "../../hdf5/write_hdf5.ts";
import { NetworkError } from "../../network/network_error.ts";
import { type NirGraph, type NirNode, text } from "./nir_graph.ts";

/** Version of the `nir` package whose layout is written. */
const VERSION = "1.0.7";

/**
 * Reads a file. Nested graphs are flattened: their nodes are named
 * `graph.node`, and their inputs and outputs become nodes of type `Pass`.
 *
 * @param source The file.
 * @returns The graph.
 * @throws {NetworkError} If it is not a NIR file, or is damaged.
 */
export async function readNir(source: FileSource): Promise<NirGraph> {
  const root = await readHdf5Tree(source);
  const graph = root.get("node");
  if (!isGroup(graph)) throw new NetworkError('it has no group "node"');
  const nodes = new Map<string, NirNode>();
  const edges: [string, string][] = [];
  readGraph(graph, "", { nodes, edges });
  for (const name of edges.flat()) {
    if (nodes.has(name)) continue;
    throw new NetworkError("an edge leads there, but it is missing", {
      node: name,
    });
  }
  return { nodes, edges, metadata: metadataOf(graph) };
}

/**
 * Writes a file.
 *
 * @param graph The graph.
 * @returns The bytes of the file.
 */
export async function writeNir(
  { nodes, edges, metadata }: NirGraph,
): Promise<Uint8Array<ArrayBuffer>> {
  const groups = new Map([...nodes].map(([name, node]) => [
    name,
    new Map<string, Hdf5Data | Hdf5Group>([
      ["type", text(node.type)],
      ...node.parameters,
      ...(node.metadata ? [["metadata", node.metadata] as const] : []),
    ]),
  ]));
  const graph = new Map<string, Hdf5Data | Hdf5Group>([
    ["type", text("NIRGraph")],
    ["edges", { shape: [edges.length, 2], values: edges.flat() }],
    ["nodes", groups],
    ...(metadata ? [["metadata", metadata] as const] : []),
  ]);
  return await writeHdf5(
    new Map<string, Hdf5Data | Hdf5Group>([
      ["version", text(VERSION)],
      ["node", graph],
    ]),
  );
}

/** Reads a graph and its nested graphs. */
function readGraph(
  graph: Hdf5Group,
  prefix: string,
  into: { nodes: Map<string, NirNode>; edges: [string, string][] },
): void {
  const place = prefix === "" ? {} : { node: prefix.slice(0, -1) };
  const nodes = graph.get("nodes");
  const edges = graph.get("edges");
  if (!isGroup(nodes) || edges === undefined || isGroup(edges)) {
    throw new NetworkError("it has no nodes or no edges", place);
  }
  /** First and last nodes of each nested graph. */
  const ends = new Map<string, { first: string[]; last: string[] }>();
  for (const [name, node] of nodes) {
    const full = prefix + name;
    if (!isGroup(node)) {
      throw new NetworkError("it is no group", { node: full });
    }
    const type = textOf(node.get("type"));
    if (type === undefined) {
      throw new NetworkError("it has no type", { node: full });
    }
    if (type === "NIRGraph") {
      readGraph(node, `${full}.`, into);
      ends.set(name, {
        first: nodesOf(node, "Input").map((own) => `${full}.${own}`),
        last: nodesOf(node, "Output").map((own) => `${full}.${own}`),
      });
      continue;
    }
    const parameters = new Map(
      [...node].filter((entry): entry is [string, Hdf5Data] =>
        !isGroup(entry[1])
      ),
    );
    parameters.delete("type");
    const passes = prefix !== "" && ["Input", "Output"].includes(type);
    into.nodes.set(full, {
      type: passes ? "Pass" : type,
      parameters,
      metadata: metadataOf(node),
    });
  }
  const names = edges.values;
  if (edges.shape.length !== 2 || edges.shape[1] !== 2) {
    // In some files an empty list of edges has one dimension.
    if (names.length === 0) return;
    throw new NetworkError("its edges are no pairs", place);
  }
  for (let i = 0; i < names.length; i += 2) {
    const [from, to] = [String(names[i]), String(names[i + 1])];
    for (const first of ends.get(from)?.last ?? [prefix + from]) {
      for (const last of ends.get(to)?.first ?? [prefix + to]) {
        into.edges.push([first, last]);
      }
    }
  }
}

/** Names of a graph's nodes of one type. */
function nodesOf(graph: Hdf5Group, type: string): string[] {
  const nodes = graph.get("nodes");
  if (!isGroup(nodes)) return [];
  return [...nodes].filter(([, node]) =>
    isGroup(node) && textOf(node.get("type")) === type
  ).map(([name]) => name);
}

function metadataOf(group: Hdf5Group): Hdf5Group | undefined {
  const metadata = group.get("metadata");
  return isGroup(metadata) ? metadata : undefined;
}

function textOf(entry: Hdf5Group | Hdf5Data | undefined): string | undefined {
  if (entry === undefined || isGroup(entry)) return undefined;
  const [value] = entry.values as readonly unknown[];
  return typeof value === "string" ? value : undefined;
}
