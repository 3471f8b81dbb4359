import assert from "node:assert/strict";
import { parseConfiguration } from "../../../scripts/configuration/configuration.ts";
import { lossOf } from "../../../scripts/configuration/model.ts";

Deno.test("a configuration has losses of rates, and bounds of rates", () => {
  const readoutOf = (error: string) =>
    lossOf(
      parseConfiguration(
        `network: 4c3-bn-lif-3-lif\ntraining: {error: ${error}}`,
        "a.yaml",
      ),
      "train",
    ).loss.readout;
  const common = { smoothing: 0, rateScale: 1, classWeights: undefined };
  assert.deepEqual(readoutOf("{type: SpikeRate, tgtSpikeRate: {true: 0.4}}"), {
    ...common,
    kind: "rate error",
    constants: { trueRate: 0.4, falseRate: 0.03 },
    sparsity: undefined,
  });
  assert.deepEqual(readoutOf("{type: SpikeRate}")?.constants, {
    trueRate: 0.2,
    falseRate: 0.03,
  });
  assert.equal(readoutOf("{type: SpikeMax}")?.kind, "shares");
  assert.deepEqual(
    readoutOf("{type: SpikeMoid, sigmoid: {theta: 0.1}, sparsity: {lam: 3}}"),
    {
      ...common,
      kind: "sigmoids",
      constants: { width: 1, center: 0.1 },
      sparsity: { maxRate: 0.01, lam: 3 },
    },
  );
});
