import {
  deepStrictEqual,
  notStrictEqual,
  ok,
  strictEqual,
  throws,
} from "node:assert/strict";
import type { ConvLayer } from "../../../engine/layers/conv_shapes.ts";
import type { Layer } from "../../../engine/layers/layer.ts";
import { numSpikes } from "../../../engine/losses/num_spikes.ts";
import { crossEntropy } from "../../../engine/losses/readout.ts";
import { Model, type ModelDescription } from "../../../engine/model.ts";
import type { Extent } from "../../../engine/network/network.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import { predict } from "../../../engine/trace.ts";
import { energyOf } from "../../../engine/training/energy.ts";
import { evaluate } from "../../../engine/training/evaluate.ts";
import { fit } from "../../../engine/training/fit.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { type Tensor, tensorOf, zeros } from "../../oracle/tensor.ts";
import { smallDevice } from "../device/small_device.ts";
import { unitEvents } from "../layerwise/unit_events.ts";
import { busyInput, eventsOf, excite } from "../networks.ts";

/**
 * Counts the synapses of one input by trying every output and tap.
 *
 * @param layer The layer.
 * @param c Channel of the input, and its row and column.
 */
function synapsesOf(layer: Layer, c: number, y: number, x: number): number {
  if (layer.kind.name === "pool") return 1;
  if (layer.kind.name === "unpool") return 4;
  if (layer.kind.name === "dense") return layer.output.C;
  const { input, output, kernel, stride, padding, dilation, groups } =
    layer as ConvLayer;
  let found = 0;
  for (let o = 0; o < output.C; o++) {
    const group = Math.floor(o / (output.C / groups));
    if (Math.floor(c / (input.C / groups)) !== group) continue;
    for (let oy = 0; oy < output.H; oy++) {
      for (let ox = 0; ox < output.W; ox++) {
        for (let ky = 0; ky < kernel[0]; ky++) {
          for (let kx = 0; kx < kernel[1]; kx++) {
            // A transposed convolution has input and output exchanged.
            const [fromY, toY, fromX, toX] = layer.kind.name === "conv"
              ? [oy, y, ox, x]
              : [y, oy, x, ox];
            const iy = fromY * stride[0] + ky * dilation[0] - padding[0];
            const ix = fromX * stride[1] + kx * dilation[1] - padding[1];
            if (iy === toY && ix === toX) found++;
          }
        }
      }
    }
  }
  return found;
}

/** Operations and spikes of a raster [N, C, H, W, T], spike by spike. */
function bruteForce(layer: Layer, { shape, data }: Tensor) {
  const [, C, H, W, T] = shape;
  let operations = 0;
  let spikes = 0;
  for (let i = 0; i < data.length; i += T) {
    const place = i / T;
    const x = place % W;
    const y = Math.floor(place / W) % H;
    const c = Math.floor(place / W / H) % C;
    const reached = synapsesOf(layer, c, y, x);
    for (let t = 0; t < T; t++) {
      if (data[i + t] === 0) continue;
      spikes++;
      operations += reached;
    }
  }
  return { operations, spikes };
}

/** Counts of a window, or whether there is any, in a raster of one sample. */
function pooled(
  { shape, data }: Tensor,
  window: number,
  kind: "max" | "sum",
): Tensor {
  const [N, C, H, W, T] = shape;
  const small = zeros([
    N,
    C,
    Math.floor(H / window),
    Math.floor(W / window),
    T,
  ]);
  const [, , OH, OW] = small.shape;
  for (let c = 0; c < N * C; c++) {
    for (let y = 0; y < OH * window; y++) {
      for (let x = 0; x < OW * window; x++) {
        for (let t = 0; t < T; t++) {
          const value = Number(data[((c * H + y) * W + x) * T + t] !== 0);
          const at = (c * OH + Math.floor(y / window)) * OW +
            Math.floor(x / window);
          const before = small.data[at * T + t];
          small.data[at * T + t] = kind === "max"
            ? Math.max(before, value)
            : before + value;
        }
      }
    }
  }
  return small;
}

function added(a: Tensor, b: Tensor): Tensor {
  return tensorOf(
    a.shape,
    Array.from(a.data, (value, i) => Number(value !== 0) + b.data[i]),
  );
}

/** Puts samples of one together again. */
function together(
  parts: readonly { shape: readonly number[]; data: Float32Array }[],
) {
  const [, ...axes] = parts[0].shape;
  return tensorOf(
    [parts.length, ...axes],
    parts.flatMap(({ data }) => [...data]),
  );
}

