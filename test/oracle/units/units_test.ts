import { ok, strictEqual } from "node:assert/strict";
import { ACTIVATIONS } from "../../../kernels/unit/graded/activations.ts";
import { SURROGATES } from "../../../kernels/leaky/leaky_neurons.ts";
import { READOUT_KINDS } from "../../../engine/losses/loss.ts";
import { close, counts, noise, same } from "../../fixtures/comparison.ts";
import { loadModernVectors } from "../../fixtures/reference_vectors.ts";
import { inner, type Tensor, tensorOf } from "../tensor.ts";
import {
  type Leaky,
  leakyAdjoint,
  leakyForward,
  leakyParameters,
} from "./leaky.ts";
import {
  gradedAdjoint,
  gradedForward,
  summed,
  summedAdjoint,
} from "./graded.ts";
import { normalise, normaliseAdjoint, statisticsOf } from "./norm.ts";
import {
  dropout,
  poolCounts,
  poolCountsAdjoint,
  type Pooling,
} from "./raster.ts";
import { readoutLoss } from "./readout.ts";
import { recurrentAdjoint, recurrentForward } from "./recurrent.ts";
import { LEAKY_VECTORS, leakyVectors } from "./leaky_vectors.ts";

/** Vectors are float32, their inputs too. */
const ROUNDED = 1e-6;

/** Finite differences of smooth functions in float64. */
const FINITE = 1e-7;

/** The directional derivative of a function at x along d. */
function derivative(
  at: (x: Tensor) => number,
  { shape, data }: Tensor,
  d: Tensor,
): number {
  const step = 1e-5;
  const moved = (by: number) =>
    at(tensorOf(shape, data.map((value, i) => value + by * d.data[i])));
  return (moved(step) - moved(-step)) / (2 * step);
}

/** Requires ⟨gradient, d⟩ to be the derivative along d. */
function requireGradient(
  at: (x: Tensor) => number,
  x: Tensor,
  gradient: Tensor,
): void {
  for (const seed of [1, 2, 3]) {
    const d = noise(x.shape, seed);
    const expected = derivative(at, x, d);
    const actual = inner(gradient, d);
    ok(
      Math.abs(actual - expected) <= FINITE * (1 + Math.abs(expected)),
      `${actual} instead of ${expected}`,
    );
  }
}

Deno.test("the oracle's leaky neuron is the reference's", () => {
  for (const name of LEAKY_VECTORS) {
    const { neuron, tensors: { x, s, v, gout, gin, gw } } = leakyVectors(name);
    const activity = leakyForward(x, neuron);
    same(activity.spikes.data, s.data);
    if (v) close(activity.v, v, ROUNDED);
    const { dx, dw } = leakyAdjoint(gout, activity, neuron);
    close(dx, gin, ROUNDED);
    strictEqual(gw !== undefined, neuron.learns);
    if (gw) close(tensorOf([1], dw), gw, ROUNDED);
  }
});

/** What leaky neurons may have besides. */
const EXTRAS: readonly Partial<Leaky>[] = [
  {},
  { tauSyn: 2.5 },
  { adaptation: 1.5, tauAdaptation: 4 },
];

/** Learned parameters of a neuron with these time constants, one each. */
function learnedOf(neuron: Leaky): Tensor {
  const w = leakyParameters(neuron);
  return tensorOf([w.length], w);
}

Deno.test("the oracle's leaky adjoints are gradients of smooth spikes", () => {
  const x = noise([2, 2, 1, 2, 9], 4);
  const weights = noise(x.shape, 5);
  const smooth = true;
  for (const surrogate of SURROGATES) {
    for (const reset of ["hard", "soft", "delayed"] as const) {
      for (const [decayInput, detachReset] of [[true, false], [false, true]]) {
        for (const extra of EXTRAS) {
          const neuron: Leaky = {
            threshold: 0.7,
            tau: 3,
            rest: 0.1,
            reset,
            decayInput,
            detachReset,
            surrogate,
            steepness: 1.5,
            ...extra,
          };
          const activity = leakyForward(x, neuron, { smooth });
          const resets = detachReset ? activity.spikes : undefined;
          requireGradient(
            (x) =>
              inner(
                leakyForward(x, neuron, { smooth, resets }).spikes,
                weights,
              ),
            x,
            leakyAdjoint(weights, activity, neuron).dx,
          );
          requireGradient(
            ({ data: [w, other] }) => {
              const tau = 1 + Math.exp(-other);
              const moved = {
                ...neuron,
                tau: 1 + Math.exp(-w),
                ...neuron.tauSyn && { tauSyn: tau },
                ...neuron.adaptation && { tauAdaptation: tau },
              };
              return inner(
                leakyForward(x, moved, { smooth, resets }).spikes,
                weights,
              );
            },
            learnedOf(neuron),
            tensorOf(
              learnedOf(neuron).shape,
              leakyAdjoint(weights, activity, neuron).dw,
            ),
          );
        }
      }
    }
  }
});

