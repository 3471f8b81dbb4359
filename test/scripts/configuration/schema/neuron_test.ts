import assert from "node:assert/strict";
import { adaptiveLeaky } from "../../../../engine/neurons/adaptive_leaky.ts";
import { adaptiveResonator } from "../../../../engine/neurons/adaptive_resonator.ts";
import { cubaLeaky } from "../../../../engine/neurons/cuba_leaky.ts";
import { describeNeuron } from "../../../../engine/neurons/describe_neuron.ts";
import {
  fixedAdaptiveResonator,
  fixedAlif,
  fixedCuba,
  fixedResonator,
} from "../../../../engine/neurons/fixed_point.ts";
import { resonator } from "../../../../engine/neurons/resonator.ts";
import { sigmaDelta } from "../../../../engine/neurons/sigma_delta.ts";
import { parseConfiguration } from "../../../../scripts/configuration/configuration.ts";
import { describeNeuronOf } from "../../../../scripts/configuration/schema/neuron.ts";
import { refuses } from "../refusals.ts";

/** The engine's neuron for a section of a configuration. */
function neuronOf(section: string, readout = "") {
  const { neuron } = parseConfiguration(
    `neuron: ${section}\nnetwork: [{dense: 3}${readout}]`,
    "a.yaml",
  );
  return describeNeuron(describeNeuronOf(neuron));
}

Deno.test("a neuron's gradient passes its refractory response if it is told to", () => {
  const reaches = ["", "refractoryGradient: False", "refractoryGradient: True"]
    .map((entry) => {
      const { kind, parameters } = neuronOf(`{tauRef: 10, ${entry}}`);
      return kind.constants(parameters, { Ts: 5, tSample: 1500 }).reach;
    });
  assert.deepEqual(reaches, [0, 0, 28]);
  const { kind, parameters } = neuronOf(
    "{tauRef: 10, refractoryGradient: True, fullRefKernel: True}",
  );
  const { reach } = kind.constants(parameters, { Ts: 5, tSample: 1500 });
  assert.equal(reach, 37);
});

Deno.test("a delayed reset needs a decay that is fixed, and of some bins", () => {
  const { parameters } = neuronOf("{type: LIF, tau: 5, reset: delayed}");
  assert.equal(parameters.subtracted, 1.25);
  for (
    const [section, key, problem] of [
      [
        "{type: LIF, tau: 1, reset: delayed}",
        "tau",
        "is 1, expected a number of more than 1 for the reset delayed",
      ],
      [
        "{type: PLIF, reset: delayed}",
        "reset",
        'is "delayed", expected hard or soft',
      ],
      [
        "{type: CUBA, decays: learned, reset: delayed}",
        "reset",
        'is "delayed", expected hard or soft',
      ],
      [
        "{type: ALIF, decays: learned, reset: delayed}",
        "reset",
        'is "delayed", expected hard or soft',
      ],
    ]
  ) {
    refuses(`neuron: ${section}\nnetwork: [{dense: 3}]`, {
      message: 'Cannot use configuration "network.yaml" line 1: ' +
        `neuron.${key} ${problem}`,
      key: `neuron.${key}`,
      line: 1,
    });
  }
});

