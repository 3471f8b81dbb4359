import assert from "node:assert/strict";
import { Model, type ModelDescription } from "../../../../engine/model.ts";
import { packSpikes } from "../../../../engine/network/pack_spikes.ts";
import { cubaLeaky } from "../../../../engine/neurons/cuba_leaky.ts";
import { leaky } from "../../../../engine/neurons/leaky.ts";
import { predict } from "../../../../engine/trace.ts";
import { describeImport } from "../../../../scripts/bridges/described_import.ts";
import {
  type Hdf5Data,
  readHdf5Tree,
} from "../../../../scripts/bridges/hdf5/hdf5_tree.ts";
import type { NamedNode } from "../../../../scripts/bridges/hdf5/node_parameters.ts";
import { NetworkError } from "../../../../scripts/bridges/network/network_error.ts";
import { fromNet } from "../../../../scripts/bridges/netx/from_net.ts";
import {
  readNet,
  writeNet,
} from "../../../../scripts/bridges/netx/net_file.ts";
import { toNet } from "../../../../scripts/bridges/netx/to_net.ts";
import { fromNir } from "../../../../scripts/bridges/nir/from_nir.ts";
import {
  floats,
  integers,
  text,
} from "../../../../scripts/bridges/nir/nir_graph.ts";
import { toNir } from "../../../../scripts/bridges/nir/to_nir.ts";
import { compareNetworks } from "../../../../scripts/bridges/self_check.ts";
import { unsettledWeights } from "../../../engine/unsettled.ts";
import { device, gpuTest } from "../../../fixtures/gpu.ts";

/** Files that make_files.py wrote. */
const CHAIN = `${import.meta.dirname}/chain.net`;
const RUN = `${import.meta.dirname}/chain_run.h5`;

/** A network as netx holds it. */
function exportOf(description: ModelDescription) {
  const weights = unsettledWeights(description, 4);
  const { graph } = toNir({ description, weights }, { dt: 0.001 });
  const plain = fromNir(graph);
  return { own: { description, weights }, plain, ...toNet(plain) };
}

gpuTest(
  "a network of h5py gives the spikes of Loihi's integers",
  async () => {
    const network = fromNet(await readNet(CHAIN));
    assert.deepEqual(network.input, { C: 2, H: 5, W: 5 });
    assert.equal(network.Ts, 2);
    const { description, weights } = describeImport(network, "chain.yaml");
    const run = await readHdf5Tree(RUN);
    /** Puts time last. */
    const inOrder = (name: string) => {
      const { shape: [T, ...axes], values } = run.get(name) as Hdf5Data;
      const each = values.length / T;
      return {
        shape: [1, ...axes, T],
        data: Float32Array.from(
          values as ArrayLike<number>,
          (_, i) => Number(values[i % T * each + Math.floor(i / T)]),
        ),
      };
    };
    using model = await Model.create({ ...description, device: device() });
    model.setWeights(weights);
    const input = inOrder("x");
    const tSample = input.shape[4] * description.Ts;
    const batch = packSpikes(input, [0], model.eventBinning({ tSample }));
    const [{ layers }] = await predict(model, batch, { tSample });
    for (const [index, name] of ["first", "second"].entries()) {
      const expected = inOrder(name).data;
      const { data } = layers[index].spikes;
      const fired = expected.reduce((sum, spike) => sum + spike, 0);
      const differing = data.filter((spike, at) => spike !== expected[at]);
      assert(fired > 30 && fired < data.length / 2, `${name}: ${fired}`);
      // Integers round what decays toward 0.
      assert(differing.length < fired / 50, `${name}: ${differing.length}`);
    }
  },
);