Deno.test("a sum that decays is the current of a leaky neuron, with its gradient", () => {
  const neuron: Leaky = {
    threshold: 0.7,
    tau: 3,
    rest: 0.1,
    reset: "soft",
    decayInput: false,
    detachReset: false,
    surrogate: "sigmoid",
    steepness: 1.5,
  };
  const tauSyn = 2.5;
  const kept = 1 - 1 / tauSyn;
  const x = noise([2, 2, 1, 2, 30], 4);
  const current = summed(x, kept);
  const activity = leakyForward(current, neuron);
  const whole = leakyForward(x, { ...neuron, tauSyn });
  close(current, whole.current, ROUNDED);
  same(activity.spikes.data, whole.spikes.data);
  const ds = noise(x.shape, 5);
  const { dx } = leakyAdjoint(ds, activity, neuron);
  close(
    summedAdjoint(dx, kept),
    leakyAdjoint(ds, whole, { ...neuron, tauSyn }).dx,
    ROUNDED,
  );
});

Deno.test("the oracle's recurrent adjoint is the gradient of smooth spikes", () => {
  const y = noise([2, 3, 1, 1, 7], 6);
  const r = noise([3, 3, 1, 1, 1], 7);
  const weights = noise(y.shape, 8);
  const neuron: Leaky = {
    threshold: 0.5,
    tau: 2,
    rest: 0,
    reset: "soft",
    decayInput: false,
    detachReset: false,
    surrogate: "arctangent",
    steepness: 2,
    tauSyn: 1.5,
  };
  const fire = (x: Tensor) => leakyForward(x, neuron, { smooth: true });
  const activity = recurrentForward(y, r, fire);
  const { dx, dr } = recurrentAdjoint(
    weights,
    activity.spikes,
    r,
    (ds) => leakyAdjoint(ds, activity, neuron),
  );
  const valueOf = (y: Tensor, r: Tensor) =>
    inner(recurrentForward(y, r, fire).spikes, weights);
  requireGradient((y) => valueOf(y, r), y, dx);
  requireGradient((r) => valueOf(y, r), r, dr);
});

for (const activation of ACTIVATIONS) {
  Deno.test(`the oracle's adjoint of sent changes is their gradient, ${activation}`, () => {
    const x = noise([2, 3, 1, 2, 7], 9);
    const weights = noise(x.shape, 10);
    const neuron = { threshold: 0.1, step: 0.1, most: 127, activation };
    const sent = (x: Tensor, smooth: boolean) =>
      gradedForward(summed(x), neuron, { smooth }).spikes;
    requireGradient(
      (x) => inner(sent(x, true), weights),
      x,
      summedAdjoint(gradedAdjoint(weights, summed(x), neuron)),
    );
    // The sum of messages is the activation to within a threshold.
    const all = summed(sent(x, true));
    summed(sent(x, false)).data.forEach((sum, i) => {
      ok(Math.abs(sum - all.data[i]) < neuron.threshold + 1e-9);
    });
  });
}

/**
 * Changes of one neuron by the equations of lava-dl's `axon.Delta`, before they
 * are rounded.
 */
function deltasOf(
  x: Float64Array,
  threshold: number,
  accumulates: boolean,
): number[] {
  let [before, residual, error] = [0, 0, 0];
  return Array.from(x, (value) => {
    const change = value - before + residual;
    error += change;
    const compared = accumulates ? error : change;
    const sent = Math.abs(compared) >= threshold ? change : 0;
    if (sent !== 0) error = 0;
    residual = change - sent;
    before = value;
    return sent;
  });
}

for (const accumulates of [false, true]) {
  const how = accumulates ? "accumulated errors" : "changes";
  Deno.test(`the oracle sends lava-dl's ${how}, in steps`, () => {
    const T = 60;
    const y = summed(noise([1, 1, 1, 1, T], 4));
    const threshold = 1.25;
    const sent = (y: Tensor, step: number) => {
      const neuron = { threshold, step, most: 32767, accumulates };
      return gradedForward(y, { ...neuron, activation: "identity" }).spikes;
    };
    // Of drives in whole steps, nothing is rounded.
    const grid = tensorOf(
      y.shape,
      y.data.map((value) => Math.round(64 * value) / 64),
    );
    const expected = deltasOf(grid.data, threshold, accumulates);
    same(sent(grid, 1 / 64).data, expected);
    const smaller = expected.filter((value) =>
      value !== 0 && Math.abs(value) < threshold
    );
    ok(expected.filter((value) => value !== 0).length > 5);
    strictEqual(smaller.length > 0, accumulates);
    // Of others, less than a step is rounded.
    const others = deltasOf(y.data, threshold, accumulates);
    close(
      tensorOf(y.shape, sent(y, 2 ** -11).data),
      tensorOf(y.shape, others),
      2 ** -10,
    );
  });
}

