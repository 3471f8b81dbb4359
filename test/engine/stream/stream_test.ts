import { loihi } from "../../../engine/neurons/loihi.ts";
import { SRM_LEARNED } from "../../../engine/neurons/srm_alpha.ts";
import { Model, type ModelDescription } from "../../../engine/model.ts";
import { stream } from "../../../engine/stream/stream.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { busyInput, excite, NEURON } from "../networks.ts";
import { leaky as ownLeaky } from "../own_kinds/leaky_neuron.ts";
import { agree, CUTS, lively, runStream, runWhole } from "./stream_runs.ts";

const CONVOLUTIONS = [
  { pool: 2 },
  { conv: { out: 6, kernel: 3, padding: 1, groups: 2, weightScale: 10 } },
  { pool: 3 },
  { dense: 9 },
  { dense: 5 },
] as const;

const SLAYER: [
  why: string,
  description: Omit<ModelDescription, "random">,
  T: number,
  lean?: number,
][] = [
  [
    "long responses, both read again after more than a word of bins",
    {
      input: { C: 2, H: 9, W: 7 },
      layers: CONVOLUTIONS,
      neuron: { ...NEURON, theta: 6 },
      Ts: 1,
    },
    150,
  ],
  [
    "short responses, of less than four bins",
    {
      input: { C: 2, H: 9, W: 7 },
      layers: CONVOLUTIONS,
      neuron: { ...NEURON, theta: 2, tauSr: 1, tauRef: 0.2, scaleRef: 1 },
      Ts: 1,
    },
    45,
  ],
  [
    "counts of events, in steps of 5 ms",
    {
      input: { C: 2, H: 9, W: 7 },
      layers: CONVOLUTIONS,
      neuron: NEURON,
      coding: { mode: "SUM", height: 0.5 },
      Ts: 5,
    },
    70,
  ],
  [
    "a pool of counts as the last layer below a dense one",
    {
      input: { C: 4, H: 5, W: 6 },
      layers: [{ conv: { out: 4, kernel: 3 } }, { pool: 2 }, { dense: 3 }],
      neuron: { ...NEURON, theta: 12 },
      coding: { mode: "SUM", height: 1 },
      Ts: 2,
    },
    33,
  ],
  [
    "more spikes than a dense layer lists at once",
    {
      input: { C: 2, H: 15, W: 15 },
      layers: [{ dense: 12 }, { dense: 4 }],
      neuron: { ...NEURON, theta: 8 },
      Ts: 1,
    },
    41,
    0.3,
  ],
  [
    "layers that enlarge, and weights that are rounded",
    {
      input: { C: 2, H: 5, W: 4 },
      layers: [
        { unpool: 2 },
        { convTranspose: { out: 4, kernel: 3, stride: 2, weightScale: 10 } },
        { dense: 5, quantize: 0.05 },
        { dense: 3 },
      ],
      neuron: { ...NEURON, theta: 6 },
      Ts: 2,
    },
    44,
  ],
  [
    "delays, learned and fixed, of any layer, and dropout",
    {
      input: { C: 2, H: 8, W: 8 },
      layers: [
        { pool: 2, dropout: 0.5 },
        { pool: 1, dropout: 0.5 },
        {
          conv: { out: 4, kernel: 3, padding: 1, weightScale: 10 },
          delay: { per: "channel" },
        },
        { pool: 2, delay: 150 },
        { dense: 9, delay: {} },
        { dense: 3, delay: { per: "channel" } },
      ],
      neuron: { ...NEURON, theta: 4 },
      Ts: 2,
    },
    121,
  ],
  [
    "neurons of Loihi, with weights of whole numbers",
    {
      input: { C: 2, H: 8, W: 6 },
      layers: [
        { pool: 2 },
        {
          conv: { out: 4, kernel: 3, padding: 1, weightScale: 100 },
          delay: 1,
        },
        { dense: { out: 6, weightScale: 100 } },
        { dense: { out: 3, weightScale: 100 } },
      ],
      neuron: loihi({ vThMant: 30, refDelay: 3, vDecay: 0 }),
      Ts: 1,
    },
    43,
  ],
  [
    "responses that are learned, one of a layer and several",
    {
      input: { C: 2, H: 6, W: 5 },
      layers: [
        { conv: { out: 3, kernel: 3, padding: 1, weightScale: 10 } },
        { dense: 6, neuron: { filters: 3, taps: 11 }, delay: 3 },
        { dense: 3 },
      ],
      neuron: { kind: SRM_LEARNED, theta: 5, tauSr: 4 },
      Ts: 1,
    },
    58,
  ],
  [
    "neurons of a kind of one's own",
    {
      input: { C: 2, H: 6, W: 6 },
      layers: [{ pool: 2 }, { dense: 7 }, { dense: 3 }],
      neuron: { kind: ownLeaky, theta: 30 },
      Ts: 1,
    },
    30,
  ],
];

for (const [why, description, T, lean] of SLAYER) {
  gpuTest(`stream() gives a whole sample's bits: ${why}`, async () => {
    using model = await Model.create({
      device: device(),
      ...description,
      random: 1,
    });
    const weights = await excite(model, lean);
    for (const [name, { shape, data }] of Object.entries(weights)) {
      if (!name.endsWith(".delay")) continue;
      weights[name] = { shape, data: data.map((_, i) => i * 13 % 83) };
    }
    model.setWeights(weights);
    const { C, H, W } = description.input;
    const x = busyInput([1, C, H, W, T], 3, 4);
    const whole = await runWhole(model, x);
    lively(whole);
    using running = await stream(model, { keep: true });
    for (const sizes of CUTS) {
      running.reset();
      agree(await runStream(running, x, sizes), whole);
    }
  });
}
