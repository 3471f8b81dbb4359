import assert from "node:assert/strict";
import { Model, type ModelDescription } from "../../../../engine/model.ts";
import { structureOf } from "../../../../engine/model/model_description.ts";
import { packSpikes } from "../../../../engine/network/pack_spikes.ts";
import { Random } from "../../../../engine/network/random.ts";
import type { NamedArray } from "../../../../engine/network/weights.ts";
import { cubaLeaky } from "../../../../engine/neurons/cuba_leaky.ts";
import {
  fixedAdaptiveResonator,
  fixedAlif,
  fixedCuba,
  fixedResonator,
} from "../../../../engine/neurons/fixed_point.ts";
import { leaky } from "../../../../engine/neurons/leaky.ts";
import { loihi } from "../../../../engine/neurons/loihi.ts";
import { predict } from "../../../../engine/trace.ts";
import { describeImport } from "../../../../scripts/bridges/described_import.ts";
import {
  type Hdf5Data,
  readHdf5Tree,
} from "../../../../scripts/bridges/hdf5/hdf5_tree.ts";
import { fromNet } from "../../../../scripts/bridges/netx/from_net.ts";
import {
  readNet,
  writeNet,
} from "../../../../scripts/bridges/netx/net_file.ts";
import { netInterpreter } from "../../../../scripts/bridges/netx/run_net.ts";
import { toNet } from "../../../../scripts/bridges/netx/to_net.ts";
import type { Agreement } from "../../../../scripts/bridges/self_check/agreement.ts";
import { compareNetworks } from "../../../../scripts/bridges/self_check/compare_networks.ts";
import { unsettledWeights } from "../../../engine/unsettled.ts";
import { device, gpuTest } from "../../../fixtures/gpu.ts";

/** Files that make_files.py wrote. */
const CHAIN = `${import.meta.dirname}/chain.net`;
const RUN = `${import.meta.dirname}/chain_run.h5`;

/** Brings a network into a file and back, and both to the file's integers. */
async function roundTrip(
  description: ModelDescription,
  weights: Readonly<Record<string, NamedArray>>,
) {
  const own = { description, weights };
  const { network, parts, readoutFactor, lossy, notes } = toNet(own, {
    dt: description.Ts / 1000,
  });
  const again = await readNet(new Blob([await writeNet(network)]));
  const run = netInterpreter(again);
  const imported = fromNet(again);
  const { nodes } = imported;
  const there = await compareNetworks(device(), own, {
    run,
    parts,
    readoutFactor,
  });
  const back = await compareNetworks(
    device(),
    describeImport(imported, "net.yaml"),
    { run, parts: nodes },
  );
  return { network, imported, there, back, lossy, notes };
}

/** Even integers as weights, and delays that differ. */
function evenWeights(
  description: ModelDescription,
  { unit, largest }: { readonly unit: number; readonly largest: number },
): Record<string, NamedArray> {
  const random = new Random(9);
  const even = () => 2 * Math.round(largest * (random.uniform() - 0.4));
  const { slots, running } = structureOf(description);
  return Object.fromEntries(
    [...slots, ...running].map(({ name, weights: { shape } }) => [
      name,
      {
        shape,
        data: Float32Array.from(
          { length: shape.reduce((product, side) => product * side) },
          (_, i) => name.endsWith("delay") ? i % 6 : even() / unit,
        ),
      },
    ]),
  );
}

function requireEqual({ layers }: Agreement): void {
  for (const { name, spikes, differing } of layers) {
    assert(spikes > 20, `${name} has ${spikes} spikes`);
    assert.equal(differing, 0, name);
  }
}

