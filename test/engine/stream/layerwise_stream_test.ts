import { adaptiveLeaky } from "../../../engine/neurons/adaptive_leaky.ts";
import { adaptiveResonator } from "../../../engine/neurons/adaptive_resonator.ts";
import {
  fixedAdaptiveResonator,
  fixedAlif,
  fixedCuba,
  fixedResonator,
} from "../../../engine/neurons/fixed_point.ts";
import { resonator } from "../../../engine/neurons/resonator.ts";
import { cubaLeaky } from "../../../engine/neurons/cuba_leaky.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import { sigmaDelta } from "../../../engine/neurons/sigma_delta.ts";
import { parametricLeaky } from "../../../engine/neurons/parametric_leaky.ts";
import { Model, type ModelDescription } from "../../../engine/model.ts";
import { stream } from "../../../engine/stream/stream.ts";
import { noise } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { busyInput, excite } from "../networks.ts";
import { agree, CUTS, lively, runStream, runWhole } from "./stream_runs.ts";

const FIRING = { threshold: 0.3 };
const conv = { out: 5, kernel: 3, padding: 1 };

const LAYERWISE: [
  why: string,
  ModelDescription["layers"],
  ModelDescription["neuron"],
][] = [
  [
    "norms, pools, a residual and a readout",
    [
      { conv, norm: "batch", pool: { max: 2 } },
      {
        residual: [{ conv, norm: "batch" }],
        pool: { average: 2 },
        dropout: 0.3,
      },
      { dense: 8, norm: "batch" },
      { dense: 3, norm: "batch", neuron: "none" },
    ],
    leaky(FIRING),
  ],
  [
    "ghosts and gates, no leak, a soft reset",
    [
      { ghost: { ...conv, out: 6 }, bias: true },
      { residual: [{ conv: { ...conv, out: 6 } }], join: "gate" },
      { dense: 4, neuron: leaky({ threshold: 0.2 }), delay: {} },
    ],
    leaky({ ...FIRING, tau: Infinity, reset: "soft" }),
  ],
  [
    "currents that decay, and a delayed reset",
    [{ conv }, { dense: 6, bias: true }, { dense: 3, neuron: "none" }],
    cubaLeaky({ threshold: 0.2, reset: "delayed" }),
  ],
  [
    "thresholds that adapt, in a layer of rounded weights that reads its own spikes",
    [{ conv }, { dense: 6, recurrent: true, quantize: 0.0625 }, {
      dense: 3,
      neuron: "none",
    }],
    adaptiveLeaky({ threshold: 0.2 }),
  ],
  [
    "leaks that are learned, there too",
    [
      {
        conv,
        delay: { per: "channel" },
        neuron: cubaLeaky({ threshold: 0.2, decays: "learned" }),
      },
      { dense: 6, recurrent: true, norm: "batch", delay: 69 },
      {
        dense: 3,
        neuron: "none",
      },
    ],
    parametricLeaky({ threshold: 0.2 }),
  ],
  [
    "decays of resonators and of thresholds that are learned",
    [
      {
        conv,
        norm: "mean",
        neuron: resonator({ threshold: 0.05, period: 5, decays: "learned" }),
      },
      {
        dense: 8,
        recurrent: true,
        neuron: adaptiveResonator({
          threshold: 0.02,
          fires: "imaginary",
          decays: "learned",
        }),
      },
      { dense: 6 },
      { dense: 3, neuron: "none" },
    ],
    adaptiveLeaky({ threshold: 0.1, decays: "learned" }),
  ],
  [
    "changes that are sent, and leaky neurons that read them",
    [
      { conv, neuron: sigmaDelta({ threshold: 0.3 }), delay: {} },
      { conv, neuron: leaky(FIRING), pool: { max: 2 } },
      {
        dense: 6,
        norm: "batch",
        neuron: sigmaDelta({ threshold: 0.02 }),
        delay: 40,
      },
      { dense: 3, neuron: "none" },
    ],
    leaky(FIRING),
  ],
  [
    "norms and biases of currents, of changes too",
    [
      { conv, neuron: sigmaDelta({ threshold: 0.3 }) },
      { conv, norm: "mean" },
      { dense: 6, bias: true },
      { dense: 3, neuron: "none" },
    ],
    cubaLeaky({ threshold: 0.1, tauSyn: 5, norm: "current" }),
  ],
  [
    "changes in steps, of accumulated errors and several activations",
    [
      {
        conv,
        neuron: sigmaDelta({
          threshold: 0.8,
          step: 1 / 64,
          cumError: true,
          activation: "tanh",
        }),
      },
      {
        dense: 6,
        neuron: sigmaDelta({
          threshold: 0.1,
          step: 1 / 512,
          activation: "sigmoid",
        }),
      },
      { dense: 3, neuron: "none" },
    ],
    leaky(FIRING),
  ],
  [
    "resonators, integers and means",
    [
      { conv, norm: "mean", neuron: resonator({ threshold: 0.2, period: 5 }) },
      { dense: 8, neuron: adaptiveResonator({ threshold: 0.2, period: 4 }) },
      { dense: 8, neuron: resonator({ threshold: 0.2, period: 8 }) },
      {
        dense: 6,
        bias: false,
        neuron: fixedAlif({ vThMant: 40, vDecay: 1024, vThStep: 40 }),
      },
      { dense: 6 },
      { dense: 3, neuron: "none" },
    ],
    fixedCuba(),
  ],
  [
    "resonators in integers",
    [
      {
        conv,
        norm: "mean",
        neuron: fixedResonator({ vThMant: 12, sinDecay: 3700, cosDecay: 1200 }),
      },
      { dense: 8, neuron: fixedAdaptiveResonator({ vThMant: 12, vThStep: 4 }) },
      {
        dense: 8,
        neuron: fixedResonator({ vThMant: 12, fires: "imaginary" }),
      },
      {
        dense: 6,
        neuron: fixedAdaptiveResonator({
          vThMant: 8,
          sinDecay: 1500,
          cosDecay: 3500,
          fires: "imaginary",
        }),
      },
      { dense: 3, neuron: "none" },
    ],
    fixedCuba(),
  ],
];

