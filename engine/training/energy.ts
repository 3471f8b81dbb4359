/**
 * Synaptic operations, memory traffic and energy of a network's layers.
 *
 * Models event-driven hardware: each spike fetches the weights of its synapses
 * and adds them to the drives of the postsynaptic neurons. Figures are for a
 * 45 nm process and 32-bit numbers.
 *
 * Source: Horowitz, Computing's energy problem, ISSCC 2014, figure 1.1.9: 0.9 pJ
 * an addition, 3.7 pJ a multiplication; 64 bits from a memory of 8 KB take
 * 10 pJ, of 32 KB 20 pJ, of 1 MB 100 pJ, from DRAM 1300 pJ and more.
 *
 * @module
 */

import { meetings } from "../layers/fan_out.ts";
import type { Layer } from "../layers/layer.ts";
import type { Ghost } from "../layerwise/units/ghost.ts";
import { rasterOf } from "../layerwise/units/units.ts";
import type { Model } from "../model.ts";
import { sizeOf } from "../network/network.ts";
import type { IncomingSpikes } from "./pass.ts";

/** Energy of an operation, in pJ. */
export const OPERATION_PJ = {
  /** An addition. */
  accumulate: 0.9,
  /** A multiplication and an addition. */
  multiplyAccumulate: 4.6,
} as const;

/** Memories by size in bytes, and the energy of one access to a word, in pJ. */
export const WORD_PJ: readonly {
  readonly bytes: number;
  readonly pJ: number;
}[] = [
  { bytes: 8 * 1024, pJ: 5 },
  { bytes: 32 * 1024, pJ: 10 },
  { bytes: 1024 * 1024, pJ: 50 },
  { bytes: Infinity, pJ: 650 },
];

/** Bytes of a weight, a drive, or a potential. */
const WORD = 4;

/**
 * Operations, traffic and energy of a layer per sample, averaged over samples.
 */
export interface LayerEnergy {
  /** Name of the layer. */
  readonly name: string;
  /** Incoming spikes: bins of an input in which its count is not 0. */
  readonly incoming: number;
  /** Spikes of its neurons; 0 for a readout without neurons. */
  readonly spikes: number;
  /** Synaptic operations of spikes, which add a weight to a drive. */
  readonly accumulates: number;
  /**
   * Synaptic operations of numbers: counts of events, added or averaged spikes,
   * and real values. Each multiplies a weight before it is added.
   */
  readonly multiplyAccumulates: number;
  /**
   * Bytes moved. A synaptic operation reads a weight, except in a pool, and
   * reads and writes a drive; in each bin each neuron's potential is read and
   * written.
   */
  readonly bytes: number;
  /** Energy of the synaptic operations, in nJ. */
  readonly operationsNj: number;
  /**
   * Energy of the bytes moved, in nJ. Weights are in the smallest memory that
   * holds those of the layer; likewise drives and potentials.
   */
  readonly memoryNj: number;
}

/**
 * Computes the energy of a network from the spikes that its layers read and
 * fired.
 *
 * Normalisations, biases and the decay of potentials are not counted as
 * operations.
 *
 * @param network The network.
 * @param evaluation The result of `evaluate()` with `counts`.
 * @returns The figures of each layer, first to last.
 * @throws {TypeError} If spikes were not counted, or the synapses of a layer's
 * kind cannot be counted.
 *
 * @example
 * ```ts
 * import { numSpikes } from "../losses/num_spikes.ts";
 * import { Model } from "../model.ts";
 * import { energyOf } from "./energy.ts";
 * import { evaluate } from "./evaluate.ts";
 * using network = await Model.create({
 *   input: { C: 1, H: 1, W: 2 },
 *   layers: [{ dense: 3 }],
 *   Ts: 1,
 *   random: 0,
 * });
 * const samples = {
 *   size: 1,
 *   async *batches() {
 *     // An event in bin 4 of the second pixel.
 *     yield { samples: [Uint32Array.of(9)], labels: Uint32Array.of(0) };
 *   },
 * };
 * const evaluation = await evaluate(network, samples, {
 *   batch: 1,
 *   tSample: 10,
 *   loss: numSpikes({ true: 5, false: 1 }),
 *   counts: true,
 * });
 * const [{ accumulates }] = energyOf(network, evaluation);
 * if (accumulates !== 3) throw new Error("expected one for each output");
 * ```
 */
