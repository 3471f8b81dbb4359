import assert from "node:assert/strict";
import { Model, type ModelDescription } from "../../../../engine/model.ts";
import { packSpikes } from "../../../../engine/network/pack_spikes.ts";
import { leaky } from "../../../../engine/neurons/leaky.ts";
import { parametricLeaky } from "../../../../engine/neurons/parametric_leaky.ts";
import { SRM_LEARNED } from "../../../../engine/neurons/srm_alpha.ts";
import { predict } from "../../../../engine/trace.ts";
import { NetworkError } from "../../../../scripts/bridges/network/network_error.ts";
import { readTorch } from "../../../../scripts/bridges/torch/torch_file.ts";
import {
  outputsOfTorch,
  weightsOfTorch,
} from "../../../../scripts/bridges/torch/torch_weights.ts";
import { device, gpuTest } from "../../../fixtures/gpu.ts";

/** A file that make_files.py wrote. */
const tensorsOf = (name: string) =>
  readTorch(`${import.meta.dirname}/${name}.pth`);

const JELLY: ModelDescription = {
  input: { C: 2, H: 4, W: 4 },
  layers: [
    { conv: { out: 3, kernel: 3, padding: 1 }, norm: "batch" },
    { dense: 5, bias: false, neuron: "none" },
  ],
  neuron: parametricLeaky(),
  Ts: 1,
  random: 0,
};

gpuTest(
  "a network of SpikingJelly gives the spikes that PyTorch computes",
  async () => {
    const { weights, notes } = weightsOfTorch(await tensorsOf("jelly"), JELLY);
    assert.deepEqual(notes, []);
    const run = await tensorsOf("jelly_run");
    /** Puts time last. */
    const inOrder = (name: string) => {
      const { shape: [T, ...axes], data } = run.get(name)!;
      const each = data.length / T;
      return {
        shape: [1, ...axes, T],
        data: data.map((_, i) => data[i % T * each + Math.floor(i / T)]),
      };
    };
    using model = await Model.create({ ...JELLY, device: device() });
    model.setWeights(weights);
    const tSample = 24;
    const batch = packSpikes(
      inOrder("x"),
      [0],
      model.eventBinning({ tSample }),
    );
    const [{ layers: [{ spikes }], outputs }] = await predict(model, batch, {
      tSample,
    });
    const expected = inOrder("spikes");
    const fired = expected.data.reduce((sum, spike) => sum + spike, 0);
    assert(fired > 100 && fired < expected.data.length / 2, `${fired}`);
    assert.deepEqual(spikes, expected);
    inOrder("logits").data.forEach((logit, i) => {
      assert(Math.abs(logit - outputs!.data[i]) < 1e-5);
    });
  },
);

Deno.test("gains and directions of weight_norm become weights and stretches", () => {
  const tensor = (shape: number[], ...data: number[]) => ({
    shape,
    data: Float32Array.from(data),
  });
  const gain = tensor([2, 1], 10, -5);
  const direction = tensor([2, 2], 3, 4, 4, 3);
  const names = [
    ["fc1.weight_g", "fc1.weight_v"],
    [
      "fc1.parametrizations.weight.original0",
      "fc1.parametrizations.weight.original1",
    ],
  ];
  for (const [g, v] of names) {
    const tensors = new Map([[g, gain], [v, direction]]);
    for (const weightNorm of [true, false]) {
      const { weights, notes } = weightsOfTorch(tensors, {
        input: { C: 2, H: 1, W: 1 },
        layers: [{ dense: { out: 2, weightNorm } }],
        Ts: 1,
        random: 0,
      });
      assert.deepEqual(notes, []);
      assert.deepEqual(weights, {
        "fc1.weight": tensor([2, 2, 1, 1, 1], 6, 8, -4, -3),
        ...weightNorm && { "fc1.stretch": tensor([2], 0.5, -1) },
      });
    }
    assert.equal(outputsOfTorch(tensors), 2);
  }
});

Deno.test("weights of slayerPytorch keep their names", async () => {
  const tensors = new Map(await tensorsOf("slayer"));
  for (const name of ["slayer.srmKernel", "slayer.refKernel"]) {
    assert(tensors.delete(name));
  }
  const { weights, notes } = weightsOfTorch(tensors, {
    input: { C: 2, H: 8, W: 8 },
    layers: [{ pool: 2 }, { conv: { out: 3, kernel: 3 } }, { dense: 4 }],
    Ts: 1,
    random: 0,
  });
  assert.deepEqual(weights, {
    "conv1.weight": tensors.get("conv1.weight"),
    "fc1.weight": tensors.get("fc1.weight"),
  });
  assert.deepEqual(notes, [
    "left to the configuration: pool1.weight",
  ]);
});

