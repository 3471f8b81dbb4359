/**
 * A whole network: forward, backward and training.
 *
 * Each layer is a synapse, the response and the spikes, in this order.
 *
 * @module
 */

import {
  type Axon,
  delay,
  delayGradient,
  delayInputGradient,
} from "./layers/axon.ts";
import { type Loss, numSpikesLoss, type Target } from "./loss.ts";
import {
  type Neuron,
  refractoryKernel,
  responseKernel,
} from "./neurons/neuron.ts";
import type { Update } from "./optimizer.ts";
import {
  type Activity,
  psp,
  pspAdjoint,
  refractoryAdjoint,
  spike,
  surrogate,
  withRefractory,
} from "./neurons/srm.ts";
import {
  type Synapse,
  synapse,
  synapseInputGradient,
  synapseWeightGradient,
} from "./layers/synapse.ts";
import type { Tensor } from "./tensor.ts";

/** The neurons of a layer. */
export interface Neurons {
  /** Their parameters. */
  readonly neuron: Neuron;
  /** ε. */
  readonly response: Float64Array;
  /** ν. */
  readonly refractory: Float64Array;
  /** Whether gradients pass the refractory response. @default false */
  readonly refractoryGradient?: boolean;
}

/** A network as plain data; training changes the weights in place. */
export interface Network {
  /** Time step in ms. */
  readonly Ts: number;
  /** From the input to the output. */
  readonly layers: readonly Synapse[];
  /** The neurons of each layer. */
  readonly neurons: readonly Neurons[];
  /** ε of the output. */
  readonly response: Float64Array;
  /** The axons that follow each layer. @default spikes as they are */
  readonly axons?: readonly (Axon | undefined)[];
}

/**
 * Makes a network with the kernels of its neurons.
 *
 * @param neurons The parameters of all neurons, or those of each layer.
 * @param Ts Time step in ms.
 * @param T Time bins of a sample.
 * @param layers From the input to the output.
 * @returns The network; it shares the layers' weights.
 */
export function createNetwork(
  neurons: Neuron | readonly Neuron[],
  Ts: number,
  T: number,
  layers: readonly Synapse[],
): Network {
  const each = layers.map((_, l): Neurons => {
    const neuron = "theta" in neurons ? neurons : neurons[l];
    const response = responseKernel(neuron, Ts, T);
    const refractory = refractoryKernel(neuron, Ts, T);
    return { neuron, response, refractory };
  });
  return { Ts, layers, neurons: each, response: each.at(-1)!.response };
}

/**
 * Computes every layer's spikes and potentials.
 *
 * @param network The network.
 * @param x Input spikes, [N, C, H, W, T].
 * @returns The activity of each layer.
 */
export function forward(network: Network, x: Tensor): Activity[] {
  const activities: Activity[] = [];
  network.neurons.forEach(({ neuron: { theta }, refractory }, l) => {
    const u = drive(network, l, incoming(network, l, activities, x));
    activities.push(spike(u, refractory, theta, network.Ts));
  });
  return activities;
}

/**
 * Computes every layer's potentials for given spikes, of its input and its own.
 *
 * @param network The network.
 * @param x Input spikes, [N, C, H, W, T].
 * @param spikes The spikes of each layer.
 * @returns The activity of each layer, with the given spikes.
 */
export function forwardGiven(
  network: Network,
  x: Tensor,
  spikes: readonly Tensor[],
): Activity[] {
  return network.neurons.map(({ refractory }, l) => {
    const below = spikes.map((spikes) => ({ spikes }));
    const u = drive(network, l, incoming(network, l, below, x));
    const given = spikes[l];
    return { spikes: given, u: withRefractory(u, given, refractory) };
  });
}

/**
 * Computes the gradient of every layer's weights.
 *
 * @param network The network.
 * @param x Input spikes, [N, C, H, W, T].
 * @param activities The activity of each layer, from `forward`.
 * @param loss Gradients of the last layer's spikes and, maybe, of its potentials
 * where it is silent.
 * @returns dL/dw of each layer in the shape of its weights; `undefined` for a
 * pool.
 */
export function backward(
  network: Network,
  x: Tensor,
  activities: readonly Activity[],
  loss: Omit<Loss, "loss">,
): (Tensor | undefined)[] {
  return backwardAll(network, x, activities, loss).gradients;
}

