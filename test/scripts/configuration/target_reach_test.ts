import type { SrmAlphaParameters } from "../../../engine/neurons/srm_alpha.ts";
import assert from "node:assert/strict";
import { parseConfiguration } from "../../../scripts/configuration/configuration.ts";
import { readConfigurationFile } from "../../../scripts/configuration/configuration_file.ts";
import {
  spikesWithin,
  warnOfCount,
} from "../../../scripts/configuration/target_reach.ts";
import { refractoryKernel } from "../../oracle/neurons/neuron.ts";
import { spike } from "../../oracle/neurons/srm.ts";
import { zeros } from "../../oracle/tensor.ts";
import { N_MNIST, SL_ANIMALS } from "./configuration_files.ts";

Deno.test("a count that the refractory response hardly allows is warned of", () => {
  const warningOf = (...set: string[]) =>
    warnOfCount(parseConfiguration(SL_ANIMALS, "network.yaml", { set }));
  const warning = warningOf("neuron.scaleRef=100");
  const [, likely] = /a neuron spikes (\d+) times/.exec(warning!)!;
  assert.equal(
    warning,
    "training.error.tgtSpikeCount.true is 180, but with its refractory " +
      `response a neuron spikes ${likely} times in the region, even at an ` +
      "input of 100 times neuron.theta: lower it, neuron.scaleRef or " +
      "neuron.tauRef",
  );
  // The remedy that it names helps.
  const count = `training.error.tgtSpikeCount.true=${likely}`;
  assert.equal(warningOf("neuron.scaleRef=100", count), undefined);
  assert.match(
    warningOf("neuron.tauRef=100", count)!,
    /tgtSpikeCount.true is \d+, .+ spikes [1-9]\d* times/,
  );
  for (const type of ["ProbSpikes", "SpikeTime"]) {
    const warned = warningOf(
      ...["neuron.scaleRef=100", `training.error.type=${type}`],
      "training.error.tgtSpikeTimes={true: [5, 10, 15], false: []}",
    );
    assert.equal(warned, undefined);
  }
});

Deno.test("spikesWithin() fires as the neuron does", () => {
  const { neuron } = parseConfiguration(SL_ANIMALS, "network.yaml");
  for (const [scaleRef, tauRef, bins] of [[20, 10, 300], [200, 50, 75]]) {
    const given = { ...neuron, scaleRef, tauRef } as SrmAlphaParameters;
    const u = zeros([1, 1, 1, 1, bins]);
    u.data.fill(100 * given.theta);
    const refractory = refractoryKernel(given, 5, bins);
    const { spikes } = spike(u, refractory, given.theta, 5);
    const count = spikes.data.filter((height) => height !== 0).length;
    assert.equal(spikesWithin(given, { Ts: 5, bins }), count);
  }
});

Deno.test("no count of a configuration that trains is warned of", async () => {
  const configurations = [
    parseConfiguration(SL_ANIMALS, "network.yaml"),
    parseConfiguration(N_MNIST, "network.yaml"),
    await readConfigurationFile("scripts/network.yaml"),
    await readConfigurationFile("scripts/demo.yaml"),
  ];
  for (const configuration of configurations) {
    assert.equal(warnOfCount(configuration), undefined);
  }
});
