import assert from "node:assert/strict";
import type { ModelDescription } from "../../../../engine/model.ts";
import { adaptiveLeaky } from "../../../../engine/neurons/adaptive_leaky.ts";
import { adaptiveResonator } from "../../../../engine/neurons/adaptive_resonator.ts";
import {
  fixedCuba,
  fixedResonator,
} from "../../../../engine/neurons/fixed_point.ts";
import { leaky } from "../../../../engine/neurons/leaky.ts";
import { sigmaDelta } from "../../../../engine/neurons/sigma_delta.ts";
import type { Hdf5Data } from "../../../../scripts/bridges/hdf5/hdf5_tree.ts";
import type { NamedNode } from "../../../../scripts/bridges/hdf5/node_parameters.ts";
import { writeHdf5 } from "../../../../scripts/bridges/hdf5/write_hdf5.ts";
import { NetworkError } from "../../../../scripts/bridges/network/network_error.ts";
import { withSensor } from "../../../../scripts/bridges/network/sensor_input.ts";
import { fromNet } from "../../../../scripts/bridges/netx/from_net.ts";
import { readNet } from "../../../../scripts/bridges/netx/net_file.ts";
import { withInput } from "../../../../scripts/bridges/netx/net_input.ts";
import { toNet } from "../../../../scripts/bridges/netx/to_net.ts";
import {
  floats,
  integers,
  text,
} from "../../../../scripts/bridges/nir/graph/nir_graph.ts";
import { unsettledWeights } from "../../../engine/unsettled.ts";

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
      'node "fc1": its neurons resonate in floats (RF, ADRF); those of netx do',
    ],
    [
      {
        ...base,
        layers: [{ dense: 3, recurrent: true, neuron: fixedResonator() }],
      },
      'node "fc1": its neurons resonate, which recurrent ones of a .net do not',
    ],
    [
      {
        ...base,
        layers: [{ dense: 3, neuron: sigmaDelta() }, {
          dense: 3,
          neuron: "none",
        }],
      },
      'node "fc1": its neurons (SDNN) send later what a message rounds off; those',
    ],
    [
      { ...base, layers: [{ dense: 3 }], neuron: leaky({ reset: "soft" }) },
      'node "fc1": a spike subtracts the threshold (soft or delayed reset), and sets the ' +
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

Deno.test("a file of netx that lacks a layer is refused", async () => {
  const layer = new Map([["type", text("dense")]]);
  const cases = [
    [["0", "2"], 'node "layer 1": it is missing, and there is a layer "2"'],
    [["1"], 'node "layer 0": it is missing, and there is a layer "1"'],
    [["0", "a"], 'node "layer 1": it is missing, and there is a layer "a"'],
  ] as const;
  for (const [names, problem] of cases) {
    const layers = new Map(names.map((name) => [name, layer]));
    const file = new Blob([await writeHdf5(new Map([["layer", layers]]))]);
    await assert.rejects(() => readNet(file), { problem });
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
  // A readout that leaks, a bias of currents, and delays without spikes.
  const changed: Record<string, Hdf5Data>[] = [
    { "neuron/vThMant": integers(2 ** 18 - 1) },
    { bias: floats([3], 2) },
    { "neuron/vThMant": integers(2 ** 18 - 1), delay: floats([1], 3) },
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
      dense({ "neuron/type": text("SDNN") }),
      'its neurons are of type "SDNN"; CUBA, LOIHI, ALIF, and RF_ and ADRF_, ' +
      "each with PHASE or IZHIKEVICH, can be read",
    ],
    [
      dense({ "neuron/type": text("CUBA_PHASE") }),
      'its neurons are of type "CUBA_PHASE"; CUBA, LOIHI',
    ],
    [
      dense({ "neuron/type": text("RF_PHASE") }),
      "it has no neuron/sinDecay",
    ],
    [
      dense({
        "neuron/type": text("RF_PHASE"),
        "neuron/sinDecay": integers(4000),
        "neuron/cosDecay": integers(1000),
      }),
      "its sinDecay is 4000 and its cosDecay 1000, expected an oscillation",
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
    [
      dense({
        "weight/real": floats([3, 4], 2),
        "weight/imag": floats([3, 4], 2),
      }),
      "its weights have imaginary parts (weight/imag), as none here have",
    ],
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
      [input, layer("layer 1", "spikeMax", {})],
      'it is of type "spikeMax"; input, flatten, dense, dense_rec, conv,',
    ],
    [
      [
        ...dense({}),
        layer("layer 2", "average", { shape: integers([2, 1, 1]) }),
      ],
      "its shape is [2,1,1], into which the 3×1×1 neurons below cannot be " +
      "divided",
    ],
    [
      [
        input,
        layer("layer 1", "average", { shape: integers([2, 1, 1]) }),
        ...dense({}).slice(1),
      ],
      "it averages neurons, as only the last layer can here",
    ],
    [
      [
        layer("layer 0", "input", { shape: integers([4, 1, 1]), ...neuron() }),
        ...dense({}).slice(1),
      ],
      "it has neurons, which inputs here cannot have",
    ],
    [[input, input], "the first layer, and no other, is to be of type input"],
  ];
  for (const [layers, problem] of cases) {
    assert.throws(() => fromNet({ layers }), (error: NetworkError) => {
      assert(error instanceof NetworkError, `${error}`);
      assert.match(error.problem, /^node "layer [012]": /);
      assert(error.problem.includes(problem), error.problem);
      return true;
    });
  }
});