Deno.test("sigma-delta neurons send steps that fit into the threshold", () => {
  const readout = ", {dense: 3, neuron: none}";
  const { parameters, kind } = neuronOf(
    "{type: SDNN, step: 0.001, cumError: True, activation: leaky relu}",
    readout,
  );
  assert.deepEqual(parameters, {
    theta: 0.1,
    step: 0.001,
    accumulates: 1,
    activation: 2,
  });
  // As many bits as 127 thresholds take, up to 15.
  assert.deepEqual(kind.graded!(parameters), {
    step: 0.001,
    most: 2 ** 14 - 1,
  });
  const fine = neuronOf("{type: SDNN, step: 1.0e-5}", readout).parameters;
  assert.equal(kind.graded!(fine).most, 2 ** 15 - 1);
  const plain = neuronOf("{type: SDNN}", readout).parameters;
  assert.deepEqual(kind.graded!(plain), { step: 0.1, most: 127 });
  const fits = "expected the threshold, or a number down to 1/32767 of it";
  for (
    const [section, key, problem] of [
      ["step: 0.2", "step", `is 0.2, ${fits}`],
      ["step: 3.0e-6", "step", `is 0.000003, ${fits}`],
      ["cumError: True", "cumError", "is true, expected a step beside it"],
      [
        "activation: gelu",
        "activation",
        'is "gelu", expected relu or identity or leaky relu or sigmoid or tanh',
      ],
    ]
  ) {
    refuses(`neuron: {type: SDNN, ${section}}\nnetwork: [{dense: 3}]`, {
      message: 'Cannot use configuration "network.yaml" line 1: ' +
        `neuron.${key} ${problem}`,
      key: `neuron.${key}`,
      line: 1,
    });
  }
  assert.throws(
    () => sigmaDelta({ threshold: 0.1, step: 0.2 }),
    new RangeError(
      "Cannot build a neuron with threshold 0.1 and step 0.2: the threshold " +
        "is not 1 to 32767 steps",
    ),
  );
  assert.throws(
    () => sigmaDelta({ activation: "gelu" as never }),
    new TypeError(
      'Cannot build a neuron with the activation "gelu": expected relu, ' +
        "identity, leaky relu, sigmoid, tanh",
    ),
  );
});

Deno.test("neurons of lava-dl are described as in the library", () => {
  assert.deepEqual(
    neuronOf("{type: RF, period: 5, tau: 9, fires: imaginary, tauGrad: 2}"),
    describeNeuron(
      resonator({ period: 5, tau: 9, fires: "imaginary", tauGrad: 2 }),
    ),
  );
  assert.deepEqual(
    neuronOf("{type: ADRF, thresholdStep: 0.3, tauRef: 4}"),
    describeNeuron(adaptiveResonator({ thresholdStep: 0.3, tauRef: 4 })),
  );
  assert.deepEqual(
    neuronOf("{type: CUBA, tauSyn: 5, norm: current}"),
    describeNeuron(cubaLeaky({ tauSyn: 5, norm: "current" })),
  );
  assert.deepEqual(
    neuronOf("{type: ALIF, tauAdaptation: 5, decays: learned}"),
    describeNeuron(adaptiveLeaky({ tauAdaptation: 5, decays: "learned" })),
  );
  assert.deepEqual(
    neuronOf("{type: RF, period: 5, fires: imaginary, decays: learned}"),
    describeNeuron(
      resonator({ period: 5, fires: "imaginary", decays: "learned" }),
    ),
  );
  assert.deepEqual(
    neuronOf("{type: ADRF, thresholdStep: 0.3, tauRef: 4, decays: learned}"),
    describeNeuron(
      adaptiveResonator({ thresholdStep: 0.3, tauRef: 4, decays: "learned" }),
    ),
  );
  assert.deepEqual(
    neuronOf("{type: FIXED_CUBA, vThMant: 40, vDecay: 123}"),
    describeNeuron(fixedCuba({ vThMant: 40, vDecay: 123 })),
  );
  assert.deepEqual(
    neuronOf("{type: FIXED_ALIF, vThStep: 3, surrogate: triangle}"),
    describeNeuron(fixedAlif({ vThStep: 3, surrogate: "triangle" })),
  );
  assert.deepEqual(
    neuronOf("{type: FIXED_RF, vThMant: 40, sinDecay: 1, fires: imaginary}"),
    describeNeuron(
      fixedResonator({ vThMant: 40, sinDecay: 1, fires: "imaginary" }),
    ),
  );
  assert.deepEqual(
    neuronOf("{type: FIXED_ADRF, cosDecay: 0, refDecay: 7, tauGrad: 2}"),
    describeNeuron(
      fixedAdaptiveResonator({ cosDecay: 0, refDecay: 7, tauGrad: 2 }),
    ),
  );
  for (
    const [section, key, problem] of [
      [
        "{type: FIXED_CUBA, iDecay: 4097}",
        "iDecay",
        "is 4097, expected a whole number from 0 to 4096",
      ],
      ["{type: RF, period: 3}", "period", "is 3, expected a number from 4"],
      ["{type: RF, fires: real}", "fires", 'is "real", expected phase or ima'],
      ["{type: ADRF, tauRef: 0}", "tauRef", "is 0, expected a number from 1"],
      [
        "{type: CUBA, norm: current, decays: learned}",
        "norm",
        'is "current", expected no norm of the current beside decays: learned',
      ],
      [
        "{type: ALIF, tauAdaptation: 1, decays: learned}",
        "tauAdaptation",
        "is 1, expected a number of more than 1, up to 1e9",
      ],
      [
        "{type: RF, period: 4, decays: learned}",
        "period",
        "is 4, expected a number of more than 4, up to 1e9",
      ],
      [
        "{type: ADRF, tauRef: 1, decays: learned}",
        "tauRef",
        "is 1, expected a number of more than 1, up to 1e9",
      ],
      [
        "{type: FIXED_RF, decays: learned}",
        "decays",
        "is not a known key",
      ],
      [
        "{type: FIXED_RF, sinDecay: 0}",
        "sinDecay",
        "is 0, expected a whole number from 1 to 4095",
      ],
      [
        "{type: FIXED_ADRF, sinDecay: 3000, cosDecay: 2789}",
        "cosDecay",
        "is 2789, expected less, so that the squares of sinDecay and cosDecay " +
        "sum to less than 4096²",
      ],
    ]
  ) {
    refuses(`neuron: ${section}`, {
      message: new RegExp(`line 1: neuron.${key} ${problem}`),
      key: `neuron.${key}`,
      line: 1,
    });
  }
});

