/**
 * Traces the potentials and spikes of single neurons for a sample.
 *
 * @module
 */

import type { NeuronTrace } from "../views/charts/potentials.ts";
import type { OutputSpikes } from "../views/charts/output_spikes.ts";
import type { Model } from "../../engine/model.ts";
import { sizeOf } from "../../engine/network/network.ts";
import {
  type LayerTrace,
  outputSpikes,
} from "../../engine/network/layer_trace.ts";
import type { NamedArray } from "../../engine/network/weights.ts";
import { trace } from "../../engine/trace.ts";
import { lossOf } from "../configuration/model.ts";
import type { Configuration } from "../configuration/schema/types.ts";
import { binLength } from "./bin_length.ts";
import { describeSample } from "./evaluate_fold.ts";
import type { Fold } from "./fold.ts";
import { runningMeans } from "./readout_scores.ts";

/** A neuron, by layer and index. */
export interface NeuronName {
  /** Name of the layer, such as `fc1`. */
  readonly layer: string;
  /**
   * Its number in the layer, counted from 0 in the order channel, row, column.
   */
  readonly neuron: number;
}

/** Outputs and traced neurons of a network for a sample. */
export interface SampleTrace {
  /** Length of a bin in ms. */
  readonly Ts: number;
  /** Spikes of its outputs, or logits of a readout without neurons. */
  readonly output: OutputSpikes;
  /** Potentials and spikes of the chosen neurons. */
  readonly neurons: readonly NeuronTrace[];
}

/**
 * Runs a network on one sample and records its outputs and the potentials of
 * some neurons.
 *
 * @param model The network.
 * @param fold Its fold.
 * @param options Index of the sample in its source, and the neurons to trace.
 * Default: the output neurons of the true and the predicted class, if outputs
 * are neurons, and the most active neuron of each hidden layer with weights.
 * @returns The outputs, and the potentials and spikes of the neurons.
 * @throws {RangeError} If there is no such neuron.
 * @throws {ShapeError} If the sample does not fit the device.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 */
export async function traceSample(
  model: Model,
  fold: Fold,
  { sample, neurons, configuration }: {
    readonly sample: number;
    readonly neurons: readonly NeuronName[];
    readonly configuration: Configuration;
  },
): Promise<SampleTrace> {
  const { tSample, loss, region, desired } = lossOf(configuration, "test");
  const { source } = fold.test;
  const Ts = await binLength(source, sample, configuration);
  neurons.forEach((name) => requireNeuron(model, name));
  const [batch] = await Array.fromAsync(
    fold.test.subset([sample]).batches({
      batch: 1,
      ...model.eventBinning({ tSample }),
    }),
  );
  const { layers, outputs: drive, predictions } = await trace(model, batch, {
    tSample,
    loss,
  });
  const outputs = drive ? undefined : layers[layers.length - 1];
  const { voters = 1 } = model.layers[model.layers.length - 1];
  const [label, prediction] = [source.labels[sample], predictions[0]];
  const chosen = neurons.length > 0 ? neurons : [
    ...(outputs
      ? [...new Set([label, prediction])].map((output) => ({
        layer: outputs.name,
        neuron: output * voters,
      }))
      : []),
    ...layers
      .filter((layer, index) =>
        layer !== outputs && model.layers[index].weights !== undefined
      )
      .map((layer) => ({ layer: layer.name, neuron: busiest(layer) })),
  ];
  const output = drive ?? outputSpikes(layers);
  const { shape, data } = output;
  const T = shape[shape.length - 1];
  const trains = Array.from(
    { length: data.length / T },
    (_, neuron) => outputs ? spikeTimes(output, neuron, Ts) : [],
  );
  return {
    Ts,
    output: {
      sample: describeSample(source, sample).name,
      fold: fold.number,
      classes: source.classes,
      label,
      prediction,
      duration: T * Ts,
      times: Array.from(
        { length: trains.length / voters },
        (_, output) =>
          trains.slice(output * voters, (output + 1) * voters).flat()
            .sort((a, b) => a - b),
      ),
      logits: drive && runningMeans(drive),
      region: region ?? { start: 0, stop: T * Ts },
      desired,
    },
    neurons: chosen.map(({ layer: name, neuron }) => {
      const at = layers.findIndex((layer) => layer.name === name);
      const layer = layers[at];
      const meaning = layer === outputs
        ? source.classes[Math.floor(neuron / voters)]
        : undefined;
      return {
        name: `${name}, neuron ${neuron}${meaning ? ` (${meaning})` : ""}`,
        theta: model.spikingLayers[at].neuron.parameters.theta,
        potentials: layer.potentials.data.subarray(
          neuron * T,
          (neuron + 1) * T,
        ),
        spikes: spikeTimes(layer.spikes, neuron, Ts),
      };
    }),
  };
}

function requireNeuron(
  { spikingLayers: layers }: Model,
  { layer, neuron }: NeuronName,
): void {
  const found = layers.find(({ name }) => name === layer);
  if (found === undefined) {
    throw new RangeError(
      `Cannot trace neuron "${layer}:${neuron}": the layers with neurons ` +
        "are " +
        layers.map(({ name }) => name).join(", "),
    );
  }
  const size = sizeOf(found.output);
  if (neuron >= size) {
    throw new RangeError(
      `Cannot trace neuron "${layer}:${neuron}": the layer has ${size}, ` +
        "counted from 0",
    );
  }
}

/** Number of time bins. */
function lengthOf({ spikes: { shape } }: LayerTrace): number {
  return shape[shape.length - 1];
}

function spikeTimes(
  { shape, data }: NamedArray,
  neuron: number,
  Ts: number,
): number[] {
  const T = shape[shape.length - 1];
  const train = data.subarray(neuron * T, (neuron + 1) * T);
  return [...train.keys()].filter((bin) => train[bin] !== 0)
    .map((bin) => timeOf(bin, Ts));
}

/** Time of a bin in ms, without rounding errors: 3·0.1 is 0.3. */
function timeOf(bin: number, Ts: number): number {
  return Number((bin * Ts).toPrecision(12));
}

function busiest(layer: LayerTrace): number {
  const T = lengthOf(layer);
  const { data } = layer.spikes;
  let best = { neuron: 0, spikes: 0 };
  for (let neuron = 0; neuron * T < data.length; neuron++) {
    let spikes = 0;
    for (let bin = 0; bin < T; bin++) {
      if (data[neuron * T + bin] !== 0) spikes++;
    }
    if (spikes > best.spikes) best = { neuron, spikes };
  }
  return best.neuron;
}
