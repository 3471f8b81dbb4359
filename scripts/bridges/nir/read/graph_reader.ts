/**
 * Reads a NIR graph node by node, into sources of spikes.
 *
 * @module
 */

import { type Extent, sizeOf } from "../../../../engine/network/network.ts";
import type { SpikeSource, SpikeSum } from "../../network/nested_units.ts";
import { NetworkError } from "../../network/network_error.ts";
import {
  type MaximumSource,
  mergeMaxima,
  mostOf,
  type Source,
} from "./maxima.ts";
import { NEURON_TYPES, neuronOf } from "./node_neurons.ts";
import {
  type NamedNode,
  numberOf,
  numbersOf,
  pairOf,
} from "../../hdf5/node_parameters.ts";
import { delayedUnit } from "./delayed_units.ts";
import type { NirGraph } from "../graph/nir_graph.ts";
import { INTEGRATOR_TYPES, readoutOf } from "./node_readouts.ts";
import { SYNAPSE_TYPES } from "./node_synapses.ts";
import {
  type Drives,
  drivesOf,
  multiplied,
  scaled,
  type Signal,
  type Spikes,
  summed,
  weighted,
  withLoop,
} from "./signals.ts";

/** Reads nodes in topological order. */
export class GraphReader {
  /** Sources of spikes and of levels of counts. */
  readonly #sources: Source[] = [];
  readonly #signals = new Map<string, Signal>();
  readonly #dt: number;
  /** Nodes of recurrent weights, by the name of the neurons. */
  readonly #loops: ReadonlyMap<string, NamedNode>;
  /** Number of nodes that read each node. */
  readonly #targets: ReadonlyMap<string, number>;
  /** What the import changes, one line each. */
  readonly losses: string[] = [];
  /** Extent of the input. */
  input: Extent | undefined;
  /** Spikes or drives that the network returns. */
  last: SpikeSum | undefined;

  /**
   * Creates a reader.
   *
   * @param dt Time step in s.
   * @param graph The graph's edges, and the recurrent weights taken out of it.
   */
  constructor(dt: number, { edges, loops }: NirGraph & {
    readonly loops: ReadonlyMap<string, NamedNode>;
  }) {
    this.#dt = dt;
    this.#loops = loops;
    const targets = new Map<string, number>();
    for (const [from] of edges) targets.set(from, 1 + (targets.get(from) ?? 0));
    this.#targets = targets;
  }

  /** Sources of spikes, by index. */
  get sources(): readonly SpikeSource[] {
    return this.#sources as readonly SpikeSource[];
  }

