/**
 * The optimisers, each a function that updates one tensor of weights.
 *
 * @module
 */

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** Changes weights in place; keeps their moments from call to call. */
export type Update = (weights: Float64Array, gradient: Float64Array) => void;

/** Makes the update of one tensor of weights; they do not decay by default. */
export type Optimizer = (lr: number, weightDecay?: number) => Update;

/**
 * How much of a gradient is used where its norm is limited.
 *
 * @param gradient The gradient of all weights.
 * @param most The largest norm.
 * @returns most / |gradient|, 1 at most.
 */
export function clip(gradient: Float64Array, most: number): number {
  const norm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
  return norm > most ? most / norm : 1;
}

/**
 * Adam with AMSGrad: p −= lr/(1 − β1ᵗ)·m/(√(v_max/(1 − β2ᵗ)) + ε), and
 * p −= lr·λ·p beside it.
 *
 * @param lr Learning rate.
 * @param weightDecay λ.
 * @returns An update that has taken no step yet.
 */
export function adam(lr: number, weightDecay = 0): Update {
  return moments(lr * weightDecay, (t, m, vMax) => {
    const root = Math.sqrt(vMax / (1 - BETA2 ** t));
    return lr / (1 - BETA1 ** t) * m / (root + EPSILON);
  });
}

/**
 * AdamW: Adam without AMSGrad, p −= lr/(1 − β1ᵗ)·m/(√(v/(1 − β2ᵗ)) + ε), and
 * p −= lr·λ·p beside it.
 *
 * @param lr Learning rate.
 * @param weightDecay λ.
 * @returns An update that has taken no step yet.
 */
export function adamW(lr: number, weightDecay = 0): Update {
  return moments(lr * weightDecay, (t, m, _vMax, _g, v) => {
    const root = Math.sqrt(v / (1 - BETA2 ** t));
    return lr / (1 - BETA1 ** t) * m / (root + EPSILON);
  });
}

/**
 * NADAM with AMSGrad as in the package: p −= lr·√(1 − β2ᵗ)/(1 − β1ᵗ)·
 * (β1·m + (1 − β1)·g)/(√v_max + ε), and p −= lr·λ·p beside it.
 *
 * @param lr Learning rate.
 * @param weightDecay λ.
 * @returns An update that has taken no step yet.
 */
export function nadam(lr: number, weightDecay = 0): Update {
  return moments(lr * weightDecay, (t, m, vMax, g) => {
    const rate = lr * Math.sqrt(1 - BETA2 ** t) / (1 - BETA1 ** t);
    const ahead = BETA1 * m + (1 - BETA1) * g;
    return rate * ahead / (Math.sqrt(vMax) + EPSILON);
  });
}

/**
 * Plain gradient descent: p −= lr·(g + λ·p).
 *
 * @param lr Learning rate.
 * @param weightDecay λ.
 * @returns An update.
 */
export function sgd(lr: number, weightDecay = 0): Update {
  return (weights, gradient) => {
    for (let i = 0; i < weights.length; i++) {
      weights[i] -= lr * (gradient[i] + weightDecay * weights[i]);
    }
  };
}

/**
 * Updates weights by gain and direction, w = g·v/|v| for each output: v starts
 * as w and g as |w|.
 *
 * @param outputs Number of outputs; the weights of one follow one another.
 * @param make Makes the update of gains and of directions.
 * @returns An update that has taken no step yet.
 */
export function weightNorm(outputs: number, make: () => Update): Update {
  const [updateGains, updateDirections] = [make(), make()];
  let gains = new Float64Array();
  let directions = new Float64Array();
  const lengths = (values: Float64Array) => {
    const each = values.length / outputs;
    return Float64Array.from(
      { length: outputs },
      (_, o) => Math.hypot(...values.subarray(o * each, (o + 1) * each)),
    );
  };
  return (weights, gradient) => {
    const outputOf = (i: number) => Math.floor(i / weights.length * outputs);
    if (gains.length === 0) {
      directions = Float64Array.from(weights);
      gains = lengths(weights);
    }
    const norms = lengths(directions);
    const slopes = new Float64Array(outputs);
    gradient.forEach((own, i) =>
      slopes[outputOf(i)] += own * directions[i] / norms[outputOf(i)]
    );
    const across = gradient.map((own, i) => {
      const o = outputOf(i);
      return gains[o] / norms[o] * (own - slopes[o] * directions[i] / norms[o]);
    });
    updateDirections(directions, across);
    updateGains(gains, slopes);
    const after = lengths(directions);
    weights.forEach((_, i) => {
      const o = outputOf(i);
      weights[i] = gains[o] * directions[i] / after[o];
    });
  };
}

/** m = β1·m + (1 − β1)·g, v = β2·v + (1 − β2)·g², v_max the largest v so far. */
function moments(
  decay: number,
  step: (
    t: number,
    m: number,
    vMax: number,
    g: number,
    v: number,
  ) => number,
): Update {
  let m = new Float64Array();
  let v = new Float64Array();
  let vMax = new Float64Array();
  let t = 0;
  return (weights, gradient) => {
    if (t === 0) {
      m = new Float64Array(weights.length);
      v = new Float64Array(weights.length);
      vMax = new Float64Array(weights.length);
    }
    t++;
    for (let i = 0; i < weights.length; i++) {
      const g = gradient[i];
      m[i] = BETA1 * m[i] + (1 - BETA1) * g;
      v[i] = BETA2 * v[i] + (1 - BETA2) * g * g;
      vMax[i] = Math.max(vMax[i], v[i]);
      weights[i] -= step(t, m[i], vMax[i], g, v[i]) +
        decay * weights[i];
    }
  };
}

/**
 * The moving average of weights, from all of its past: Σ dᵏ⁻ⁱ·wᵢ / Σ dᵏ⁻ⁱ.
 *
 * @param past Weights after updates 1 to k.
 * @param decay d.
 * @returns The average.
 */
export function movingAverage(
  past: readonly ArrayLike<number>[],
  decay: number,
): Float64Array {
  const shares = past.map((_, i) => decay ** (past.length - 1 - i));
  const sum = shares.reduce((a, b) => a + b);
  return Float64Array.from(
    { length: past[0].length },
    (_, at) => past.reduce((all, w, i) => all + shares[i] * w[at], 0) / sum,
  );
}