/** Samples in one batch. */
function samplesOf(batch: ReturnType<typeof eventsOf>) {
  return {
    size: batch.labels.length,
    async *batches() {
      yield await Promise.resolve(batch);
    },
  };
}

const N = 3;
const NEURON = { theta: 2, tauSr: 3, tauRef: 3 };

gpuTest(
  "energyOf() counts each synapse of each spike, at borders too",
  async () => {
    const T = 37;
    const input: Extent = { C: 4, H: 9, W: 11 };
    const description: ModelDescription = {
      input,
      layers: [
        { pool: 2, dropout: 0.5 },
        {
          conv: {
            out: 6,
            kernel: [3, 2],
            padding: [2, 1],
            stride: [2, 1],
            dilation: [1, 2],
            groups: 2,
          },
        },
        { conv: { out: 5, kernel: 3, padding: 1 } },
        { unpool: 2 },
        {
          convTranspose: { out: 4, kernel: [2, 3], stride: [2, 1], padding: 1 },
        },
        { dense: 7 },
      ],
      neuron: NEURON,
      Ts: 1,
      random: 2,
    };
    const counts = busyInput([N, input.C, input.H, input.W, T], 3, 3);
    const batch = eventsOf(counts, [0, 1, 2]);
    const loss = numSpikes({ true: 5, false: 1 });
    // Two samples at once and then one: counts add up over micro-batches.
    const two = smallDevice(400_000);
    for (const mode of ["OR", "SUM"] as const) {
      for (const on of [device(), two]) {
        using model = await Model.create({
          device: on,
          ...description,
          coding: { mode, height: 1 },
        });
        await excite(model);
        const options = { batch: N, tSample: T, loss, counts: true };
        using stepper = await model.prepare({ ...options, train: false });
        strictEqual(stepper.microBatch, on === two ? 2 : N);
        const evaluation = await evaluate(model, samplesOf(batch), options);
        const found = energyOf(model, evaluation);
        const traces = await predict(model, batch, { tSample: T });
        model.layers.forEach((layer, index) => {
          const read = index === 0
            ? counts
            : together(traces.map(({ layers }) => layers[index - 1].spikes));
          const own = together(
            traces.map(({ layers }) => layers[index].spikes),
          );
          const { operations, spikes } = bruteForce(layer, read);
          const { accumulates, multiplyAccumulates, incoming, ...other } =
            found[index];
          ok(operations > 100, `${layer.name} ${operations}`);
          const multiplies = index === 0 && mode === "SUM";
          deepStrictEqual(
            [accumulates, multiplyAccumulates, incoming, other.spikes],
            [
              multiplies ? 0 : operations / N,
              multiplies ? operations / N : 0,
              spikes / N,
              own.data.filter((value) => value !== 0).length / N,
            ],
          );
        });
      }
    }
  },
);

gpuTest(
  "energyOf() tells spikes from counts where a network pools and adds",
  async () => {
    const T = 9;
    const input: Extent = { C: 2, H: 8, W: 8 };
    const conv = { out: 4, kernel: 3, padding: 1 };
    using model = await Model.create({
      device: device(),
      input,
      layers: [
        { conv, pool: { max: 2 } },
        { residual: [{ conv }], pool: { average: 2 } },
        { ghost: { out: 6, kernel: 3, padding: 1 } },
        { dense: 5, recurrent: true },
        { dense: 3, neuron: "none" },
      ],
      neuron: leaky({ threshold: 0.2 }),
      Ts: 1,
      random: 4,
    });
    await excite(model);
    const x = busyInput([1, input.C, input.H, input.W, T], 5);
    const { bins } = model.eventBinning({ tSample: T });
    const batch = unitEvents({ fine: bins / T, addressBits: 7 }, x, [0]);
    const evaluation = await evaluate(model, samplesOf(batch), {
      batch: 1,
      tSample: T,
      loss: crossEntropy(),
      counts: true,
    });
    const found = energyOf(model, evaluation);
    const [{ layers }] = await predict(model, batch, { tSample: T });
    const [first, second, third, fourth] = layers.map(({ spikes }) =>
      tensorOf(spikes.shape, spikes.data)
    );
    const below = pooled(first, 2, "max");
    const sums = added(second, below);
    const averaged = zeros([1, 4, 2, 2, T]);
    sums.data.forEach((value, i) => {
      const [t, place] = [i % T, Math.floor(i / T)];
      const [px, py] = [place % 4, Math.floor(place / 4) % 4];
      const at = (Math.floor(place / 16) * 2 + (py >> 1)) * 2 + (px >> 1);
      averaged.data[at * T + t] += value;
    });
    const [one, two, ghost, recurrent, readout] = model.layers;
    const half = { ...ghost, output: { ...ghost.output, C: 3 } } as Layer;
    // Taps of 3×3 inside 2×2 pixels: each sees four.
    const inner = 3 * 4 * 4 * T;
    const expected = [
      [bruteForce(one, x), false, 0],
      [bruteForce(two, below), false, 0],
      [bruteForce(half, averaged), true, inner],
      [bruteForce(recurrent, third), false, 0],
      [bruteForce(readout, fourth), false, 0],
    ] as const;
    const fired = fourth.data.filter((value) => value !== 0).length;
    expected.forEach(([{ operations, spikes }, counts, more], index) => {
      ok(operations > 10, `${operations}`);
      const { accumulates, multiplyAccumulates, incoming } = found[index];
      // A recurrent layer's spikes go to each of its own neurons.
      const own = index === 3 ? 5 * fired : 0;
      deepStrictEqual(
        [accumulates, multiplyAccumulates, incoming],
        [
          counts ? 0 : operations + own,
          counts ? operations + more : more,
          spikes,
        ],
      );
    });
    ok(fired > 0);
    strictEqual(found[4].spikes, 0);
  },
);

