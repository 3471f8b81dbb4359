import assert from "node:assert/strict";
import { describeNeuron } from "../../../../engine/neurons/describe_neuron.ts";
import { parseConfiguration } from "../../../../scripts/configuration/configuration.ts";
import { describeNeuronOf } from "../../../../scripts/configuration/schema/neuron.ts";

/** The engine's neuron for a section of a configuration. */
function neuronOf(section: string) {
  const { neuron } = parseConfiguration(`neuron: ${section}`, "a.yaml");
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