Deno.test("the oracle's batch norm is the reference's", () => {
  const { params, tensors } = loadModernVectors<
    { eps: number; momentum: number }
  >("batch_norm");
  const { x, weight, bias, y, gout, gin, gw, gb } = tensors;
  const affine = {
    gamma: weight.data,
    beta: bias.data,
    epsilon: params.eps,
  };
  close(normalise(x, affine), y, ROUNDED);
  const { dx, dgamma, dbeta } = normaliseAdjoint(gout, x, affine);
  close(dx, gin, ROUNDED);
  close(tensorOf([3], dgamma), gw, ROUNDED);
  close(tensorOf([3], dbeta), gb, ROUNDED);
  const running = {
    mean: Array.from(tensors.running_mean.data),
    variance: Array.from(tensors.running_var.data),
  };
  close(normalise(x, affine, running), tensors.y_eval, ROUNDED);
  const { mean, unbiased } = statisticsOf(x);
  const moved = (from: number, to: readonly number[]) =>
    to.map((value) => from + params.momentum * (value - from));
  close(tensorOf([3], moved(0, mean)), tensors.running_mean, ROUNDED);
  close(tensorOf([3], moved(1, unbiased)), tensors.running_var, ROUNDED);
});

Deno.test("the oracle's adjoint of batch norm is its gradient", () => {
  const x = noise([3, 2, 2, 1, 4], 6);
  const weights = noise(x.shape, 7);
  const affine = { gamma: [0.5, -2], beta: [1, 3], epsilon: 0.1 };
  const { dx, dgamma, dbeta } = normaliseAdjoint(weights, x, affine);
  requireGradient((x) => inner(normalise(x, affine), weights), x, dx);
  for (const kind of ["mean", "scale"] as const) {
    const own = { ...affine, kind };
    requireGradient(
      (x) => inner(normalise(x, own), weights),
      x,
      normaliseAdjoint(weights, x, own).dx,
    );
  }
  const both = tensorOf([4], [...affine.gamma, ...affine.beta]);
  requireGradient(
    ({ data }) =>
      inner(
        normalise(x, {
          gamma: data.subarray(0, 2),
          beta: data.subarray(2),
          epsilon: 0.1,
        }),
        weights,
      ),
    both,
    tensorOf([4], [...dgamma, ...dbeta]),
  );
});

Deno.test("the oracle's pooling of counts and its adjoint agree", () => {
  for (const kind of ["max", "sum"] as const) {
    for (const [H, W, window] of [[4, 6, 2], [5, 7, 2], [7, 3, 3], [3, 3, 1]]) {
      const x = counts([2, 3, H, W, 5], window, 0.4, 3);
      for (const probability of [0, 0.5]) {
        const pooling: Pooling = {
          kind,
          window,
          silenced: dropout(3, 1, probability),
        };
        const y = poolCounts(x, pooling);
        const d = noise(y.shape, 8);
        // Both are linear in the counts once it is known which are largest.
        const left = inner(y, d);
        const right = inner(x, poolCountsAdjoint(d, x, pooling));
        ok(Math.abs(left - right) < 1e-9 && left !== 0, `${left}, ${right}`);
      }
    }
  }
});

Deno.test("the oracle's dropout silences as many outputs as it is told", () => {
  for (const probability of [0.1, 0.5, 0.9]) {
    const silenced = dropout(11, 2, probability);
    let many = 0;
    for (let n = 0; n < 50; n++) {
      for (let f = 0; f < 200; f++) many += Number(silenced(n, f));
    }
    ok(Math.abs(many / 10_000 - probability) < 0.02, `${many}`);
  }
});

Deno.test("the oracle's losses of a readout have their gradients", () => {
  for (const kind of READOUT_KINDS) {
    // Shares are of rates, which are positive.
    const second = kind === "shares" ? 1.2 : -1.2;
    const values = tensorOf([4], [0.3, second, 2, 0.7]);
    for (const smoothing of [0, 0.2]) {
      for (const share of [1, 0.3]) {
        const label = { label: 2, mixed: 1, share };
        const loss = {
          kind,
          smoothing,
          classWeights: [1, 2, 0.5, 3],
          rates: { true: 0.7, false: 0.1 },
          sigmoid: { alpha: 0.4, theta: 0.2 },
          one: 0.1,
        };
        const at = ({ data }: Tensor) => readoutLoss([...data], label, loss);
        requireGradient(
          (x) => at(x).loss,
          values,
          tensorOf([4], at(values).gradient),
        );
      }
    }
  }
});
