/**
 * The losses, their gradients, and the prediction.
 *
 * @module
 */

import { psp, pspAdjoint } from "./neurons/srm.ts";
import { type Tensor, zeros } from "./tensor.ts";

/** Target spike counts of the output neurons. */
export interface Target {
  /** Time in ms in which spikes are counted, `stop` excluded. */
  readonly tgtSpikeRegion: { readonly start: number; readonly stop: number };
  /** Spikes wanted of the right class and of every other. */
  readonly tgtSpikeCount: { readonly true: number; readonly false: number };
}

/** A loss, summed over the batch, and its gradient. */
export interface Loss {
  /** L. */
  readonly loss: number;
  /** dL/d out, [N, classes, 1, 1, T]. */
  readonly gradient: Tensor;
  /**
   * The gradient of the output's potentials over ρ(θ), by the weights of the
   * output layer alone, [N, classes, 1, 1, T].
   */
  readonly silence?: Tensor;
}

/**
 * Compares spike counts: L = ½·Ts·Σ e², where inside the region
 * e = (count − wanted)/(stop − start), a constant, and where everywhere the
 * response to the spikes outside the region is added to e.
 *
 * The counts are detached: the response is the only path of the gradient,
 * dL/ds = Ts·Σ_k ε[k]·(Ts·e)[t+k].
 *
 * @param out Output spikes, [N, classes, 1, 1, T].
 * @param labels The right class of each sample, N numbers.
 * @param target Region and counts.
 * @param response ε, see `responseKernel`.
 * @param Ts Time step in ms.
 * @returns The loss and its gradient.
 */
export function numSpikesLoss(
  out: Tensor,
  labels: ArrayLike<number>,
  target: Target,
  response: Float64Array,
  Ts: number,
): Loss {
  const [N, classes] = out.shape;
  const T = out.shape.at(-1)!;
  const start = Math.round(target.tgtSpikeRegion.start / Ts);
  const stop = Math.round(target.tgtSpikeRegion.stop / Ts);
  const end = Math.min(stop, T);
  const outside = { shape: out.shape, data: out.data.slice() };
  const counted = zeros(out.shape);
  for (let n = 0; n < N; n++) {
    for (let c = 0; c < classes; c++) {
      const row = (n * classes + c) * T;
      let count = 0;
      for (let t = start; t < end; t++) count += Ts * out.data[row + t];
      const wanted = target.tgtSpikeCount[c === labels[n] ? "true" : "false"];
      outside.data.fill(0, row + start, row + end);
      counted.data.fill(
        (count - wanted) / (stop - start),
        row + start,
        row + end,
      );
    }
  }
  const filtered = psp(outside, response, Ts);
  const e = counted.data.map((value, i) => value + filtered.data[i]);
  return {
    loss: Ts / 2 * e.reduce((sum, value) => sum + value * value, 0),
    gradient: pspAdjoint(
      { shape: out.shape, data: e.map((value) => Ts * value) },
      response,
      Ts,
    ),
  };
}

/**
 * Compares spike trains: L = ½·Ts·Σ psp(s − d)², with the gradient
 * dL/ds = Ts·Σ_k ε[k]·(Ts·psp(s − d))[t+k].
 *
 * @param out Output spikes, [N, classes, 1, 1, T].
 * @param desired The spikes wanted, in the same shape.
 * @param response ε, see `responseKernel`.
 * @param Ts Time step in ms.
 * @returns The loss and its gradient.
 */
export function spikeTimeLoss(
  out: Tensor,
  desired: Tensor,
  response: Float64Array,
  Ts: number,
): Loss {
  const difference = out.data.map((spike, i) => spike - desired.data[i]);
  const e = psp({ shape: out.shape, data: difference }, response, Ts);
  return {
    loss: Ts / 2 * e.data.reduce((sum, value) => sum + value * value, 0),
    gradient: pspAdjoint(
      { shape: out.shape, data: e.data.map((value) => Ts * value) },
      response,
      Ts,
    ),
  };
}

/** Target of the output neurons, as probabilities. */
export interface ProbabilityTarget {
  /** Time in ms in which outputs are compared, `stop` excluded. */
  readonly tgtSpikeRegion: { readonly start: number; readonly stop: number };
  /** Length in ms of the window whose spikes are compared. */
  readonly probSlidingWin: number;
}

