/**
 * Exports networks to NIR.
 *
 * @module
 */

import {
  type ModelDescription,
  structureOf,
} from "../../../../engine/model/model_description.ts";
import {
  foldNorms,
  type WeightedNetwork,
} from "../../../../engine/training/fold_norms.ts";
import { delayStep } from "../../../../engine/layers/describe_axon.ts";
import type { ConvLayer } from "../../../../engine/layers/conv_shapes.ts";
import type { Layer } from "../../../../engine/layers/layer.ts";
import {
  type PoolLayer,
  poolWeightOf,
} from "../../../../engine/layers/pool.ts";
import type { Unit } from "../../../../engine/layerwise/units/units.ts";
import { NetworkError } from "../../network/network_error.ts";
import { usedWeights } from "../../network/used_weights.ts";
import { GraphBuilder } from "./graph_builder.ts";
import type { Signal } from "./graph_signal.ts";
import { floats, type NirGraph, nirNode, text } from "../graph/nir_graph.ts";

/** An exported graph, and what the export changes. */
export interface NirExport {
  /** The graph. */
  readonly graph: NirGraph;
  /** Node of each layer: its neurons, or the weights of a readout. */
  readonly parts: readonly string[];
  /** Assumptions and changes, one line each. */
  readonly notes: readonly string[];
  /** Whether the graph computes something different from the network. */
  readonly lossy: boolean;
}

/**
 * Exports a network. Normalisations are folded into weights; dropout, which is
 * inactive in evaluation, is left out.
 *
 * @param network The network, with its weights.
 * @param options Time step in s, the unit of NIR's time constants.
 * @returns The graph.
 * @throws {NetworkError} If a part of the network has no equivalent in NIR.
 * @throws {RangeError} If a normalisation cannot be folded.
 */
export function toNir(
  network: WeightedNetwork<ModelDescription>,
  { dt }: { readonly dt: number },
): NirExport {
  const { description, weights: folded } = foldNorms(network);
  const { units, layers } = structureOf(description);
  const weights = usedWeights(layers, folded);
  const builder = new GraphBuilder({ dt, weights });
  const { Ts, input, coding } = description;
  // SLAYER integrates drives over time (spikes of height 1/Ts); networks
  // computed layer by layer count spikes.
  const scale = units ? coding?.height ?? 1 : (coding?.height ?? 1 / Ts) * Ts;
  const start = builder.addInput(input, scale);
  const last = units
    ? addUnits(builder, start, {
      units: units.units,
      Ts: delayStep(description),
    })
    : addLayers(builder, start, { layers, Ts });
  builder.add(
    "output",
    nirNode("Output", { shape: last.shapeParameter }),
    last,
  );
  const lossy = builder.losses.size > 0;
  const notes = [
    `time constants are in s, in steps of ${dt} s by Euler's method; a spike ` +
    "counts 1 in its step",
    ...[...builder.losses].map((loss) => `not the same network: ${loss}`),
    ...units?.units.some(({ recurrent }) => recurrent)
      ? ["spikes that go round a circle arrive one step later"]
      : [],
    ...layers.some(hasUnevenKernel)
      ? [
        "the package nir 1.0.8 reads kernels of an even and an odd side with " +
        "type_check=False alone",
      ]
      : [],
  ];
  const metadata = new Map([
    ["dt", { shape: [], values: Float64Array.of(dt) }],
    ["notes", text(notes.join("\n"))],
  ]);
  const parts = layers.map(({ name }, index) =>
    units && !units.units[index].neuron ? name : `${name}_neuron`
  );
  return { graph: { ...builder.graph, metadata }, parts, notes, lossy };
}

/** Whether a kernel has an even and an odd side. */
function hasUnevenKernel({ kind, ...layer }: Layer): boolean {
  const { kernel: [rows, columns] = [1, 1] } = layer as Partial<ConvLayer>;
  return kind.name === "conv" && (rows + columns) % 2 === 1;
}

/** Adds the mean of equal groups of neurons. */
function addVotes(
  builder: GraphBuilder,
  spikes: Signal,
  { output: { C }, voters }: Layer & { readonly voters: number },
): Signal {
  const weight = Float32Array.from(
    { length: C * C / voters },
    (_, at) =>
      Number(Math.floor(at % C / voters) === Math.floor(at / C)) / voters,
  );
  return builder.addNode(
    "votes",
    nirNode("Linear", { weight: floats([C / voters, C], weight) }),
    spikes,
  );
}

/** Adds the layers of a network of spike response neurons. */
function addLayers(
  builder: GraphBuilder,
  input: Signal,
  { layers, Ts }: { readonly layers: readonly Layer[]; readonly Ts: number },
): Signal {
  const outputs = layers.reduce((signal, layer) => {
    const { kind: { name: kind }, neuron } = layer;
    if (kind === "pool") {
      const { window } = layer as PoolLayer;
      const { H, W } = layer.input;
      if (H % window !== 0 || W % window !== 0) {
        throw new NetworkError(
          `its windows of ${window}×${window} go beyond the ${H}×${W} ` +
            "neurons below, which NIR has no node for",
          { node: layer.name },
        );
      }
      const sum = builder.addPool("SumPool2d", layer.name, {
        signal,
        window,
        extent: layer.output,
      });
      const weight = poolWeightOf(neuron);
      const drive = builder.addNode(
        `${layer.name}_weight`,
        nirNode("Scale", { scale: floats(sum.shape, weight) }),
        sum,
      );
      const spikes = builder.addNeurons(layer.name, neuron, drive);
      return builder.addAxon(layer, spikes, Ts);
    }
    if (kind !== "conv" && kind !== "dense") {
      const problem = `NIR has no node for layers of kind "${kind}"`;
      throw new NetworkError(problem, { node: layer.name });
    }
    const drive = builder.addSynapse(layer, signal);
    const spikes = builder.addNeurons(layer.name, neuron, drive);
    return builder.addAxon(layer, spikes, Ts);
  }, input);
  const last = layers[layers.length - 1];
  const { voters } = last;
  return voters === undefined
    ? outputs
    : addVotes(builder, outputs, { ...last, voters });
}

/** Adds the units of a network that is computed layer by layer. */
function addUnits(
  builder: GraphBuilder,
  input: Signal,
  { units, Ts }: { readonly units: readonly Unit[]; readonly Ts: number },
): Signal {
  const rasters: Signal[] = [input];
  for (const unit of units) {
    const { layer, ghost, neuron, residual, pooling, joined } = unit;
    const source = rasters[unit.source];
    let signal = ghost
      ? builder.addGhost(layer, ghost, source)
      : builder.addSynapse(layer, source);
    if (neuron) signal = builder.addNeurons(layer.name, neuron, signal);
    if (unit.recurrent) builder.addLoop(layer.name, signal);
    signal = builder.addAxon({ ...layer, axon: unit.axon }, signal, Ts);
    if (residual) {
      if (residual.join === "gate") {
        const problem = "its spikes gate others, which NIR has no node for";
        throw new NetworkError(problem, { node: layer.name });
      }
      signal = signal.joined(rasters[residual.raster]);
    }
    if (pooling) {
      const pool = {
        signal,
        window: pooling.window,
        extent: unit.output.extent,
      };
      signal = pooling.kind === "average"
        ? builder.addPool("AvgPool2d", `${layer.name}_pool`, pool)
        : builder.addMaximum(layer.name, { ...pool, most: joined.most });
    }
    rasters.push(signal);
  }
  return rasters[rasters.length - 1];
}
