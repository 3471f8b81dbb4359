import { ok, strictEqual } from "node:assert/strict";
import { lossForward } from "../../kernels/loss.ts";
import { close, counts, same } from "../comparison.ts";
import { gpuTest } from "../gpu.ts";
import { fromKernel, pack, quads, tapTable } from "./kernel_orders.ts";
import { room, run } from "./kernel_runner.ts";
import { numSpikesLoss, type Target } from "../oracle/loss.ts";
import { type Neuron, responseKernel } from "../oracle/neuron.ts";
import { pspAdjoint } from "../oracle/srm.ts";
import { type Tensor, tensorOf } from "../oracle/tensor.ts";
import { haveFull, loadVectors } from "../reference_vectors.ts";

interface Simulated {
  readonly neuron: Neuron;
  readonly simulation: { readonly Ts: number };
  readonly error: Target;
}

async function loss(
  out: Tensor,
  labels: ArrayLike<number>,
  { tgtSpikeRegion: { start, stop }, tgtSpikeCount }: Target,
  epsilon: Float64Array,
  Ts: number,
  { first = 0, groups = Infinity } = {},
) {
  const [N, O, , , T] = out.shape;
  const table = tapTable(epsilon.map((tap) => Ts * tap));
  const K = epsilon.length;
  const { error, ...found } = await run(
    lossForward,
    {
      batch: Uint32Array.of(first, N, 0, 0),
      taps: table,
      labels: Uint32Array.from(labels),
      spikes: pack(out, 1 / Ts),
      error: room(N * T * quads(O)),
      loss: room(N * O),
      counts: new Uint32Array(N * O).fill(~0),
    },
    {
      ...{ T, O, K, Ts, start: Math.round(start / Ts) },
      stop: Math.round(stop / Ts),
      wanted: tgtSpikeCount.true,
      unwanted: tgtSpikeCount.false,
    },
    [Math.min(O, groups), N, 1],
  );
  const gradient = fromKernel(error, out.shape, { over: NaN });
  return {
    loss: tensorOf([1], [found.loss.reduce((sum, value) => sum + value, 0)]),
    gradient: pspAdjoint(gradient, epsilon, Ts),
    counts: found.counts,
  };
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

for (const [T, start, stop] of REGIONS) {
  gpuTest(`loss() counts bins ${start} to ${stop} of ${T}`, async () => {
    const Ts = T > 300 ? 1 : 5;
    const neuron = {
      ...{ theta: 10, tauSr: 10, tauRef: 10, scaleRef: 20 },
      ...{ tauRho: 1, scaleRho: 1 },
    };
    const out = counts([3, 67, 1, 1, T], T, 0.3);
    out.data.forEach((spike, i) => out.data[i] = spike / Ts);
    // The second sample is silent.
    out.data.fill(0, 67 * T, 2 * 67 * T);
    const labels = [66, 0, 3];
    const target = {
      tgtSpikeRegion: { start: start * Ts, stop: stop * Ts },
      tgtSpikeCount: { true: 7, false: 2 },
    };
    const epsilon = responseKernel(neuron, Ts, T);
    const found = await loss(out, labels, target, epsilon, Ts);
    const expected = numSpikesLoss(out, labels, target, epsilon, Ts);
    ok(expected.loss > 0);
    // A sum of as many squares as there are bins.
    close(found.loss, tensorOf([1], [expected.loss]), 2e-6);
    close(found.gradient, expected.gradient);
    same(found.counts, countsOf(out));
  });
}

gpuTest("loss() takes the labels of its part of a batch", async () => {
  const out = counts([2, 5, 1, 1, 40], 1);
  const labels = [4, 3, 1, 0];
  const target = {
    tgtSpikeRegion: { start: 0, stop: 40 },
    tgtSpikeCount: { true: 9, false: 1 },
  };
  const epsilon = Float64Array.of(0, 0.5, 0.25);
  const found = await loss(out, labels, target, epsilon, 1, { first: 2 });
  const expected = numSpikesLoss(out, [1, 0], target, epsilon, 1);
  close(found.loss, tensorOf([1], [expected.loss]));
  strictEqual(
    (await loss(out, [1, 0], target, epsilon, 1)).loss.data[0],
    found.loss.data[0],
  );
});

gpuTest("loss() strides over outputs where workgroups are few", async () => {
  const out = counts([2, 67, 1, 1, 40], 1);
  const target = {
    tgtSpikeRegion: { start: 5, stop: 30 },
    tgtSpikeCount: { true: 9, false: 1 },
  };
  const epsilon = Float64Array.of(0, 0.5, 0.25);
  const many = await loss(out, [4, 3], target, epsilon, 1);
  const few = await loss(out, [4, 3], target, epsilon, 1, { groups: 2 });
  same(few.loss.data, many.loss.data);
  same(few.gradient.data, many.gradient.data);
  same(few.counts, many.counts);
});