/**
 * Compares outputs with one another: L = −Σ_t log p[right class, t] / w over
 * the region, where p[o, t] = (c[o, t] + 1) / (Σ_o c[o, t] + classes) and
 * c[o, t] = Σ_{k<w} Ts·s[o, t−k], w bins being a window. The gradient is that
 * of these equations, the counts taken to be real numbers.
 *
 * In a sample without a spike in the region, the weights of the output layer
 * also learn from Ts·(1 − 1/classes)·ρ(θ)·Σ_t (θ − u[right class, t]) over the
 * region; `silence` is its gradient by u, over ρ(θ).
 *
 * @param out Output spikes, [N, classes, 1, 1, T].
 * @param labels The right class of each sample, N numbers.
 * @param target Region and window.
 * @param Ts Time step in ms.
 * @returns The loss, its gradient, and that of silence.
 */
export function probSpikesLoss(
  out: Tensor,
  labels: ArrayLike<number>,
  target: ProbabilityTarget,
  Ts: number,
): Required<Loss> {
  const [N, classes] = out.shape;
  const T = out.shape.at(-1)!;
  const start = Math.round(target.tgtSpikeRegion.start / Ts);
  const stop = Math.round(target.tgtSpikeRegion.stop / Ts);
  const window = Math.round(target.probSlidingWin / Ts);
  const gradient = zeros(out.shape);
  const silence = zeros(out.shape);
  let loss = 0;
  for (let n = 0; n < N; n++) {
    const right = (n * classes + labels[n]) * T;
    const isSilent = Array.from({ length: classes }, (_, c) => {
      const row = (n * classes + c) * T;
      return out.data.subarray(row + start, row + stop);
    }).every((spikes) => spikes.every((spike) => spike === 0));
    if (isSilent) {
      silence.data.fill(Ts * (1 / classes - 1), right + start, right + stop);
    }
    for (let t = start; t < Math.min(stop, T); t++) {
      const first = Math.max(t - window + 1, 0);
      const counts = Array.from({ length: classes }, (_, c) => {
        const row = (n * classes + c) * T;
        const within = out.data.subarray(row + first, row + t + 1);
        return within.reduce((count, spike) => count + Ts * spike, 0);
      });
      const all = counts.reduce((sum, count) => sum + count, classes);
      const right = counts[labels[n]] + 1;
      loss -= Math.log(right / all) / window;
      for (let c = 0; c < classes; c++) {
        const dc = (1 / all - (c === labels[n] ? 1 / right : 0)) / window;
        for (let s = first; s <= t; s++) {
          gradient.data[(n * classes + c) * T + s] += Ts * dc;
        }
      }
    }
  }
  return { loss, gradient, silence };
}

/**
 * Averages the spikes of neighbouring neurons that vote for an output.
 *
 * @param out Spikes, [N, F, 1, 1, T].
 * @param voters Neurons that vote for each output.
 * @returns Their means, [N, F / voters, 1, 1, T].
 */
export function votesOf(out: Tensor, voters: number): Tensor {
  const [N, F, , , T] = out.shape;
  const votes = zeros([N, F / voters, 1, 1, T]);
  for (let n = 0; n < N; n++) {
    for (let f = 0; f < F; f++) {
      const o = Math.floor(f / voters);
      for (let t = 0; t < T; t++) {
        votes.data[(n * F / voters + o) * T + t] +=
          out.data[(n * F + f) * T + t] / voters;
      }
    }
  }
  return votes;
}

/**
 * Computes a loss of the means of neurons that vote.
 *
 * @param out Spikes, [N, F, 1, 1, T].
 * @param voters Neurons that vote for each output.
 * @param lossOf The loss of the means.
 * @returns The loss, and its gradients by the spikes of all neurons.
 */
export function lossOfVotes(
  out: Tensor,
  voters: number,
  lossOf: (votes: Tensor) => Loss,
): Loss {
  const { loss, gradient, silence } = lossOf(votesOf(out, voters));
  const share = (of: Tensor): Tensor => {
    const T = out.shape.at(-1)!;
    return {
      shape: out.shape,
      data: out.data.map((_, i) =>
        of.data[Math.floor(i / T / voters) * T + i % T] / voters
      ),
    };
  };
  return {
    loss,
    gradient: share(gradient),
    ...silence && { silence: share(silence) },
  };
}

/**
 * Predicts the class whose neurons spike most; among equals the first.
 *
 * @param out Output spikes, [N, classes · voters, 1, 1, T].
 * @param voters Neurons that vote for each class.
 * @returns N class numbers.
 */
export function predict(out: Tensor, voters = 1): number[] {
  const [N, neurons] = out.shape;
  const classes = neurons / voters;
  const size = voters * out.shape.at(-1)!;
  return Array.from({ length: N }, (_, n) => {
    const counts = Array.from({ length: classes }, (_, c) => {
      const at = (n * classes + c) * size;
      return out.data.subarray(at, at + size).filter((s) => s !== 0).length;
    });
    return counts.indexOf(Math.max(...counts));
  });
}