export function energyOf(
  network: Model,
  { incoming, samples, sums }: {
    readonly incoming?: IncomingSpikes;
    readonly samples: number;
    readonly sums: { readonly spikes: readonly number[] };
  },
): LayerEnergy[] {
  if (!incoming) {
    throw new TypeError(
      "Cannot work out the energy of a network: its spikes were not counted",
    );
  }
  return synapsesOf(network).map(
    ({ layer, ghost, recurrent, binary }, index) => {
      const counts = incoming.layers[index];
      const { read, reached } = operationsOf(ghost?.first ?? layer, counts);
      const inner = ghost ? innerOperations(ghost) * incoming.bins : 0;
      // A readout without neurons has no spike count; it is the last layer.
      const spikes = (sums.spikes[index] ?? 0) / samples;
      const fedBack = recurrent ? spikes * sizeOf(recurrent.output) : 0;
      const operations = {
        accumulates: fedBack + (binary ? reached / samples : 0),
        multiplyAccumulates: inner + (binary ? 0 : reached / samples),
      };
      return {
        name: layer.name,
        incoming: read / samples,
        spikes,
        ...operations,
        ...costOf(
          {
            neurons: sizeOf(layer.output),
            weights: layer.weights && layer.weights.floats +
                (recurrent?.weights?.floats ?? 0),
          },
          operations,
          incoming.bins,
        ),
      };
    },
  );
}

/** A layer, and the properties of its input. */
interface Synapse {
  readonly layer: Layer;
  /** Halves of a ghost convolution. */
  readonly ghost?: Ghost;
  /** Synapses of a recurrent layer, which read its own spikes. */
  readonly recurrent?: Layer;
  /** Whether it reads spikes rather than counts. */
  readonly binary: boolean;
}

/** The synapses of a network, layer by layer. */
function synapsesOf({ units, layers, description }: Model): Synapse[] {
  if (units) {
    return units.units.map(({ layer, ghost, recurrent, source }) => ({
      layer,
      ghost,
      recurrent,
      binary: rasterOf(units, source).most === 1,
    }));
  }
  const { mode = "OR" } = description.coding ?? {};
  return layers.map((layer, index) => ({
    layer,
    binary: index > 0 || mode === "OR",
  }));
}

/** Fan-out of each input of a layer, cached across epochs. */
const fanOuts = new WeakMap<Layer, Float64Array>();

/** Incoming spikes of a layer over all samples, and the synapses they reach. */
function operationsOf(
  layer: Layer,
  counts: Uint32Array,
): { readonly read: number; readonly reached: number } {
  const fanOut = fanOuts.get(layer) ?? layer.kind.fanOut?.(layer);
  if (!fanOut) {
    throw new TypeError(
      `Cannot count the operations of layer "${layer.name}": kind ` +
        `"${layer.kind.name}" does not say how many synapses inputs have`,
    );
  }
  fanOuts.set(layer, fanOut);
  let [read, reached] = [0, 0];
  for (let f = 0; f < counts.length; f++) {
    read += counts[f];
    reached += counts[f] * fanOut[f];
  }
  return { read, reached };
}

/**
 * Operations per bin of a ghost convolution's second half, which reads its
 * first.
 */
function innerOperations({ first: { output }, window }: Ghost): number {
  const along = (side: number) =>
    meetings({
      from: side,
      to: side,
      kernel: window,
      dilation: 1,
      stride: 1,
      padding: Math.floor(window / 2),
    }).reduce((sum, met) => sum + met, 0);
  return output.C * along(output.H) * along(output.W);
}

/** Bytes and energy of a layer's operations. */
function costOf(
  { neurons, weights }: {
    readonly neurons: number;
    /** Number of weights, if there are any. */
    readonly weights?: number;
  },
  { accumulates, multiplyAccumulates }: Pick<
    LayerEnergy,
    "accumulates" | "multiplyAccumulates"
  >,
  bins: number,
): Pick<LayerEnergy, "bytes" | "operationsNj" | "memoryNj"> {
  const operations = accumulates + multiplyAccumulates;
  const fetched = weights ? operations : 0;
  const updated = 2 * (operations + bins * neurons);
  return {
    bytes: WORD * (fetched + updated),
    operationsNj: (accumulates * OPERATION_PJ.accumulate +
      multiplyAccumulates * OPERATION_PJ.multiplyAccumulate) / 1000,
    memoryNj: (fetched * wordPj(weights ?? 0) +
      updated * wordPj(2 * neurons)) / 1000,
  };
}

/** Energy per word of the smallest memory that holds `words`, in pJ. */
function wordPj(words: number): number {
  return WORD_PJ.find(({ bytes }) => WORD * words <= bytes)!.pJ;
}
