import { deepStrictEqual } from "node:assert/strict";
import { numSpikes } from "../../../engine/losses/num_spikes.ts";
import { Model } from "../../../engine/model.ts";
import { energyOf } from "../../../engine/training/energy.ts";
import { evaluate } from "../../../engine/training/evaluate.ts";
import { parseMetrics } from "../../../scripts/run/parse_figures.ts";
import { epochEnergy } from "../../../scripts/experiment/epoch_energy.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";

gpuTest(
  "epochEnergy() names the figures of layers, which are read as numbers",
  async () => {
    using model = await Model.create({
      device: device(),
      input: { C: 1, H: 2, W: 2 },
      layers: [{ pool: 2 }, { dense: 3 }],
      neuron: { theta: 0.5 },
      Ts: 1,
      random: 0,
    });
    const samples = {
      size: 1,
      async *batches() {
        yield await Promise.resolve({
          samples: [Uint32Array.of(0, 1, 5, 9)],
          labels: Uint32Array.of(0),
        });
      },
    };
    const evaluation = await evaluate(model, samples, {
      batch: 1,
      tSample: 20,
      loss: numSpikes({ true: 5, false: 1 }),
      counts: true,
    });
    const [pool, fc] = energyOf(model, evaluation);
    const figures = epochEnergy(model, { validation: evaluation });
    deepStrictEqual(figures, {
      "pool1.operations": 4,
      "pool1.spikes": evaluation.sums.spikes[0],
      "pool1.bytes": pool.bytes,
      "pool1.nJ": pool.operationsNj + pool.memoryNj,
      "fc1.operations": 3 * evaluation.sums.spikes[0],
      "fc1.spikes": evaluation.sums.spikes[1],
      "fc1.bytes": fc.bytes,
      "fc1.nJ": fc.operationsNj + fc.memoryNj,
    });
    deepStrictEqual(epochEnergy(model, { test: evaluation }), figures);
    deepStrictEqual(epochEnergy(model, {}), {});
    const row = {
      fold: 1,
      epoch: 0,
      seconds: 1,
      trainLoss: 2,
      trainAccuracy: 0.5,
      rates: [0.1, 0.2],
      ...figures,
    };
    const text = `${JSON.stringify(row)}\n`;
    deepStrictEqual(parseMetrics(text, "metrics.jsonl"), [row]);
  },
);
