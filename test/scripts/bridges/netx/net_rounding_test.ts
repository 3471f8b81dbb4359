import assert from "node:assert/strict";
import type { ModelDescription } from "../../../../engine/model.ts";
import { cubaLeaky } from "../../../../engine/neurons/cuba_leaky.ts";
import {
  fixedAdaptiveResonator,
  fixedAlif,
  fixedCuba,
} from "../../../../engine/neurons/fixed_point.ts";
import { leaky } from "../../../../engine/neurons/leaky.ts";
import { toNet } from "../../../../scripts/bridges/netx/to_net.ts";
import { unsettledWeights } from "../../../engine/unsettled.ts";
import { gpuTest } from "../../../fixtures/gpu.ts";
import {
  BASE,
  CONV,
  evenWeights,
  requireEqual,
  roundTrip,
} from "./net_round_trips.ts";

gpuTest(
  "rounded weights, biases and means are those of a file of netx",
  async () => {
    const own = { quantize: 2 / 64 };
    const neuron = fixedAlif({ vThMant: 50, iDecay: 4096 });
    const layers: ModelDescription["layers"] = [
      { conv: CONV, norm: "mean", ...own },
      { dense: 9, recurrent: true, neuron, ...own },
      { dense: 4, neuron: "none", ...own },
    ];
    const cuba = fixedCuba({ iDecay: 4096, vDecay: 700 });
    const description = { ...BASE, layers, neuron: cuba };
    const weights = evenWeights(description, { unit: 64, largest: 40 });
    for (const { data } of Object.values(weights)) {
      data.set(data.map((w, i) => w + 0.4 * own.quantize * Math.sin(i)));
    }
    const { there, back, lossy, notes } = await roundTrip(description, weights);
    assert.equal(lossy, false);
    assert.deepEqual(notes, ["netx 0.6 does not read neurons of type ALIF"]);
    requireEqual(there);
    requireEqual(back);
    assert(there.readout! < 1e-6 && back.readout! < 1e-6);
  },
);

gpuTest(
  "rounded weights keep most spikes, and the readout its proportions",
  async () => {
    const description: ModelDescription = {
      input: { C: 2, H: 8, W: 8 },
      layers: [
        { conv: { out: 6, kernel: 3, padding: 1, stride: 2 }, norm: "batch" },
        {
          dense: 12,
          neuron: cubaLeaky({ threshold: 0.1, tauSyn: 4, tau: 8 }),
          bias: false,
        },
        { dense: 3, neuron: "none" },
      ],
      neuron: leaky({ threshold: 0.4, tau: 4 }),
      Ts: 1,
      random: 0,
    };
    const weights = unsettledWeights(description, 4);
    const { network, there, back, lossy, notes } = await roundTrip(
      description,
      weights,
    );
    assert.equal(lossy, true);
    assert.match(
      notes.join("; "),
      /weights of "conv1" are rounded to even numbers of eight bits, [\d.]+ times/,
    );
    assert.match(notes.join("; "), /the readout is \d+ times as large/);
    // Time constants of 4 and 8 bins are whole parts of 4096.
    assert.doesNotMatch(notes.join("; "), /decays/);
    const [first] = there.layers;
    assert(first.spikes > 200 && first.differing > 0);
    for (const { spikes, differing } of there.layers) {
      assert(differing < spikes / 10, `${differing} of ${spikes}`);
    }
    assert(there.readout! < 0.01, `${there.readout}`);
    requireEqual(back);
    // A weight is off by half a step of 1/127 of the largest at most.
    const [conv, , dense] = network.layers.slice(1);
    assert.deepEqual([conv.type, dense.type], ["conv", "dense"]);
    const { values } = conv.parameters.get("weight")!;
    const sizes = Array.from(values as ArrayLike<number>, Math.abs);
    assert.equal(Math.max(...sizes), 254);
    assert(sizes.every((size) => size % 2 === 0));
  },
);

Deno.test("the rise of a threshold is scaled as the weights are", () => {
  const integers = { vThMant: 50, vThStep: 50 };
  for (const neuron of [fixedAlif, fixedAdaptiveResonator]) {
    const layers = [{ dense: 6, bias: false }];
    const description = { ...BASE, layers, neuron: neuron(integers) };
    const weights = unsettledWeights(description, 4);
    const { network } = toNet({ description, weights }, { dt: 0.001 });
    const { parameters } = network.layers[1];
    const [vThMant, vThStep] = ["vThMant", "vThStep"]
      .map((name) => Number(parameters.get(`neuron/${name}`)!.values[0]));
    assert(vThMant > 100, `${vThMant}`);
    assert.equal(vThStep, vThMant);
  }
});

gpuTest("SLAYER's neuron and biases of currents are marked lossy", async () => {
  const srm: ModelDescription = {
    ...BASE,
    layers: [{ dense: 6 }],
    neuron: { theta: 10, tauSr: 4, tauRef: 2, scaleRef: 2 },
  };
  const cuba: ModelDescription = {
    ...BASE,
    layers: [{ dense: 6, bias: true }],
    neuron: fixedCuba({ vThMant: 40, iDecay: 1024, vDecay: 2048 }),
  };
  const cases = [
    [srm, unsettledWeights(srm, 4), /netx has no SRM-alpha/],
    [srm, unsettledWeights(srm, 4), /decays of "fc1" are rounded to parts of/],
    [
      cuba,
      evenWeights(cuba, { unit: 64, largest: 40 }),
      /the bias of "fc1" is added to voltages there/,
    ],
  ] as const;
  for (const [description, weights, note] of cases) {
    const { there: { layers: [layer] }, lossy, notes } = await roundTrip(
      description,
      weights,
    );
    assert.equal(lossy, true);
    assert.match(notes.join("; "), note);
    assert(layer.spikes > 10 && layer.differing > 0);
  }
});