Deno.test("the library refuses neurons of lava-dl that are none", () => {
  assert.throws(() => resonator({ period: 3.9 }), RangeError);
  assert.throws(() => resonator({ tau: 0.5 }), RangeError);
  assert.throws(() => resonator({ tauGrad: 0 }), RangeError);
  assert.throws(() => resonator({ fires: "real" as "phase" }), TypeError);
  const decays = "learned";
  assert.throws(
    () => resonator({ period: 4, decays }),
    new RangeError(
      "Cannot build a neuron that learns its period from 4: it is not finite, " +
        "or not more than 4 bins",
    ),
  );
  assert.throws(
    () => cubaLeaky({ norm: "current", decays }),
    new TypeError(
      "Cannot build a neuron with learned decays whose current is " +
        "normalised: such a current has a fixed decay",
    ),
  );
  assert.throws(() => resonator({ tau: Infinity, decays }), RangeError);
  assert.throws(() => adaptiveResonator({ tauRef: 1, decays }), RangeError);
  assert.throws(() => adaptiveLeaky({ tauAdaptation: 1, decays }), RangeError);
  assert.throws(() => fixedCuba({ vDecay: 0.5 }), RangeError);
  assert.throws(() => adaptiveResonator({ tauRef: NaN }), RangeError);
  assert.throws(() => fixedResonator({ cosDecay: 0.5 }), RangeError);
  assert.throws(() => fixedResonator({ fires: "real" as "phase" }), TypeError);
  assert.throws(() => fixedAdaptiveResonator({ scaleGrad: 0 }), RangeError);
  const growing = { sinDecay: 3000, cosDecay: 2789 };
  assert.throws(() => fixedResonator(growing), RangeError);
  assert.doesNotThrow(() => fixedResonator({ ...growing, cosDecay: 2788 }));
});
