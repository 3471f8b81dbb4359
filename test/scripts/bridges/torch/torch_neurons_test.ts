import assert from "node:assert/strict";
import type { ModelDescription } from "../../../../engine/model.ts";
import { cubaLeaky } from "../../../../engine/neurons/cuba_leaky.ts";
import type { NeuronDescription } from "../../../../engine/neurons/describe_neuron.ts";
import { fixedCuba } from "../../../../engine/neurons/fixed_point.ts";
import {
  leaky,
  type LeakyParameters,
} from "../../../../engine/neurons/leaky.ts";
import { modulesOf } from "../../../../scripts/bridges/torch/torch_modules.ts";
import { requireNeurons } from "../../../../scripts/bridges/torch/torch_neurons.ts";

/** Two layers of a neuron. */
function networkOf(neuron?: NeuronDescription): ModelDescription {
  return {
    input: { C: 6, H: 1, W: 1 },
    layers: [{ dense: 3 }, { dense: 2 }],
    neuron,
    Ts: 1,
    random: 0,
  };
}

/** Modules of tensors with these values. */
function modulesWith(values: Readonly<Record<string, readonly number[]>>) {
  return modulesOf(
    new Map(
      Object.entries(values).map(([name, own]) => [name, {
        shape: [own.length],
        data: Float32Array.from(own),
      }]),
    ),
  );
}

/** Requires that values do not go with a neuron. */
function refuses(
  values: Readonly<Record<string, readonly number[]>>,
  neuron: NeuronDescription | undefined,
  problem: string,
) {
  assert.throws(
    () => requireNeurons(modulesWith(values), networkOf(neuron)),
    { problem },
  );
}

const LEAKY: LeakyParameters = {
  tau: 10,
  decayInput: false,
  reset: "delayed",
};

/** Neurons of snnTorch with the parameters of LEAKY. */
const NEURONS = {
  "lif1.threshold": [1],
  "lif1.graded_spikes_factor": [1],
  "lif1.reset_mechanism_val": [0],
  "lif1.beta": [0.9],
  "lif2.threshold": [1],
  "lif2.beta": [0.9, 0.9],
};

Deno.test("parameters of snnTorch's neurons are the configuration's", () => {
  const { compared, notes } = requireNeurons(
    modulesWith(NEURONS),
    networkOf(leaky(LEAKY)),
  );
  for (const name of Object.keys(NEURONS)) {
    assert(compared.includes(name), name);
  }
  assert.deepEqual(notes, []);
  const own = 'layer "fc2" in the configuration';
  refuses(
    { ...NEURONS, "lif2.beta": [0.9, 0.5] },
    leaky(LEAKY),
    `node "lif2": its beta is 0.5, a tau of 2, and tau of ${own} is 10`,
  );
  refuses(
    { ...NEURONS, "lif2.threshold": [2] },
    leaky(LEAKY),
    `node "lif2": its threshold is 2, and threshold of ${own} is 1`,
  );
  refuses(
    { ...NEURONS, "lif2.alpha": [0.8] },
    leaky(LEAKY),
    `node "lif2": its alpha is 0.8, a tauSyn of 5, and the neurons of ${own} ` +
      "have no tauSyn: they are leaky integrate-and-fire",
  );
  refuses(
    { ...NEURONS, "lif3.beta": [0.9] },
    leaky(LEAKY),
    'node "lif3": the network of the configuration has no neurons for it',
  );
  const currents = cubaLeaky({ ...LEAKY, tauSyn: 5 });
  requireNeurons(
    modulesWith({ ...NEURONS, "lif1.alpha": [0.8] }),
    networkOf(currents),
  );
});

Deno.test("reset, input and spikes of snnTorch's neurons are the configuration's", () => {
  const own = 'of layer "fc1" in the configuration is';
  refuses(
    NEURONS,
    leaky({ ...LEAKY, reset: "hard" }),
    `node "lif1": its reset_mechanism_val is 0, and reset ${own} hard`,
  );
  refuses(
    { ...NEURONS, "lif1.reset_mechanism_val": [2] },
    leaky(LEAKY),
    `node "lif1": its reset_mechanism_val is 2, and reset ${own} delayed`,
  );
  refuses(
    NEURONS,
    leaky({ ...LEAKY, decayInput: true }),
    `node "lif1": its input is not divided by tau, and decayInput ${own} True`,
  );
  refuses(
    { ...NEURONS, "lif1.graded_spikes_factor": [3] },
    leaky(LEAKY),
    'node "lif1": its graded_spikes_factor is 3, and spikes here are 1',
  );
  const { notes } = requireNeurons(
    modulesWith(NEURONS),
    networkOf(leaky({ ...LEAKY, reset: "soft" })),
  );
  assert.deepEqual(notes, [
    "reset: soft is snnTorch's reset_delay=False; its default is delayed",
  ]);
});

Deno.test("decays of lava-dl's neurons are the configuration's", () => {
  const decays = {
    "blocks.0.neuron.current_decay": [1024.3],
    "blocks.0.neuron.voltage_decay": [128],
  };
  requireNeurons(modulesWith(decays), networkOf(fixedCuba()));
  refuses(
    { ...decays, "blocks.0.neuron.voltage_decay": [100] },
    fixedCuba(),
    'node "blocks.0.neuron": its voltage_decay is 100, and vDecay of layer ' +
      '"fc1" in the configuration is 128',
  );
});

Deno.test("responses of slayerPytorch's neurons are the configuration's", () => {
  const alpha = (scale: number, tau: number) => {
    const taps: number[] = [];
    for (let t = 0;; t++) {
      const tap = scale * t / tau * Math.exp(1 - t / tau);
      if (Math.abs(tap) < 0.01 && t > tau) return taps;
      taps.push(tap);
    }
  };
  const responses = {
    "slayer.srmKernel": alpha(1, 4),
    "slayer.refKernel": alpha(-20, 1),
  };
  const neuron = { tauSr: 4, tauRef: 1, scaleRef: 2 };
  const { compared } = requireNeurons(
    modulesWith(responses),
    networkOf(neuron),
  );
  assert.deepEqual([...new Set(compared)], Object.keys(responses));
  // A sample may end before a response does.
  const cut = { "slayer.srmKernel": alpha(1, 4).slice(0, 9) };
  requireNeurons(modulesWith(cut), networkOf(neuron));
  refuses(
    responses,
    { ...neuron, tauSr: 10 },
    'node "slayer": its srmKernel has 31 taps, with 1 after 4 ms, and that of ' +
      'layer "fc1" by tauSr of the configuration 31 taps, with 1 after 10 ms',
  );
  refuses(
    responses,
    { ...neuron, scaleRef: 1 },
    'node "slayer": its refKernel has 11 taps, with -20 after 1 ms, and that ' +
      'of layer "fc1" by theta, tauRef, scaleRef and fullRefKernel of the ' +
      "configuration 11 taps, with -10 after 1 ms",
  );
  refuses(
    responses,
    leaky(),
    'node "slayer": its srmKernel has 31 taps, with 1 after 4 ms, and that of ' +
      'layer "fc1" by type of the configuration none',
  );
});