gpuTest(
  "energyOf() prices operations and words as the figures say",
  async () => {
    const T = 10;
    using model = await Model.create({
      device: device(),
      input: { C: 1, H: 1, W: 4 },
      layers: [{ dense: 3000 }],
      Ts: 1,
      random: 0,
    });
    const words = Uint32Array.from([0, 1, 2, 9], (bin) => bin * 4 + 1);
    const evaluation = await evaluate(
      model,
      samplesOf({ samples: [words], labels: Uint32Array.of(0) }),
      {
        batch: 1,
        tSample: T,
        loss: numSpikes({ true: 5, false: 1 }),
        counts: true,
      },
    );
    const [energy] = energyOf(model, evaluation);
    const operations = 4 * 3000;
    const updates = 2 * (operations + T * 3000);
    deepStrictEqual(energy, {
      name: "fc1",
      incoming: 4,
      spikes: evaluation.sums.spikes[0],
      accumulates: operations,
      multiplyAccumulates: 0,
      bytes: 4 * (operations + updates),
      operationsNj: operations * 0.9 / 1000,
      // 48 KB of weights, and 24 KB of drives and potentials.
      memoryNj: (operations * 50 + updates * 10) / 1000,
    });
    throws(
      () => energyOf(model, { ...evaluation, incoming: undefined }),
      /^TypeError: Cannot work out the energy of a network: its spikes were not/,
    );
  },
);

for (const isLayerwise of [false, true]) {
  gpuTest(
    `fit() counts what ${isLayerwise ? "units" : "layers"} read in tests`,
    async () => {
      const T = 9;
      using model = await Model.create({
        device: device(),
        input: { C: 2, H: 4, W: 4 },
        layers: isLayerwise
          ? [{ dense: 6, dropout: 0.5 }, { dense: 3, neuron: "none" }]
          : [{ dense: 6, dropout: 0.5 }, { dense: 3 }],
        neuron: isLayerwise ? leaky({ threshold: 0.2 }) : NEURON,
        ema: 0.5,
        Ts: 1,
        random: 2,
      });
      await excite(model, 0.02);
      const sets = [4, 5].map((seed) => {
        const counts = busyInput([N, 2, 4, 4, T], seed);
        const labels = [0, 1, 2];
        if (!isLayerwise) return samplesOf(eventsOf(counts, labels));
        const { bins } = model.eventBinning({ tSample: T });
        return samplesOf(
          unitEvents({ fine: bins / T, addressBits: 5 }, counts, labels),
        );
      });
      const [validation, test] = sets;
      const options = {
        batch: N,
        tSample: T,
        loss: isLayerwise ? crossEntropy() : numSpikes({ true: 5, false: 1 }),
        counts: true,
      };
      const epochs = fit(model, validation, {
        ...options,
        epochs: 2,
        lr: 0.1,
        validation,
        test,
      });
      let last = "";
      for await (const epoch of epochs) {
        strictEqual(epoch.train.incoming, undefined);
        const expected = await Promise.all(
          sets.map(async (set) =>
            (await evaluate(model, set, options)).incoming
          ),
        );
        deepStrictEqual(
          [epoch.validation!.incoming, epoch.test!.incoming],
          expected,
        );
        const [layer] = expected[1]!.layers.slice(1);
        ok(layer.some((count) => count > 0));
        notStrictEqual(`${layer}`, last);
        last = `${layer}`;
      }
    },
  );
}