gpuTest(
  "a network of h5py gives the spikes of Loihi's integers",
  async () => {
    const file = await readNet(CHAIN);
    const network = fromNet(file);
    assert.deepEqual(network.input, { C: 2, H: 5, W: 5 });
    assert.deepEqual([network.Ts, network.lossy], [2, false]);
    const { description, weights } = describeImport(network, "chain.yaml");
    const run = await readHdf5Tree(RUN);
    const binsOf = (name: string) => {
      const { shape: [T, ...axes], values } = run.get(name) as Hdf5Data;
      const size = axes.reduce((product, side) => product * side, 1);
      return Array.from(
        { length: T },
        (_, t) =>
          Float64Array.from(values.slice(t * size, (t + 1) * size), Number),
      );
    };
    const x = binsOf("x");
    const results = await netInterpreter(file)(x, new Map(), device());
    using model = await Model.create({ ...description, device: device() });
    model.setWeights(weights);
    const T = x.length;
    const input = {
      shape: [1, 2, 5, 5, T],
      data: Float32Array.from(
        { length: 50 * T },
        (_, i) => x[i % T][Math.floor(i / T)],
      ),
    };
    const tSample = T * description.Ts;
    const batch = packSpikes(input, [0], model.eventBinning({ tSample }));
    const [{ layers }] = await predict(model, batch, { tSample });
    for (const [index, name] of ["first", "second"].entries()) {
      const expected = binsOf(name);
      assert.deepEqual(results.get(network.nodes[index]), expected);
      const fired = expected.flatMap((bin) => [...bin])
        .reduce((sum, spike) => sum + spike);
      assert(fired > 30, `${name}: ${fired}`);
      layers[index].spikes.data.forEach((spike, at) => {
        assert.equal(spike, expected[at % T][Math.floor(at / T)], `${at}`);
      });
    }
  },
);

Deno.test("a network of netx goes back as it came", async () => {
  const { description, weights } = describeImport(
    fromNet(await readNet(CHAIN)),
    "chain.yaml",
  );
  const { network, lossy, notes } = toNet({ description, weights }, {
    dt: 0.002,
  });
  assert.deepEqual([lossy, notes, network.Ts], [false, [], 2]);
  const again = await readNet(new Blob([await writeNet(network)]));
  const before = await readNet(CHAIN);
  assert.deepEqual(
    again.layers.map(({ type }) => type),
    before.layers.map(({ type }) => type),
  );
  for (const [index, { parameters }] of again.layers.entries()) {
    const expected = before.layers[index].parameters;
    for (const [name, { values }] of parameters) {
      if (name === "neuron/type" || name === "type") continue;
      assert.deepEqual(
        Array.from(values as ArrayLike<unknown>, Number),
        Array.from(expected.get(name)!.values as ArrayLike<unknown>, Number),
        `${index} ${name}`,
      );
    }
  }
});

const BASE = { input: { C: 2, H: 6, W: 6 }, Ts: 1, random: 0 };
const CONV = { out: 3, kernel: 3, padding: 1 };

/** Networks that a file holds without loss, and the unit of their weights. */
const EXACT: Readonly<Record<string, [number, number, ModelDescription]>> = {
  "CUBA and ALIF in integers": [64, 90, {
    ...BASE,
    layers: [
      { conv: { ...CONV, stride: [2, 1], groups: 1 }, bias: true },
      { conv: CONV, neuron: fixedAlif({ vThMant: 60 }), bias: false },
      { dense: 8, bias: false, neuron: "none" },
    ],
    neuron: fixedCuba({ iDecay: 4096, vDecay: 300 }),
  }],
  "resonators in integers": [64, 60, {
    ...BASE,
    layers: [
      { conv: CONV, bias: true },
      { conv: CONV, neuron: fixedAdaptiveResonator({ vThMant: 60 }) },
      {
        dense: 9,
        neuron: fixedResonator({
          vThMant: 60,
          sinDecay: 3600,
          cosDecay: 1200,
          fires: "imaginary",
        }),
      },
      {
        dense: 9,
        bias: false,
        neuron: fixedAdaptiveResonator({
          vThMant: 30,
          vThStep: 3,
          fires: "imaginary",
        }),
      },
      { dense: 8, bias: false, neuron: "none" },
    ],
    neuron: fixedResonator({ vThMant: 50 }),
  }],
  "recurrent layers and delays of units": [64, 40, {
    ...BASE,
    layers: [
      { conv: CONV, bias: true, delay: {} },
      { dense: 12, recurrent: true, bias: false, delay: { per: "channel" } },
      {
        dense: 9,
        recurrent: true,
        bias: false,
        neuron: fixedAlif({ vThMant: 50 }),
      },
    ],
    neuron: fixedCuba({ iDecay: 4096, vDecay: 700 }),
  }],
  "delays and pools of CUBA in integers": [64, 60, {
    ...BASE,
    layers: [
      { pool: 2, neuron: fixedCuba({ vThMant: 80 }) },
      { conv: CONV, delay: { per: "channel" } },
      { dense: 8, delay: 3 },
      { dense: 5 },
    ],
    neuron: fixedCuba({ vThMant: 70 }),
  }],
  "neurons and layers of slayerPytorch's Loihi": [1, 60, {
    ...BASE,
    layers: [
      { conv: CONV, delay: {} },
      { pool: 2 },
      { convTranspose: { ...CONV, stride: 2 } },
      { unpool: 2, neuron: loihi({ vThMant: 20 }) },
      { dense: 6, neuron: loihi({ vThMant: 90, wgtExp: 1 }) },
    ],
    neuron: loihi({ vThMant: 50, refDelay: 2 }),
  }],
};

