import assert from "node:assert/strict";
import { Model, type ModelDescription } from "../../../../engine/model.ts";
import { structureOf } from "../../../../engine/model/model_description.ts";
import { packSpikes } from "../../../../engine/network/pack_spikes.ts";
import { Random } from "../../../../engine/network/random.ts";
import type { NamedArray } from "../../../../engine/network/weights.ts";
import { adaptiveLeaky } from "../../../../engine/neurons/adaptive_leaky.ts";
import { adaptiveResonator } from "../../../../engine/neurons/adaptive_resonator.ts";
import { cubaLeaky } from "../../../../engine/neurons/cuba_leaky.ts";
import {
  fixedAlif,
  fixedCuba,
} from "../../../../engine/neurons/fixed_point.ts";
import { leaky } from "../../../../engine/neurons/leaky.ts";
import { loihi } from "../../../../engine/neurons/loihi.ts";
import { predict } from "../../../../engine/trace.ts";
import { describeImport } from "../../../../scripts/bridges/described_import.ts";
import {
  type Hdf5Data,
  readHdf5Tree,
} from "../../../../scripts/bridges/hdf5/hdf5_tree.ts";
import type { NamedNode } from "../../../../scripts/bridges/hdf5/node_parameters.ts";
import { NetworkError } from "../../../../scripts/bridges/network/network_error.ts";
import { withSensor } from "../../../../scripts/bridges/network/sensor_input.ts";
import { fromNet } from "../../../../scripts/bridges/netx/from_net.ts";
import {
  readNet,
  writeNet,
} from "../../../../scripts/bridges/netx/net_file.ts";
import { withInput } from "../../../../scripts/bridges/netx/net_input.ts";
import { netInterpreter } from "../../../../scripts/bridges/netx/run_net.ts";
import { toNet } from "../../../../scripts/bridges/netx/to_net.ts";
import {
  floats,
  integers,
  text,
} from "../../../../scripts/bridges/nir/graph/nir_graph.ts";
import {
  type Agreement,
  compareNetworks,
} from "../../../../scripts/bridges/self_check.ts";
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
  return Object.fromEntries(
    structureOf(description).slots.map(({ name, weights: { shape } }) => [
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

for (const [what, [unit, largest, description]] of Object.entries(EXACT)) {
  gpuTest(`${what} go into a file of netx and back, bit by bit`, async () => {
    const weights = evenWeights(description, { unit, largest });
    const { there, back, lossy, notes } = await roundTrip(description, weights);
    const unread = /delays|Loihi/.test(what)
      ? ["netx 0.6 reads no delays and no transposed convolutions"]
      : [];
    assert.deepEqual([lossy, notes], [false, unread]);
    requireEqual(there);
    requireEqual(back);
    assert((there.readout ?? 0) < 1e-6 && (back.readout ?? 0) < 1e-6);
  });
}

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
      'node "conv1": a network of netx is a chain of layers with neurons, ' +
      "without pools of spikes",
    ],
    [
      {
        ...base,
        layers: [
          { conv, norm: "batch" },
          { residual: [{ conv }] },
          { dense: 3 },
        ],
        neuron: leaky(),
      },
      'node "conv2": a network of netx is a chain of layers with neurons, ' +
      "without residual layers",
    ],
    [
      { ...base, layers: [{ ghost: conv }, { dense: 3 }], neuron: leaky() },
      'node "conv1": a network of netx is a chain of layers with neurons, ' +
      "without ghost convolutions",
    ],
    [
      { ...base, layers: [{ pool: 3 }, { dense: 3 }] },
      'node "pool1": its windows of 3×3 go beyond the 4×4 neurons below, as no',
    ],
    [
      {
        ...base,
        layers: [{ dense: 3, delay: 63 }, { dense: 3 }],
        neuron: fixedCuba(),
      },
      'node "fc1": its spikes are delayed by up to 63 bins, and those of netx',
    ],
    [
      { ...base, layers: [{ dense: 3, neuron: adaptiveLeaky() }] },
      'node "fc1": its threshold adapts (ALIF), which netx has no neuron for',
    ],
    [
      { ...base, layers: [{ dense: 3, neuron: adaptiveResonator() }] },
      'node "fc1": its neurons resonate; those of netx have complex weights',
    ],
    [
      { ...base, layers: [{ dense: 3 }], neuron: leaky({ reset: "soft" }) },
      'node "fc1": a spike subtracts the threshold (soft reset), and sets the ' +
      "potential in netx",
    ],
    [
      {
        ...base,
        layers: [{ dense: 3, bias: true }],
        neuron: fixedCuba({ iDecay: 0 }),
      },
      'node "fc1": its currents never decay, and have a bias',
    ],
  ];
  for (const [description, problem] of cases) {
    const network = { description, weights: unsettledWeights(description, 1) };
    assert.throws(
      () => toNet(network, { dt: 0.001 }),
      (error: NetworkError) => {
        assert(error instanceof NetworkError, `${error}`);
        assert(error.problem.startsWith(problem), error.problem);
        return true;
      },
    );
  }
});