  /**
   * Reads a node.
   *
   * @param node The node.
   * @param from Names of its inputs, which have been read.
   * @throws {NetworkError} If the node has no equivalent here.
   */
  read(node: NamedNode, from: readonly string[]): void {
    if (node.type === "Input" && from.length === 0) {
      this.#signals.set(node.name, this.#readInput(node));
      return;
    }
    const signal = this.#sumOf(node, from);
    this.#signals.set(
      node.name,
      node.type === "Output"
        ? this.#readOutput(node, signal)
        : this.#readNode(node, signal),
    );
  }

  #readInput(node: NamedNode): Signal {
    if (this.input) {
      throw new NetworkError("it is a second input", { node: node.name });
    }
    const { values: [C, ...sides] } = numbersOf(node, "shape");
    const [H, W] = [1, 1, ...sides].slice(-2);
    if (sides.length > 2 || !(sizeOf({ C, H, W }) > 0)) {
      throw new NetworkError(
        `its shape is [${[C, ...sides]}], expected channels, height and width`,
        { node: node.name },
      );
    }
    this.input = { C, H, W };
    return this.#addSource({ kind: "input" }, this.input);
  }

  #readNode(node: NamedNode, signal: Signal): Signal {
    const { type } = node;
    if (type === "Pass" || type === "Flatten") return signal;
    if (signal.kind === "potentials") {
      const problem = "it reads potentials, which outputs alone can here";
      throw new NetworkError(problem, { node: node.name });
    }
    if (type === "Scale") return scaled(node, signal);
    if (type === "Delay") {
      this.#readDelay(node, signal);
      return signal;
    }
    if (INTEGRATOR_TYPES.includes(type)) {
      const drives = signal.kind === "drives" ? signal : drivesOf(signal);
      const { synapse, note } = readoutOf(node, drives.synapse, this.#dt);
      this.losses.push(note);
      return { kind: "potentials", drives: { ...drives, synapse } };
    }
    if (type === "SumPool2d" || type === "AvgPool2d") {
      return this.#readPool(node, signal);
    }
    if (SYNAPSE_TYPES.includes(type)) return weighted(node, signal);
    if (NEURON_TYPES.includes(type)) {
      return type === "Threshold" && signal.kind === "spikes"
        ? this.#readThreshold(node, signal)
        : this.#readNeurons(node, signal);
    }
    const problem = `it is of type "${type}", which cannot be read`;
    throw new NetworkError(problem, { node: node.name });
  }

  /** Delays the spikes of neurons, if no other node reads them undelayed. */
  #readDelay(node: NamedNode, signal: Spikes | Drives): void {
    const { values } = numbersOf(node, "delay");
    if (values.every((delay) => delay === 0)) return;
    const sources = signal.kind === "spikes" ? signal.sum.sources : [];
    const unit = this.#sources[sources[0]];
    if (
      sources.length !== 1 || unit.kind !== "unit" ||
      this.#targets.get(unit.unit.node) !== 1
    ) {
      const problem = "it delays something else than all spikes of neurons";
      throw new NetworkError(problem, { node: node.name });
    }
    this.#sources[sources[0]] = {
      ...unit,
      unit: delayedUnit(unit.unit, {
        name: node.name,
        delays: values,
        extent: (signal as Spikes).sum.extent,
        dt: this.#dt,
      }),
    };
  }

  /** Adds the outputs of nodes. */
  #sumOf(node: NamedNode, from: readonly string[]): Signal {
    const signals = from.map((source) => this.#signals.get(source)!);
    const signal = summed(node, signals);
    if (signal.kind !== "spikes" || signals.length === 1) return signal;
    const { sources, extent } = signal.sum;
    const merged = mergeMaxima(this.#sources, sources);
    return { ...signal, sum: { sources: merged, extent } };
  }

  #addSource(source: Source, extent: Extent): Spikes {
    this.#sources.push(source);
    return {
      kind: "spikes",
      sum: { sources: [this.#sources.length - 1], extent },
      gains: new Float64Array(extent.C).fill(1),
    };
  }

  #readOutput(node: NamedNode, signal: Signal): Signal {
    const spikes = signal.kind === "spikes" ? signal : this.#addUnit(
      node,
      signal.kind === "drives" ? signal : signal.drives,
      "none",
    );
    const unsettled = spikes.sum.sources
      .find((source) => this.#sources[source].kind === "level");
    if (unsettled !== undefined || spikes.gains.some((gain) => gain !== 1)) {
      const problem = "it gives something else than spikes or drives";
      throw new NetworkError(problem, { node: node.name });
    }
    this.last = spikes.sum;
    return spikes;
  }

  #readPool(node: NamedNode, signal: Signal): Signal {
    const [window, columns] = pairOf(node, "kernel_size");
    const plain = [window, window, window, 0, 0].join() ===
      [columns, ...pairOf(node, "stride"), ...pairOf(node, "padding")].join();
    if (!plain || !(Number.isInteger(window) && window > 0)) {
      const problem = "expected square windows, side by side, without padding";
      throw new NetworkError(problem, { node: node.name });
    }
    if (signal.kind !== "spikes") {
      const problem = "it pools drives; pools here are of spikes";
      throw new NetworkError(problem, { node: node.name });
    }
    const { sum: reads, gains } = signal;
    const { C, H, W } = reads.extent;
    const extent = {
      C,
      H: Math.floor(H / window),
      W: Math.floor(W / window),
    };
    if (sizeOf(extent) === 0) {
      const problem = `its windows of ${window}×${window} do not fit ${H}×${W}`;
      throw new NetworkError(problem, { node: node.name });
    }
    const way = "average" as const;
    const pool = this.#addSource({ kind: "pool", way, window, reads }, extent);
    const factor = node.type === "SumPool2d" ? window * window : 1;
    return {
      ...pool,
      gains: gains.map((gain) => factor * gain),
      pooled: { reads, window },
    };
  }

  /** Reads a threshold: a maximum over windows, or memoryless neurons. */
  #readThreshold(node: NamedNode, signal: Spikes): Signal {
    const { sum, gains, pooled } = signal;
    const threshold = numberOf(node, "threshold");
    const uniform = gains.every((gain) => gain === gains[0]);
    if (uniform && pooled) {
      const { reads, window } = pooled;
      const maximum = this.#maximumOf(reads, window);
      const one = gains[0] / (window * window);
      if (maximum && threshold >= 0 && threshold < one) {
        return this.#addSource(maximum, sum.extent);
      }
    }
    const level = threshold / gains[0] + 0.5;
    const most = mostOf(this.#sources, sum);
    const isLevel = Number.isInteger(level) && level >= 1 && level <= most;
    if (uniform && isLevel && most > 1 && most < Infinity) {
      return this.#addSource({ kind: "level", level, reads: sum }, sum.extent);
    }
    return this.#readNeurons(node, signal);
  }

  /** A maximum over windows: of spikes, or of one level of counts. */
  #maximumOf(reads: SpikeSum, window: number): MaximumSource | undefined {
    const [only] = reads.sources;
    const source = this.#sources[only];
    if (reads.sources.length === 1 && source.kind === "level") {
      return {
        kind: "largest level",
        level: source.level,
        window,
        reads: source.reads,
      };
    }
    return mostOf(this.#sources, reads) === 1
      ? { kind: "pool", way: "max", window, reads }
      : undefined;
  }

  #readNeurons(node: NamedNode, signal: Spikes | Drives): Signal {
    const drives = signal.kind === "drives" ? signal : drivesOf(signal);
    const { synapse } = drives;
    const { neuron, gains, bias } = neuronOf(node, {
      dt: this.#dt,
      extent: synapse.extent,
    });
    const loop = this.#loops.get(node.name);
    const own = loop ? withLoop(loop, synapse) : synapse;
    const changed = {
      ...multiplied(own, gains),
      bias: own.bias.map((value, c) => gains[c] * value + bias[c]),
    };
    return this.#addUnit(node, { ...drives, synapse: changed }, neuron);
  }

  #addUnit(
    { name }: NamedNode,
    { synapse: { entry, arrays, bias, extent }, reads }: Drives,
    neuron: unknown,
  ): Spikes {
    const hasBias = bias.some((value) => value !== 0);
    const unit = {
      node: name,
      entry: { ...entry, bias: hasBias, neuron },
      arrays: hasBias
        ? {
          ...arrays,
          bias: { shape: [extent.C], data: Float32Array.from(bias) },
        }
        : arrays,
    };
    return this.#addSource({ kind: "unit", unit, reads }, extent);
  }
}