/**
 * Computes the gradients of every layer's weights and delays.
 *
 * @param network The network.
 * @param x Input spikes, [N, C, H, W, T].
 * @param activities The activity of each layer, from `forward`.
 * @param loss As for {@linkcode backward}, of the spikes that arrive.
 * @returns Gradients of weights, and of delays in the shape of these.
 */
export function backwardAll(
  network: Network,
  x: Tensor,
  activities: readonly Activity[],
  { gradient, silence }: Omit<Loss, "loss">,
): {
  readonly gradients: (Tensor | undefined)[];
  readonly delays: (Tensor | undefined)[];
} {
  const { Ts, layers, neurons, axons = [] } = network;
  const gradients = layers.map((): Tensor | undefined => undefined);
  const delays = layers.map((): Tensor | undefined => undefined);
  const last = layers.length - 1;
  let ds = gradient;
  if (axons[last]) {
    const arrived = incoming(network, layers.length, activities, x);
    delays[last] = delayGradient(arrived, ds, axons[last]);
    ds = delayInputGradient(ds, axons[last]);
  }
  for (let l = layers.length - 1; l >= 0; l--) {
    const { neuron, response, refractory } = neurons[l];
    const rho = surrogate(activities[l].u, neuron);
    const du = neurons[l].refractoryGradient
      ? refractoryAdjoint(ds, rho, refractory, Ts)
      : { shape: rho.shape, data: rho.data.map((r, i) => r * ds.data[i]) };
    const dy = pspAdjoint(du, response, Ts);
    const input = incoming(network, l, activities, x);
    gradients[l] = synapseWeightGradient(layers[l], input, dy);
    if (silence && l === last) {
      const peak = neuron.scaleRho / (neuron.tauRho * neuron.theta);
      const lift = {
        shape: silence.shape,
        data: silence.data.map((value) => peak * value),
      };
      const dyLift = pspAdjoint(lift, response, Ts);
      gradients[l] = synapseWeightGradient(layers[l], input, {
        shape: dy.shape,
        data: dy.data.map((value, i) => value + dyLift.data[i]),
      });
    }
    const learns = layers.slice(0, l).some((layer, below) =>
      "weight" in layer || axons[below] !== undefined
    );
    if (!learns) break;
    ds = synapseInputGradient(layers[l], dy, input.shape, neuron);
    const axon = axons[l - 1];
    if (!axon) continue;
    delays[l - 1] = delayGradient(input, ds, axon);
    ds = delayInputGradient(ds, axon);
  }
  return { gradients, delays };
}

/** The spikes that reach a layer. */
function incoming(
  { axons = [] }: Network,
  l: number,
  activities: readonly Pick<Activity, "spikes">[],
  x: Tensor,
): Tensor {
  if (l === 0) return x;
  const { spikes } = activities[l - 1];
  const axon = axons[l - 1];
  return axon ? delay(spikes, axon) : spikes;
}

/**
 * Trains one step on one batch.
 *
 * @param network The network; its weights are changed in place.
 * @param x Input spikes, [N, C, H, W, T].
 * @param labels The right class of each sample, N numbers.
 * @param target Target spike counts of the output neurons.
 * @param updates The update of each layer's weights; a pool's is not called.
 * @returns The loss before the step.
 */
export function trainStep(
  network: Network,
  x: Tensor,
  labels: ArrayLike<number>,
  target: Target,
  updates: readonly Update[],
): number {
  const { Ts, response, layers } = network;
  const activities = forward(network, x);
  const out = activities.at(-1)!.spikes;
  const { loss, gradient } = numSpikesLoss(out, labels, target, response, Ts);
  const gradients = backward(network, x, activities, { gradient });
  layers.forEach((layer, l) => {
    if ("weight" in layer) {
      updates[l](layer.weight.data, gradients[l]!.data);
    }
  });
  return loss;
}

/** The response to a layer's input, before any refractory response. */
function drive({ Ts, layers, neurons }: Network, l: number, x: Tensor): Tensor {
  const { neuron, response } = neurons[l];
  return psp(synapse(layers[l], x, neuron), response, Ts);
}
