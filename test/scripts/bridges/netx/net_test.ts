import assert from "node:assert/strict";
import { Model, type ModelDescription } from "../../../../engine/model.ts";
import { packSpikes } from "../../../../engine/network/pack_spikes.ts";
import {
  fixedAdaptiveResonator,
  fixedAlif,
  fixedCuba,
  fixedResonator,
} from "../../../../engine/neurons/fixed_point.ts";
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
import { compareNetworks } from "../../../../scripts/bridges/self_check/compare_networks.ts";
import { device, gpuTest } from "../../../fixtures/gpu.ts";
import {
  BASE,
  CONV,
  evenWeights,
  requireEqual,
  roundTrip,
} from "./net_round_trips.ts";

/** Files that make_files.py wrote. */
const CHAIN = `${import.meta.dirname}/chain.net`;
const RUN = `${import.meta.dirname}/chain_run.h5`;

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
    layers: [
      { dense: 8, delay: 3 },
      { dense: 5, recurrent: true, delay: { per: "channel" } },
    ],
    neuron: fixedCuba({ iDecay: 4096 }),
  };
  const weights = evenWeights(description, { unit: 64, largest: 60 });
  const { network, notes } = toNet({ description, weights }, { dt: 0.001 });
  assert.deepEqual(notes, []);
  // The input has a shape and no neurons, and is not flattened.
  const types = network.layers.map(({ type }) => type);
  assert.deepEqual(types, ["input", "dense", "dense_rec"]);
  assert.deepEqual([...network.layers[0].parameters.keys()], ["shape"]);
  const imported = fromNet(network);
  assert.deepEqual(
    imported.layers.map(({ delay }) => delay),
    [3, { per: "channel" }],
  );
  assert.deepEqual([...imported.weights["fc2.delay"].data], [0, 1, 2, 3, 4]);
});

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

Deno.test("a network is imported whatever its time step", async () => {
  const network = fromNet(await readNet(CHAIN));
  // A sample of default length has fewer bins than default targets spikes.
  const slow = describeImport({ ...network, Ts: 10 }, "chain.yaml");
  assert.equal(slow.description.Ts, 10);
});
