import { ok, strictEqual } from "node:assert/strict";
import { close, counts, same } from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { loss, type Place, probLoss, timeLoss } from "./loss_kernels.ts";
import {
  lossOfVotes,
  numSpikesLoss,
  probSpikesLoss,
  spikeTimeLoss,
  type Target,
  votesOf,
} from "../../oracle/loss.ts";
import { type Neuron, responseKernel } from "../../oracle/neurons/neuron.ts";
import { type Tensor, tensorOf, zeros } from "../../oracle/tensor.ts";
import { haveFull, loadVectors } from "../../fixtures/reference_vectors.ts";

interface Simulated {
  readonly neuron: Neuron;
  readonly simulation: { readonly Ts: number };
  readonly error: Target;
}

function countsOf({ shape: [N, O, , , T], data }: Tensor): Uint32Array {
  return Uint32Array.from({ length: N * O }, (_, row) => {
    const bins = data.subarray(row * T, (row + 1) * T);
    return bins.filter((spike) => spike !== 0).length;
  });
}

for (const set of haveFull ? ["00", "01", "10", "11"] : ["00", "11"]) {
  gpuTest(`loss() agrees with loss_numspikes_${set}`, async () => {
    const { params, tensors } = loadVectors<Simulated>(`loss_numspikes_${set}`);
    const { neuron, simulation: { Ts }, error } = params;
    const { out, label } = tensors;
    const epsilon = responseKernel(neuron, Ts, out.shape[4]);
    const found = await loss(out, label.data, error, epsilon, Ts);
    close(found.loss, tensors.loss);
    close(found.gradient, tensors.gout);
    same(found.counts, countsOf(out));
  });
}

for (const set of [0, 1]) {
  gpuTest(`spikeTime() agrees with loss_spiketime_${set}`, async () => {
    const { params, tensors } = loadVectors<Simulated>(`loss_spiketime_${set}`);
    const { neuron, simulation: { Ts } } = params;
    const { out, desired } = tensors;
    const [N, O, , , T] = out.shape;
    const epsilon = responseKernel(neuron, Ts, T);
    // Its two samples are of classes 0 and 1; the others want nothing.
    const trains = zeros([O * O, 1, 1, 1, T]);
    trains.data.set(desired.data);
    const found = await timeLoss(out, [0, 1], trains, epsilon, Ts);
    strictEqual(N, 2);
    close(found.loss, tensors.loss);
    close(found.gradient, tensors.gout);
    same(found.counts, countsOf(out));
  });
}

/** Bins, and the region in bins. */
const REGIONS = [
  [1, 0, 1],
  [31, 3, 28],
  [32, 0, 32],
  [33, 31, 33],
  [65, 32, 64],
  [300, 64, 97],
  [1500, 200, 1400],
];

const NEURON = {
  ...{ theta: 10, tauSr: 10, tauRef: 10, scaleRef: 20 },
  ...{ tauRho: 1, scaleRho: 1 },
};

/** Three samples of 67 outputs, the second of them silent. */
function samplesOf(T: number, Ts: number): Tensor {
  const out = counts([3, 67, 1, 1, T], T, 0.3);
  out.data.forEach((spike, i) => out.data[i] = spike / Ts);
  out.data.fill(0, 67 * T, 2 * 67 * T);
  return out;
}

for (const [T, start, stop] of REGIONS) {
  const Ts = T > 300 ? 1 : 5;
  const tgtSpikeRegion = { start: start * Ts, stop: stop * Ts };
  const labels = [66, 0, 3];

  gpuTest(`loss() counts bins ${start} to ${stop} of ${T}`, async () => {
    const out = samplesOf(T, Ts);
    const target = { tgtSpikeRegion, tgtSpikeCount: { true: 7, false: 2 } };
    const epsilon = responseKernel(NEURON, Ts, T);
    const found = await loss(out, labels, target, epsilon, Ts);
    const expected = numSpikesLoss(out, labels, target, epsilon, Ts);
    ok(expected.loss > 0);
    // A sum of as many squares as there are bins.
    close(found.loss, tensorOf([1], [expected.loss]), 2e-6);
    close(found.gradient, expected.gradient);
    same(found.counts, countsOf(out));
  });

  gpuTest(`spikeTime() compares ${T} bins with right and wrong`, async () => {
    const out = samplesOf(T, Ts);
    const epsilon = responseKernel(NEURON, Ts, T);
    const trains = counts([2, 1, 1, 1, T], T + 1, 0.3);
    trains.data.forEach((spike, i) => trains.data[i] = spike / Ts);
    const desired = zeros(out.shape);
    labels.forEach((label, n) => {
      for (let o = 0; o < 67; o++) {
        const row = o === label ? 0 : 1;
        const train = trains.data.subarray(row * T, (row + 1) * T);
        desired.data.set(train, (n * 67 + o) * T);
      }
    });
    const options = { trains: 0 };
    const found = await timeLoss(out, labels, trains, epsilon, Ts, options);
    const expected = spikeTimeLoss(out, desired, epsilon, Ts);
    strictEqual(expected.loss > 0, T > 1);
    close(found.loss, tensorOf([1], [expected.loss]), 2e-6);
    close(found.gradient, expected.gradient);
    same(found.counts, countsOf(out));
  });

  for (const window of new Set([1, Math.min(4, T), Math.min(40, T), T])) {
    gpuTest(
      `probSpikes() compares outputs in bins ${start} to ${stop} of ${T}, ` +
        `${window} at once`,
      async () => {
        const out = samplesOf(T, Ts);
        const target = { tgtSpikeRegion, probSlidingWin: window * Ts };
        const found = await probLoss(out, labels, target, Ts);
        const expected = probSpikesLoss(out, labels, target, Ts);
        ok(expected.loss > 0);
        close(found.loss, tensorOf([1], [expected.loss]), 2e-6);
        // A sum of as many terms as the window has bins.
        close(found.gradient, expected.gradient, window > 1000 ? 1e-5 : 1e-6);
        close(found.silence, expected.silence);
        same(found.counts, countsOf(out));
        // Silence is one chance in 67.
        const nats = Math.log(67) * (stop - start) / window;
        const silent = tensorOf([1], [found.losses[67]]);
        close(silent, tensorOf([1], [nats]), 2e-6);
      },
    );
  }
}