Deno.test("a network of lava-dl without an input has that of its first layer", () => {
  const neuron = {
    "neuron/type": text("CUBA"),
    "neuron/iDecay": integers(1024),
    "neuron/vDecay": integers(128),
    "neuron/vThMant": integers(80),
  };
  const dense = (size: number, own: Record<string, Hdf5Data> = {}) => ({
    name: `layer of ${size}`,
    type: "dense",
    parameters: new Map(
      Object.entries({ weight: floats([3, size], 2), ...own }),
    ),
  });
  // The last layer is affine, without neurons.
  const plain = { layers: [dense(24, neuron), dense(3)] };
  const imported = fromNet(withInput(plain));
  assert.deepEqual(imported.input, { C: 24, H: 1, W: 1 });
  assert.equal(imported.lossy, false);
  assert.deepEqual(imported.layers, [
    { dense: 3, bias: false },
    { dense: 3, bias: false, neuron: "none" },
  ]);
  const pixels = withSensor(imported, { width: 4, height: 3 });
  assert.deepEqual(pixels.input, { C: 2, H: 3, W: 4 });
  assert.deepEqual(pixels.weights["fc1.weight"].shape, [3, 2, 3, 4, 1]);
  for (const other of [{ width: 5 }, { width: 4, channels: 1 }]) {
    assert.throws(() => withSensor(imported, { height: 3, ...other }), {
      problem: "its input has 24×1×1 values, and not those of " +
        `${other.width}×3 pixels`,
    });
  }
  const conv = {
    layers: [{
      name: "layer 0",
      type: "conv",
      parameters: new Map(Object.entries({
        weight: floats([3, 1, 3, 3], 2),
        stride: integers(1),
        padding: integers(1),
        dilation: integers(1),
        groups: integers(2),
        ...neuron,
      })),
    }],
  };
  assert.throws(() => withInput(conv), {
    problem: 'node "layer 0": it is the first layer, and the file does not ' +
      "say the size of its input; --sensor tells it",
  });
  const { input } = fromNet(withInput({
    layers: [{
      ...conv.layers[0],
      parameters: new Map([
        ...conv.layers[0].parameters,
        ["weight", floats([4, 1, 3, 3], 2)],
      ]),
    }],
  }, { width: 5, height: 4 }));
  assert.deepEqual(input, { C: 2, H: 4, W: 5 });
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
  const twoOf = (changed: Record<string, Hdf5Data>) => [
    ...dense(changed),
    ...dense({ weight: floats([3, 3], 2) }).slice(1),
  ];
  assert.equal(fromNet({ layers: dense({}) }).lossy, false);
  // A readout that leaks, a bias of currents, and delays that nothing reads.
  const changed: Record<string, Hdf5Data>[] = [
    { "neuron/vThMant": integers(2 ** 18 - 1) },
    { bias: floats([3], 2) },
    { delay: floats([1], 3) },
  ];
  const lossy = changed.map((own) => fromNet({ layers: dense(own) }));
  assert.deepEqual(lossy.map(({ lossy }) => lossy), [true, true, true]);
  for (const { notes } of lossy) assert.match(notes[1], / of "fc1"/);
  const [{ weights: readout }, { weights: biased }] = lossy;
  // 4096² / (1024 · 128) times 2 / 64, and 1024 / 4096 of it.
  assert.equal(readout["fc1.weight"].data[0], 4);
  assert.equal(biased["fc1.bias"].data[0], 1 / 128);
  const cases: [NamedNode[], string][] = [
    [
      dense({ "neuron/type": text("RF_PHASE") }),
      'its neurons are of type "RF_PHASE"; CUBA, LOIHI and ALIF can be read',
    ],
    [
      twoOf({ delay: floats([4], 2.5) }),
      "a delay is 2.5 bins, expected whole",
    ],
    [
      twoOf({ delay: floats([2], [1, 2]) }),
      "it has 2 delays, for 3×1×1 neurons",
    ],
    [
      dense({ "neuron/iDecay": floats([3], [1, 2, 3]) }),
      "its neuron/iDecay differs between its neurons, from 1 to 3",
    ],
    [
      dense({ "neuron/refDelay": integers(3) }),
      "its neurons rest after a spike (refDelay)",
    ],
    [dense({ "weight/real": floats([3, 4], 2) }), "it has weight/real, which"],
    [
      [
        input,
        layer("layer 1", "dense_rec", {
          weight: floats([3, 4], 2),
          weight_rec: floats([3, 4], 2),
        }),
      ],
      "its recurrent weights are [3,4], for 3 neurons",
    ],
    [
      [
        layer("layer 0", "input", { shape: integers([1, 2, 2]) }),
        layer("layer 1", "convT", {
          weight: floats([1, 1, 2, 2], 2),
          stride: integers(1),
          padding: integers(0),
          dilation: integers(1),
          groups: integers(1),
          bias: floats([1], 2),
          ...neuron(),
        }),
      ],
      'it is a transposed convolution, and "layer 1" has a bias',
    ],
    [dense({ "neuron/gradedSpike": integers(1) }), "its spikes are graded"],
    [
      dense({ "neuron/vDecay": integers(5000) }),
      "its vDecay is 5000, expected",
    ],
    [
      dense({ bias: floats([3], 2), "neuron/iDecay": integers(0) }),
      "its current or voltage never decays",
    ],
    [
      twoOf({ "neuron/vThMant": integers(2 ** 18 - 1) }),
      "its neurons never fire",
    ],
    [
      dense({ "neuron/vThMant": integers(2 ** 17) }),
      "its vThMant is 131072, expected up to 131071",
    ],
    [dense({ weight: floats([3, 5], 2) }), "its weights are [3,5], for 4"],
    [
      [input, layer("layer 1", "average", {})],
      'it is of type "average"; input, flatten, dense, dense_rec, conv,',
    ],
    [[input, input], "the first layer, and no other, is to be of type input"],
  ];
  for (const [layers, problem] of cases) {
    assert.throws(() => fromNet({ layers }), (error: NetworkError) => {
      assert(error instanceof NetworkError, `${error}`);
      assert.match(error.problem, /^node "layer [01]": /);
      assert(error.problem.includes(problem), error.problem);
      return true;
    });
  }
});
