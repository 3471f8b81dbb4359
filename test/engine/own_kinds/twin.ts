/**
 * A float64 twin of networks of leaky neurons, loop for loop.
 *
 * @module
 */

/** A connection from a neuron below to one of a layer, by their indices. */
export interface Link {
  readonly from: number;
  readonly to: number;
  /** Index of its weight. */
  readonly weight: number;
}

/** A layer of the twin. */
export interface TwinLayer {
  /** Number of neurons. */
  readonly size: number;
  readonly links: readonly Link[];
  readonly weights: ArrayLike<number>;
  readonly theta: number;
  readonly tau: number;
  readonly width: number;
}

/** Spikes and potentials of each layer's neurons, [size][T]. */
export interface TwinActivity {
  readonly spikes: Float64Array[];
  readonly potentials: Float64Array[];
}

/**
 * Runs a sample through the network.
 *
 * @param layers The layers.
 * @param input Spikes that come in, [inputs][T].
 * @param Ts Time step in ms.
 * @returns The activity of each layer.
 */
export function twinForward(
  layers: readonly TwinLayer[],
  input: readonly Float64Array[],
  Ts: number,
): TwinActivity[] {
  const T = input[0].length;
  const activities: TwinActivity[] = [];
  let below: readonly Float64Array[] = input;
  for (const { size, links, weights, theta, tau } of layers) {
    const rows = () => Array.from({ length: size }, () => new Float64Array(T));
    const drives = rows();
    for (const { from, to, weight } of links) {
      for (let t = 0; t < T; t++) {
        drives[to][t] += weights[weight] * below[from][t];
      }
    }
    const [spikes, potentials] = [rows(), rows()];
    for (let f = 0; f < size; f++) {
      let v = 0;
      for (let t = 0; t < T; t++) {
        v = Math.exp(-Ts / tau) * v + drives[f][t];
        potentials[f][t] = v;
        if (v < theta) continue;
        spikes[f][t] = 1;
        v = 0;
      }
    }
    activities.push({ spikes, potentials });
    below = spikes;
  }
  return activities;
}

/**
 * The gradient of each layer's weights.
 *
 * @param layers The layers.
 * @param input Spikes that came in, [inputs][T].
 * @param activities The activity of each layer.
 * @param options Gradient of the output's spikes, [size][T], and time step.
 * @returns A gradient for each weight of each layer.
 */
export function twinBackward(
  layers: readonly TwinLayer[],
  input: readonly Float64Array[],
  activities: readonly TwinActivity[],
  { gradient, Ts }: {
    readonly gradient: readonly Float64Array[];
    readonly Ts: number;
  },
): Float64Array[] {
  const T = input[0].length;
  const result = layers.map(({ weights }) => new Float64Array(weights.length));
  let ds: readonly Float64Array[] = gradient;
  for (let l = layers.length - 1; l >= 0; l--) {
    const { size, links, weights, theta, tau, width } = layers[l];
    const { spikes, potentials } = activities[l];
    const below = activities[l - 1]?.spikes ?? input;
    const dx = Array.from({ length: size }, () => new Float64Array(T));
    for (let f = 0; f < size; f++) {
      let dv = 0;
      for (let t = T - 1; t >= 0; t--) {
        const far = 1 + Math.abs(potentials[f][t] - theta) / width;
        const du = ds[f][t] / far ** 2 + (spikes[f][t] ? 0 : dv);
        dx[f][t] = du;
        dv = Math.exp(-Ts / tau) * du;
      }
    }
    const next = below.map(() => new Float64Array(T));
    for (const { from, to, weight } of links) {
      for (let t = 0; t < T; t++) {
        result[l][weight] += below[from][t] * dx[to][t];
        next[from][t] += weights[weight] * dx[to][t];
      }
    }
    ds = next;
  }
  return result;
}
