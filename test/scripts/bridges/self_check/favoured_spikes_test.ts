import assert from "node:assert/strict";
import type { ModelDescription } from "../../../../engine/model.ts";
import { structureOf } from "../../../../engine/model/model_description.ts";
import { Random } from "../../../../engine/network/random.ts";
import type { NamedArray } from "../../../../engine/network/weights.ts";
import { fixedCuba } from "../../../../engine/neurons/fixed_point.ts";
import { loihi } from "../../../../engine/neurons/loihi.ts";
import {
  readNet,
  writeNet,
} from "../../../../scripts/bridges/netx/net_file.ts";
import { netInterpreter } from "../../../../scripts/bridges/netx/run_net.ts";
import { toNet } from "../../../../scripts/bridges/netx/to_net.ts";
import { compareNetworks } from "../../../../scripts/bridges/self_check/compare_networks.ts";
import { favouredSpikes } from "../../../../scripts/bridges/self_check/favoured_spikes.ts";
import {
  randomSpikes,
  runSpikes,
} from "../../../../scripts/bridges/self_check/run_spikes.ts";
import { device, gpuTest } from "../../../fixtures/gpu.ts";

const BASE = { input: { C: 4, H: 9, W: 8 }, Ts: 1, random: 0 };

/** First layers of integer neurons, and the unit of their weights. */
const NETWORKS: Record<string, [unit: number, ModelDescription]> = {
  "a dense layer": [1, {
    ...BASE,
    layers: [{ dense: 8 }],
    neuron: loihi({ vThMant: 200 }),
  }],
  "a convolution": [1, {
    ...BASE,
    layers: [{ conv: { out: 3, kernel: 3, padding: 1 } }],
    neuron: loihi({ vThMant: 90 }),
  }],
  "a convolution with strides, dilation and groups": [64, {
    ...BASE,
    layers: [{
      conv: {
        out: 6,
        kernel: [3, 2],
        stride: [2, 1],
        padding: [2, 1],
        dilation: [2, 3],
        groups: 2,
      },
      bias: false,
    }, { dense: 4, bias: false }],
    neuron: fixedCuba({ vThMant: 200 }),
  }],
};

/** Even weights, three quarters of them negative. */
function inhibitoryWeights(
  description: ModelDescription,
  unit: number,
): Record<string, NamedArray> {
  const random = new Random(4);
  return Object.fromEntries(
    structureOf(description).slots.map(({ name, weights: { shape } }) => [
      name,
      {
        shape,
        data: Float32Array.from(
          { length: shape.reduce((product, side) => product * side) },
          () => 2 * Math.round(40 * (random.uniform() - 0.75)) / unit,
        ),
      },
    ]),
  );
}

for (const [what, [unit, description]] of Object.entries(NETWORKS)) {
  gpuTest(`${what} that random spikes inhibit is compared`, async () => {
    const weights = inhibitoryWeights(description, unit);
    const network = { description, weights };
    const spikes = randomSpikes(description.input);
    const predictions = await runSpikes(device(), network, spikes, 1);
    const fired = predictions.flatMap(({ layers: [{ spikes: { data } }] }) =>
      [...data].filter((spike) => spike !== 0)
    );
    assert(fired.length < 20, `${fired.length}`);
    const { network: net, parts } = toNet(network, { dt: 0.001 });
    const run = netInterpreter(await readNet(new Blob([await writeNet(net)])));
    const same = await compareNetworks(device(), network, { run, parts });
    const { spikes: count } = same.layers[0];
    assert(count > 10 && count > fired.length, `${count}`);
    assert.equal(same.layers[0].differing, 0);
    const [[name, { shape, data }]] = Object.entries(weights);
    const stronger = {
      description,
      weights: {
        ...weights,
        [name]: { shape, data: data.map((value) => 1.5 * value) },
      },
    };
    const other = await compareNetworks(device(), stronger, { run, parts });
    assert(other.layers[0].differing > 0);
  });
}

Deno.test("inputs are favoured where their weight is positive", () => {
  const [, description] = NETWORKS["a dense layer"];
  const { layers: [layer] } = structureOf(description);
  const { "fc1.weight": weight } = inhibitoryWeights(description, 1);
  const { data } = favouredSpikes(layer, weight)!;
  const inputs = data.length / 2 / 32;
  for (let i = 0; i < data.length; i++) {
    if (data[i] === 0) continue;
    assert(i % 32 > 0);
    const input = Math.floor(i / 32) % inputs;
    assert(
      Array.from({ length: 8 }, (_, o) => weight.data[o * inputs + input])
        .some((value) => value > 0),
    );
  }
  assert(data.includes(1));
  assert.equal(favouredSpikes(layer, undefined), undefined);
});