Deno.test("a network of netx goes back as it came", async () => {
  const network = fromNet(await readNet(CHAIN));
  const { network: { layers, Ts }, lossy, notes } = toNet(network);
  assert.deepEqual([lossy, notes, Ts], [false, [], 2]);
  const again = await readNet(new Blob([await writeNet({ layers, Ts })]));
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

gpuTest(
  "rounded weights keep most spikes, and the readout its proportions",
  async () => {
    const { own, plain, ...exported } = exportOf({
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
    });
    assert.equal(exported.lossy, true);
    assert(exported.readoutFactor > 1);
    const back = fromNet(
      await readNet(new Blob([await writeNet(exported.network)])),
    );
    const { layers, readout } = await compareNetworks(device(), [
      own,
      describeImport(back, "net.yaml"),
    ]);
    const [first] = layers;
    assert(first.spikes > 200 && first.differing > 0);
    assert(first.differing < first.spikes / 10, `${first.differing}`);
    assert.equal(typeof readout, "number");
    // A weight is off by half a step of 1/127 of the largest at most.
    const [conv, , dense] = exported.network.layers.slice(1);
    assert.equal(conv.type, "conv");
    assert.equal(dense.type, "dense");
    const { values } = conv.parameters.get("weight")!;
    const sizes = Array.from(values as ArrayLike<number>, Math.abs);
    assert.equal(Math.max(...sizes), 254);
    assert(sizes.every((size) => size % 2 === 0));
    const scale = Number(conv.parameters.get("neuron/vThMant")!.values[0]) /
      0.4;
    plain.weights["conv1.weight"].data.forEach((weight, at) => {
      // Drives of leaky neurons are divided by tau.
      assert(Math.abs(weight * scale / 4 - Number(values[at])) < 1.6, `${at}`);
    });
  },
);

Deno.test("a network that netx cannot hold is refused, by its layer", () => {
  const base = { input: { C: 2, H: 4, W: 4 }, Ts: 1, random: 0 };
  const conv = { out: 2, kernel: 3, padding: 1 };
  const cases: [ModelDescription, string][] = [
    [
      {
        ...base,
        layers: [{ conv, pool: { max: 2 } }, { dense: 3 }],
        neuron: leaky(),
      },
      'node "conv1_neuron": a network of netx is a chain of dense and conv ' +
      "layers, without pool",
    ],
    [
      {
        ...base,
        layers: [{ conv, norm: "batch" }, { residual: [{ conv }] }, {
          dense: 3,
        }],
        neuron: leaky(),
      },
      'node "conv1_neuron": a network of netx is a chain of dense and conv ' +
      "layers, without residual",
    ],
    [
      { ...base, layers: [{ dense: 3, bias: true }], neuron: cubaLeaky() },
      'node "fc1_neuron": its bias is added to a current, and that of netx to ' +
      "potentials",
    ],
  ];
  for (const [description, problem] of cases) {
    assert.throws(() => exportOf(description), (error: NetworkError) => {
      assert(error instanceof NetworkError);
      assert.equal(error.problem, problem);
      return true;
    });
  }
});

Deno.test("a network of netx that cannot be computed here is refused, by its layer", () => {
  const layer = (
    name: string,
    type: string,
    parameters: Record<string, Hdf5Data>,
  ): NamedNode => ({
    name,
    type,
    parameters: new Map(Object.entries(parameters)),
  });
  const input = layer("layer 0", "input", { shape: integers([4, 1, 1]) });
  const neuron = (changed: Record<string, Hdf5Data> = {}) => ({
    "neuron/type": text("CUBA"),
    "neuron/iDecay": integers(1024),
    "neuron/vDecay": integers(128),
    "neuron/vThMant": integers(80),
    ...changed,
  });
  const dense = (changed: Record<string, Hdf5Data>) => [
    input,
    layer("layer 1", "dense", {
      weight: floats([3, 4], 2),
      ...neuron(),
      ...changed,
    }),
  ];
  assert.equal(fromNet({ layers: dense({}) }).layers.length, 1);
  const cases: [NamedNode[], string][] = [
    [
      dense({ "neuron/type": text("RF_PHASE") }),
      'its neurons are of type "RF_PHASE"; CUBA can be read',
    ],
    [dense({ delay: floats([4], 2) }), "layers here have no delay"],
    [dense({ weight_rec: floats([3, 3], 2) }), "it has weight_rec, which"],
    [dense({ "neuron/gradedSpike": integers(1) }), "its spikes are graded"],
    [
      dense({ "neuron/vDecay": integers(5000) }),
      "its vDecay is 5000, expected",
    ],
    [dense({ bias: floats([3], 2) }), "its bias is added to potentials"],
    [
      dense({ "neuron/vThMant": integers(2 ** 18 - 1) }),
      "its neurons never fire, and readouts here are",
    ],
    [dense({ weight: floats([3, 5], 2) }), "its weights are [3,5], for 4"],
    [
      [input, layer("layer 1", "average", {})],
      'it is of type "average"; input, flatten, dense and conv can be read',
    ],
    [[input, input], "the first layer, and no other, is to be of type input"],
  ];
  for (const [layers, problem] of cases) {
    assert.throws(() => fromNet({ layers }), (error: NetworkError) => {
      assert(error instanceof NetworkError, `${error}`);
      assert.match(error.problem, /^node "layer [01]( weight)?": /);
      assert(error.problem.includes(problem), error.problem);
      return true;
    });
  }
});