const COUNTED = {
  tgtSpikeRegion: { start: 5, stop: 30 },
  tgtSpikeCount: { true: 9, false: 1 },
};
const COMPARED = { ...COUNTED, probSlidingWin: 4 };
const EPSILON = Float64Array.of(0, 0.5, 0.25);

/** The losses of 40 bins of 1 ms. */
const LOSSES = {
  loss: (out: Tensor, labels: number[], place?: Place) =>
    loss(out, labels, COUNTED, EPSILON, 1, place),
  spikeTime: (out: Tensor, labels: number[], place?: Place) => {
    const [, O, , , T] = out.shape;
    const trains = counts([O * O, 1, 1, 1, T], 9);
    return timeLoss(out, labels, trains, EPSILON, 1, place);
  },
  probSpikes: (out: Tensor, labels: number[], place?: Place) =>
    probLoss(out, labels, COMPARED, 1, place),
};

for (const [name, lossOf] of Object.entries(LOSSES)) {
  gpuTest(`${name}() takes the labels of its part of a batch`, async () => {
    const out = counts([2, 5, 1, 1, 40], 1);
    const found = await lossOf(out, [4, 3, 1, 0], { first: 2 });
    const expected = await lossOf(out, [1, 0]);
    strictEqual(found.loss.data[0], expected.loss.data[0]);
    same(found.gradient.data, expected.gradient.data);
    const other = await lossOf(out, [4, 3, 1, 0]);
    ok(other.loss.data[0] !== found.loss.data[0]);
  });

  gpuTest(`${name}() strides over outputs where groups are few`, async () => {
    const out = counts([2, 67, 1, 1, 40], 1);
    const many = await lossOf(out, [4, 3]);
    const few = await lossOf(out, [4, 3], { groups: 2 });
    same(few.loss.data, many.loss.data);
    same(few.gradient.data, many.gradient.data);
    same(few.counts, many.counts);
  });
}

for (const voters of [2, 5]) {
  const F = 7 * voters;
  const labels = [6, 0, 2];
  const sizes = { Ts: 2, T: 70, O: 7 };
  const region = { start: 10, stop: 120 };
  const out = counts([3, F, 1, 1, sizes.T], 11, 0.3);
  out.data.forEach((spike, i) => out.data[i] = spike / sizes.Ts);
  // The second sample is silent.
  out.data.fill(0, F * sizes.T, 2 * F * sizes.T);
  const votes = countsOf(out).reduce((sums, count, f) => {
    sums[Math.floor(f / voters)] += count;
    return sums;
  }, new Uint32Array(3 * sizes.O));

  gpuTest(`numSpikes() counts the means of ${voters} neurons`, async () => {
    const target = { ...COUNTED, tgtSpikeRegion: region };
    const found = await loss(out, labels, target, EPSILON, 2, { voters });
    const expected = lossOfVotes(
      out,
      voters,
      (means) => numSpikesLoss(means, labels, target, EPSILON, 2),
    );
    close(found.loss, tensorOf([1], [expected.loss]), 2e-6);
    close(found.gradient, expected.gradient);
    same(found.counts, votes);
  });

  gpuTest(`spikeTime() compares the means of ${voters} neurons`, async () => {
    const trains = counts([49, 1, 1, 1, sizes.T], 12, 0.3);
    trains.data.forEach((spike, i) => trains.data[i] = spike / sizes.Ts);
    const desired = zeros(votesOf(out, voters).shape);
    labels.forEach((label, n) => {
      const rows = trains.data.subarray(
        7 * label * sizes.T,
        7 * (label + 1) * sizes.T,
      );
      desired.data.set(rows, n * 7 * sizes.T);
    });
    const place = { voters };
    const found = await timeLoss(out, labels, trains, EPSILON, 2, place);
    const expected = lossOfVotes(
      out,
      voters,
      (means) => spikeTimeLoss(means, desired, EPSILON, 2),
    );
    close(found.loss, tensorOf([1], [expected.loss]), 2e-6);
    close(found.gradient, expected.gradient);
    same(found.counts, votes);
  });

  gpuTest(`probSpikes() compares the means of ${voters} neurons`, async () => {
    const target = { tgtSpikeRegion: region, probSlidingWin: 8 };
    const found = await probLoss(out, labels, target, 2, { voters });
    const expected = lossOfVotes(
      out,
      voters,
      (means) => probSpikesLoss(means, labels, target, 2),
    );
    close(found.loss, tensorOf([1], [expected.loss]), 2e-6);
    close(found.gradient, expected.gradient);
    close(found.silence, expected.silence!);
    same(found.counts, votes);
  });
}