/** The parts of these networks that netx does not read. */
const UNREAD: Readonly<Record<string, string>> = {
  "CUBA and ALIF in integers": "neurons of type ALIF",
  "resonators in integers":
    "neurons of type RF_PHASE, neurons of type ADRF_PHASE, neurons of type " +
    "RF_IZHIKEVICH, neurons of type ADRF_IZHIKEVICH",
  "recurrent layers and delays of units":
    "delays of convolutions, neurons of type ALIF",
  "delays and pools of CUBA in integers": "delays of convolutions",
  "neurons and layers of slayerPytorch's Loihi":
    "delays of convolutions, rests after a spike (refDelay), transposed " +
    "convolutions (convT), exponents of weights (wgtExp)",
};

for (const [what, [unit, largest, description]] of Object.entries(EXACT)) {
  gpuTest(`${what} go into a file of netx and back, bit by bit`, async () => {
    const weights = evenWeights(description, { unit, largest });
    const { there, back, lossy, notes } = await roundTrip(description, weights);
    assert.deepEqual([lossy, notes], [
      false,
      [`netx 0.6 does not read ${UNREAD[what]}`],
    ]);
    requireEqual(there);
    requireEqual(back);
    assert((there.readout ?? 0) < 1e-6 && (back.readout ?? 0) < 1e-6);
  });
}

Deno.test("netx reads a dense network with delays as it is written", () => {
  const description: ModelDescription = {
    ...BASE,
    layers: [{ dense: 8, delay: 3 }, { dense: 5, recurrent: true }],
    neuron: fixedCuba({ iDecay: 4096 }),
  };
  const weights = evenWeights(description, { unit: 64, largest: 60 });
  const { network, notes } = toNet({ description, weights }, { dt: 0.001 });
  assert.deepEqual(notes, []);
  // The input has a shape and no neurons, and is not flattened.
  const types = network.layers.map(({ type }) => type);
  assert.deepEqual(types, ["input", "dense", "dense_rec"]);
  assert.deepEqual([...network.layers[0].parameters.keys()], ["shape"]);
});

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

gpuTest("votes go into a file of netx and back", async () => {
  const description: ModelDescription = {
    ...BASE,
    layers: [{ conv: CONV, delay: 1 }, { dense: 12 }, { average: 4 }],
    neuron: loihi({ vThMant: 50 }),
  };
  const weights = evenWeights(description, { unit: 1, largest: 60 });
  const { network, imported, there, back, lossy, notes } = await roundTrip(
    description,
    weights,
  );
  assert.deepEqual(notes, [
    "netx 0.6 does not read delays of convolutions, votes (average)",
  ]);
  const { type, parameters } = network.layers.at(-1)!;
  assert.equal(type, "average");
  assert.deepEqual([...parameters.get("shape")!.values].map(Number), [4, 1, 1]);
  assert.deepEqual(imported.layers.at(-1), { average: 4 });
  assert.equal(lossy, false);
  requireEqual(there);
  requireEqual(back);
  // Neurons of lava-dl make a network that is computed layer by layer.
  const others = network.layers.map((layer) => ({
    ...layer,
    parameters: new Map(layer.parameters).set("neuron/type", {
      ...layer.parameters.get("neuron/type")!,
      values: ["CUBA"],
    }),
  }));
  const cuba = {
    ...network,
    layers: network.layers.map((layer, index) =>
      layer.parameters.has("neuron/type") ? others[index] : layer
    ),
  };
  const unit = fromNet(cuba);
  assert.deepEqual(unit.layers.at(-1), { average: 4 });
  const agreement = await compareNetworks(
    device(),
    describeImport(unit, "net.yaml"),
    { run: netInterpreter(cuba), parts: unit.nodes },
  );
  requireEqual(agreement);
  assert(agreement.readout! < 1e-6, `${agreement.readout}`);
});

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
