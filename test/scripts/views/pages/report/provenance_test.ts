import assert from "node:assert/strict";
import type { Fold } from "../../../../../scripts/experiment/fold.ts";
import { parseConfiguration } from "../../../../../scripts/configuration/configuration.ts";
import { readProvenance } from "../../../../../scripts/views/pages/report/provenance.ts";

Deno.test("a run on recordings themselves names no store, and reads none", async () => {
  const configuration = parseConfiguration(
    "training: { sliced_dataset: False, path: { data: none } }",
    "network.yaml",
  );
  const source = {
    sensor: { width: 128, height: 96 },
    classes: ["cat", "dog"],
    slices: [{ source: "user00_indoor" }, { source: "user01_indoor" }],
  };
  const folds = [{
    number: 1,
    train: { source, indices: [0] },
    test: { source, indices: [1] },
  }] as unknown as Fold[];
  const { facts, recordings } = await readProvenance(configuration, folds);
  assert.deepEqual(recordings, []);
  assert.deepEqual(facts.map(([name]) => name), [
    ...["Recordings", "Sensor", "Classes", "Samples of fold 1"],
  ]);
});
