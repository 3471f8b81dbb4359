import assert from "node:assert/strict";
import { join } from "node:path";
import type { ModelDescription } from "../../../engine/model.ts";
import {
  loadWeights,
  saveWeights,
} from "../../../engine/network/weights_file.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import type { Conversion } from "../../../scripts/bridges/convert_network.ts";
import { loadConfiguration } from "../../../scripts/configuration/load_configuration.ts";
import { unsettledWeights } from "../../engine/unsettled.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { runTask } from "../../fixtures/run_task.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);
const at = (...names: string[]) => join(folder.path, ...names);

const CONFIG = `
simulation: { Ts: 5, tSample: 100 }
neuron: { type: LIF, threshold: 0.3 }
network:
  - { conv: { out: 4, kernel: 3, stride: 2 }, norm: batch }
  - { dense: classes, bias: false, neuron: none }
`;
const DESCRIPTION: ModelDescription = {
  input: { C: 2, H: 9, W: 11 },
  layers: [
    { conv: { out: 4, kernel: 3, stride: 2 }, norm: "batch" },
    { dense: 3, bias: false, neuron: "none" },
  ],
  neuron: leaky({ threshold: 0.3 }),
  Ts: 5,
  random: 0,
};

/** Runs the task, which has nothing to complain of. */
async function convert(...args: string[]): Promise<Conversion> {
  const { code, stdout, stderr } = await runTask("convert", [
    ...args,
    "--json",
  ]);
  assert.deepEqual([code, stderr], [0, ""]);
  return JSON.parse(stdout);
}