/** Gives normalisations scales, biases and statistics that differ. */
async function unsettle(model: Model): Promise<void> {
  const weights = await excite(model, 0.02);
  let seed = 0;
  for (const [name, { shape }] of Object.entries(weights)) {
    const data = Float32Array.from(
      noise([...shape], ++seed).data,
      (value) => 0.3 + 0.2 * Math.abs(value),
    );
    if (name.endsWith(".delay")) {
      weights[name] = { shape, data: data.map((value) => 20 * value) };
    }
    if (/\.norm\.|\.bias$|neuron\.w/.test(name)) {
      weights[name] = { shape, data };
    }
  }
  model.setWeights(weights);
}

for (const [why, layers, neuron] of LAYERWISE) {
  gpuTest(`stream() gives a whole sample's bits: ${why}`, async () => {
    const T = 37;
    using model = await Model.create({
      device: device(),
      input: { C: 2, H: 8, W: 6 },
      layers,
      neuron,
      coding: { mode: "SUM", height: 0.5, most: 3 },
      Ts: 2,
      random: 1,
    });
    await unsettle(model);
    const x = busyInput([1, 2, 8, 6, T], 3, 5);
    const whole = await runWhole(model, x);
    lively(whole);
    using running = await stream(model, { keep: true });
    for (const sizes of CUTS) {
      running.reset();
      agree(await runStream(running, x, sizes), whole);
    }
  });
}

gpuTest("stream() scales a sensor to the input as evaluations do", async () => {
  using model = await Model.create({
    device: device(),
    input: { C: 2, H: 5, W: 4 },
    sensor: { C: 2, H: 9, W: 8 },
    layers: [{ dense: 3, neuron: "none" }],
    Ts: 1,
    random: 1,
  });
  const x = busyInput([1, 2, 9, 8, 11], 4);
  using running = await stream(model, { keep: true });
  agree(await runStream(running, x, [2]), await runWhole(model, x));
});

gpuTest("stream() takes slices of a sample as its bins", async () => {
  using model = await Model.create({
    device: device(),
    input: { C: 2, H: 5, W: 4 },
    layers: [
      { dense: 6, norm: "batch", delay: 4 },
      { dense: 5, norm: "batch", delay: { per: "channel" } },
      { dense: 3, neuron: "none" },
    ],
    neuron: leaky(FIRING),
    coding: { mode: "SUM", height: 1, most: 2 },
    slices: 19,
    Ts: 5,
    random: 1,
  });
  await unsettle(model);
  const x = busyInput([1, 2, 5, 4, 19], 4, 3);
  const whole = await runWhole(model, x);
  using running = await stream(model, { keep: true });
  for (const sizes of CUTS) {
    running.reset();
    agree(await runStream(running, x, sizes), whole);
  }
});