Deno.test("delays and responses of slayerPytorch are those of the layers", () => {
  const tensor = (...shape: number[]) => ({
    shape,
    data: Float32Array.from(
      { length: shape.reduce((product, side) => product * side, 1) },
      (_, i) => i,
    ),
  });
  const tensors = new Map([
    ["conv.weight", tensor(3, 2, 3, 3, 1)],
    ["psp1.weight", tensor(1, 1, 1, 1, 5)],
    ["delay1.delay", tensor(3, 1, 1)],
    ["fc.weight", tensor(4, 3, 6, 6, 1)],
    ["psp2.weight", tensor(1, 1, 1, 1, 5)],
  ]);
  const description: ModelDescription = {
    input: { C: 2, H: 8, W: 8 },
    layers: [
      { conv: { out: 3, kernel: 3 }, delay: { per: "channel" } },
      { dense: 4 },
    ],
    neuron: { kind: SRM_LEARNED, taps: 5 },
    Ts: 1,
    random: 0,
  };
  const { weights } = weightsOfTorch(tensors, description);
  assert.deepEqual(Object.keys(weights), [
    ...["conv1.weight", "conv1.delay", "conv1.response"],
    ...["fc1.weight", "fc1.response"],
  ]);
  assert.deepEqual([...weights["conv1.response"].data], [4, 3, 2, 1, 0]);
  assert.deepEqual([...weights["conv1.delay"].data], [0, 1, 2]);
  assert.throws(
    () =>
      weightsOfTorch(
        new Map([...tensors, ["psp1.weight", tensor(2, 1, 1, 1, 5)]]),
        description,
      ),
    { problem: /it has 2 responses, and a layer of slayerPytorch here one/ },
  );
});

Deno.test("weights of neurons to themselves follow those of their layer", async () => {
  const tensors = await tensorsOf("snntorch");
  const named = (bias: number) =>
    new Map([
      ["fc1.weight", tensors.get("fc1.weight")!],
      ["rlif1.recurrent.weight", {
        shape: [3, 3],
        data: Float32Array.from({ length: 9 }, (_, i) => i),
      }],
      ["rlif1.recurrent.bias", {
        shape: [3],
        data: new Float32Array(3).fill(bias),
      }],
      ["fc2.weight", tensors.get("fc2.weight")!],
    ]);
  const description: ModelDescription = {
    ...SNNTORCH,
    layers: [
      { dense: 3, bias: false, recurrent: true },
      { dense: 2, bias: false },
    ],
  };
  const { weights } = weightsOfTorch(named(0), description);
  assert.deepEqual(weights["fc1.recurrent"].shape, [3, 3, 1, 1, 1]);
  assert.deepEqual([...weights["fc1.recurrent"].data.slice(0, 2)], [0, 1]);
  assert.throws(() => weightsOfTorch(named(1), description), {
    problem: 'node "rlif1.recurrent": it has a bias, and recurrent weights ' +
      "here none",
  });
});

const SNNTORCH: ModelDescription = {
  input: { C: 6, H: 1, W: 1 },
  layers: [{ dense: 3, bias: true }, { dense: 2 }],
  neuron: leaky({ tau: 10, decayInput: false, reset: "delayed" }),
  Ts: 1,
  random: 0,
};

Deno.test("weights of snnTorch are those of the layers", async () => {
  const tensors = await tensorsOf("snntorch");
  const { weights, notes } = weightsOfTorch(tensors, SNNTORCH);
  assert.deepEqual(
    weights["fc1.weight"].data,
    tensors.get("fc1.weight")!.data,
  );
  assert.deepEqual(weights["fc2.bias"].data, tensors.get("fc2.bias")!.data);
  assert.deepEqual(notes, []);
  assert.equal(outputsOfTorch(tensors), 2);
});

Deno.test("the mean of a normalisation is counted without a bias before it", async () => {
  const tensors = await tensorsOf("jelly");
  const { weights } = weightsOfTorch(tensors, JELLY);
  const [mean, bias] = ["1.running_mean", "0.bias"].map((name) =>
    tensors.get(name)!.data
  );
  assert.deepEqual(
    weights["conv1.norm.mean"].data,
    mean.map((value, c) => value - bias[c]),
  );
});

Deno.test("tensors of another network are refused, by their names", async () => {
  const tensors = await tensorsOf("snntorch");
  const jelly = await tensorsOf("jelly");
  const cases: [() => unknown, string][] = [
    [
      () =>
        weightsOfTorch(tensors, {
          ...SNNTORCH,
          layers: [{ dense: 4, bias: true }],
        }),
      'node "fc1": its shape is [3,6], and that of "fc1.weight" is [4,6,1,1,1]',
    ],
    [
      () =>
        weightsOfTorch(tensors, {
          ...SNNTORCH,
          layers: [{ dense: 3, bias: true }],
        }),
      'node "fc2": the network of the configuration has no layer for it',
    ],
    [
      () =>
        weightsOfTorch(tensors, {
          ...SNNTORCH,
          layers: [{ dense: 3, bias: false }, { dense: 2 }],
        }),
      'node "fc1": it has a bias, and layer "fc1" of the configuration none',
    ],
    [
      () =>
        weightsOfTorch(tensors, {
          ...SNNTORCH,
          layers: [...SNNTORCH.layers, { dense: 2 }],
        }),
      'node "fc3": there is no weight for it',
    ],
    [
      () =>
        weightsOfTorch(jelly, {
          ...JELLY,
          layers: [
            { conv: { out: 3, kernel: 3, padding: 1 } },
            { dense: 5, bias: false },
          ],
        }),
      'node "fc1": there is no neuron for it',
    ],
    [
      () => {
        const { shape, data } = jelly.get("1.running_var")!;
        const changed = { shape, data: data.with(1, -1) };
        weightsOfTorch(new Map(jelly).set("1.running_var", changed), JELLY);
      },
      'node "1": its running_var is -1, and a variance is not negative',
    ],
  ];
  for (const [convert, problem] of cases) {
    assert.throws(convert, (error: NetworkError) => {
      assert(error instanceof NetworkError);
      assert.equal(error.problem, problem);
      return true;
    });
  }
});