gpuTest(
  "convert writes a run as a graph, and makes a configuration of it",
  async () => {
    await Deno.mkdir(at("run"));
    await Deno.writeTextFile(at("run", "config.yaml"), CONFIG);
    await Deno.writeFile(
      at("run", "model_weights_fold2.safetensors"),
      saveWeights(unsettledWeights(DESCRIPTION, 6)),
    );
    const sensor = ["--sensor", "11x9"];
    const graph = at("net.nir");
    const there = await convert(at("run"), graph, "--fold", "2", ...sensor);
    assert.deepEqual(there.files.map(({ path }) => path), [graph]);
    assert.equal(there.lossy, false);
    assert.match(there.notes[0], /in s, in steps of 0.005 s by Euler's method/);
    const [layer] = there.check!.layers;
    assert.equal(layer.name, "conv1");
    assert(layer.spikes > 100);
    assert.equal(layer.differing, 0);
    assert(there.check!.readout! < 1e-6);

    const text = await runTask("convert", [graph, at("back.yaml")]);
    assert.deepEqual([text.code, text.stderr], [0, ""]);
    assert.match(
      text.stdout,
      /back\.yaml: \d+ bytes\n.*back\.safetensors: \d+ bytes\ntime constants /,
    );
    assert.match(
      text.stdout,
      /conv1 has \d+ spikes, 0 differ by the equations/,
    );
    const { network } = await loadConfiguration(at("back.yaml"));
    assert.equal(network.Ts, 5);
    assert.deepEqual(network.layers, [
      { conv: { out: 4, kernel: 3, stride: 2 }, bias: true },
      { dense: 3, bias: false, neuron: "none" },
    ]);
    const weights = loadWeights(await Deno.readFile(at("back.safetensors")));
    assert.deepEqual(Object.keys(weights).sort(), [
      ...["conv1.bias", "conv1.weight", "fc1.weight"],
    ]);
  },
);

gpuTest("convert writes rounded weights to a .net as they are", async () => {
  const description: ModelDescription = {
    input: { C: 2, H: 6, W: 6 },
    layers: [{ dense: 12 }, { dense: 3 }],
    Ts: 5,
    random: 0,
  };
  const quantized = "bias: false, quantize: 0.03125";
  await Deno.writeTextFile(
    at("cuba.yaml"),
    "simulation: { Ts: 5 }\nneuron: { type: FIXED_CUBA, vThMant: 40 }\n" +
      `network: [{ dense: 12, ${quantized} }, { dense: 3, ${quantized} }]\n`,
  );
  await Deno.writeFile(
    at("cuba.safetensors"),
    saveWeights(unsettledWeights(description, 6)),
  );
  const { lossy, notes, check } = await convert(
    ...[at("cuba.safetensors"), at("cuba.net"), "--config", at("cuba.yaml")],
    ...["--sensor", "6x6"],
  );
  assert.deepEqual([lossy, notes], [false, []]);
  for (const { name, spikes, differing } of check!.layers) {
    assert(spikes > 20, `${name} has ${spikes} spikes`);
    assert.equal(differing, 0, name);
  }
});

gpuTest(
  "convert says how often a lossy file tells the same class",
  async () => {
    const config = at("srm.yaml");
    await Deno.writeTextFile(
      config,
      "simulation: { Ts: 5 }\nnetwork: [{ dense: 4 }, { dense: 3 }]\n",
    );
    const weights = unsettledWeights(
      {
        input: { C: 2, H: 4, W: 4 },
        layers: [{ dense: 4 }, { dense: 3 }],
        Ts: 5,
        random: 0,
      },
      6,
    );
    const { shape, data } = weights["fc2.weight"];
    const strong = { shape, data: data.map((value) => 8 * value) };
    await Deno.writeFile(
      at("srm.safetensors"),
      saveWeights({ ...weights, "fc2.weight": strong }),
    );
    const { code, stdout, stderr } = await runTask("convert", [
      ...[at("srm.safetensors"), at("srm.nir"), "--config", config],
      ...["--sensor", "4x4"],
    ]);
    assert.deepEqual([code, stderr], [0, ""]);
    const lines = stdout.trimEnd().split("\n").slice(-4);
    const layer =
      "has \\d+ spikes, and \\d+ by the equations of the file, \\d+ in";
    assert.match(lines[0], new RegExp(`^check: fc1 ${layer}`));
    assert.match(lines[1], new RegExp(`^check: fc2 ${layer}`));
    assert.match(
      lines[2],
      /^check: \d+ of \d+ samples of random spikes get the/,
    );
    assert.equal(lines[3], "lossy: the written network is another one");
  },
);

gpuTest("convert maps weights of PyTorch onto a configuration", async () => {
  const [weights, config] = [at("pth.safetensors"), at("pth.yaml")];
  await Deno.writeTextFile(
    config,
    `
neuron: { type: PLIF }
network:
  - { conv: { out: 3, kernel: 3, padding: 1 }, norm: batch }
  - { dense: classes, bias: false, neuron: none }
`,
  );
  const file = join(import.meta.dirname!, "..", "bridges/torch/jelly.pth");
  const given = ["--config", config, "--sensor", "4x4"];
  const { files, check } = await convert(file, weights, ...given);
  assert.deepEqual(files.map(({ path }) => path), [weights]);
  assert.equal(check!.layers[0].differing, 0);
  const { "conv1.neuron.w": w } = loadWeights(await Deno.readFile(weights));
  assert.deepEqual([...w.data], [-0.5]);
});

gpuTest("convert checks a network of netx by Loihi's integers", async () => {
  const file = join(import.meta.dirname!, "..", "bridges/netx/chain.net");
  const { files, check, lossy } = await convert(file, at("chain.yaml"));
  assert.deepEqual(files.map(({ path }) => path), [
    at("chain.yaml"),
    at("chain.safetensors"),
  ]);
  assert.equal(lossy, false);
  assert(check!.layers[0].spikes > 100);
  assert.deepEqual(check!.layers.map(({ differing }) => differing), [0, 0]);
  const back = await convert(
    at("chain.safetensors"),
    ...[at("back.net"), "--config", at("chain.yaml"), "--sensor", "5x5x2"],
  );
  assert.equal(back.lossy, false);
  assert.deepEqual(
    back.check!.layers.map(({ differing }) => differing),
    [0, 0],
  );
});

Deno.test("convert says in one line why it cannot convert a network", async () => {
  const [none, old] = [at("none.nir"), at("old.nir")];
  await Deno.writeTextFile(old, "no graph");
  await Deno.writeTextFile(at("config.safetensors"), "weights");
  const torch = join(import.meta.dirname!, "..", "bridges/torch");
  await Deno.writeTextFile(at("junk.pth"), "no tensors");
  await Deno.mkdir(at("folder"));
  await Deno.mkdir(at("whole"));
  await Deno.writeTextFile(at("whole", "config.yaml"), CONFIG);
  await Deno.writeFile(
    at("whole", "model_weights_fold1.safetensors"),
    saveWeights(unsettledWeights(DESCRIPTION, 6)),
  );
  await Deno.mkdir(at("sweep", "training.lr=0.1"), { recursive: true });
  await Deno.writeTextFile(at("sweep", "sweep.json"), "{}");
  await Deno.writeTextFile(at("sweep", "training.lr=0.1", "metrics.jsonl"), "");
  await Deno.mkdir(at("data", "wave"), { recursive: true });
  await Deno.writeTextFile(at("data", "wave", "1.csv"), "t,x,y,p\n");
  const cases: [string[], string][] = [
    [
      [at("folder"), at("new.npz")],
      `Cannot write "${at("new.npz")}": its name is that of a recording, and ` +
      `"${at("folder")}" is a network, which can become .nir, .net, .yaml, ` +
      ".safetensors",
    ],
    [
      [at("whole"), at("new.onnx"), "--sensor", "11x9"],
      `Cannot write "${at("new.onnx")}": its name does not end in .nir, ` +
      ".net, .yaml, .safetensors",
    ],
    [
      [at("junk.pth"), at("new.safetensors")],
      `Cannot read network "${at("junk.pth")}": it has no list of files ` +
      "at its end, as whole ZIP archives do",
    ],
    [
      [at("folder"), none, "--dt", "0"],
      "Cannot use --dt 0: expected more than 0 s",
    ],
    [
      [old, at("new.yaml")],
      `Cannot read network "${old}": it is no sound HDF5 file`,
    ],
    [
      [`${torch}/jelly.pth`, at("new.safetensors")],
      `Cannot read network "${torch}/jelly.pth": its weights do not define ` +
      "the network; give its configuration with --config",
    ],
    [
      [at("config.safetensors"), none],
      `Cannot read network "${at("config.safetensors")}": its weights do not ` +
      "define the network; give its configuration with --config",
    ],
    [
      [at("whole", "config.yaml"), none],
      `Cannot read network "${
        at("whole", "config.yaml")
      }": it is a configuration, ` +
      `without weights; give a file of these, and --config ${
        at("whole", "config.yaml")
      }`,
    ],
    [
      [at("missing"), none],
      `Cannot read network "${at("missing")}": there is no such file or folder`,
    ],
    [
      [at("folder"), none],
      `Cannot read network "${
        at("folder")
      }": it is no folder of a run, which ` +
      "has model_weights_fold1.safetensors",
    ],
    [
      [at("whole"), none, "--fold", "2"],
      `Cannot read network "${
        at("whole")
      }": the run has no weights of fold 2; ` +
      "--fold 1 has",
    ],
    [
      [at("sweep"), none],
      `Cannot use run "${at("sweep")}": it holds the runs of a sweep; choose ` +
      `one of its folders, such as "${at("sweep", "training.lr=0.1")}"`,
    ],
    [
      [at("data"), none],
      `Cannot read network "${at("data")}": it is a folder of recordings; ` +
      `give one of them, such as "${at("data", "wave", "1.csv")}", or the ` +
      "folder of a run",
    ],
    [
      [at("data"), at("new.npz")],
      `Cannot write "${at("new.npz")}": "${at("data")}" is a folder of ` +
      "recordings, which are converted one by one; give one of them, such as " +
      `"${at("data", "wave", "1.csv")}"`,
    ],
    [
      [at("missing"), none, "--sensor", "9"],
      'Cannot use a sensor of "9": expected 34x34',
    ],
  ];
  for (const [args, problem] of cases) {
    assert.deepEqual(await runTask("convert", args), {
      code: 1,
      stdout: "",
      stderr: `error: ${problem}\n`,
    });
  }
  await assert.rejects(Deno.stat(none), Deno.errors.NotFound);
});
