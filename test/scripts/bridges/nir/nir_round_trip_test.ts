import assert from "node:assert/strict";
import { describeImport } from "../../../../scripts/bridges/described_import.ts";
import { fromNir } from "../../../../scripts/bridges/nir/from_nir.ts";
import { readNir, writeNir } from "../../../../scripts/bridges/nir/nir_file.ts";
import { toNir } from "../../../../scripts/bridges/nir/to_nir.ts";
import { compareNetworks } from "../../../../scripts/bridges/self_check.ts";
import { unsettledWeights } from "../../../engine/unsettled.ts";
import { device, gpuTest } from "../../../fixtures/gpu.ts";
import { NETWORKS } from "../networks.ts";

for (const [what, description] of Object.entries(NETWORKS)) {
  gpuTest(
    `a network with ${what} comes back from NIR with its spikes`,
    async () => {
      const network = {
        description,
        weights: unsettledWeights(description, 3),
      };
      const { graph, lossy } = toNir(network, { dt: 0.001 });
      assert.equal(lossy, false);
      const back = fromNir(await readNir(new Blob([await writeNir(graph)])));
      assert.deepEqual(back.input, description.input);
      assert.equal(back.Ts, 1);
      const imported = describeImport(back, "net.yaml");
      const names = back.nodes.map((node) => node.replace(/_neuron$/, ""));
      const { layers, readout = 0 } = await compareNetworks(
        device(),
        [network, imported],
        names,
      );
      for (const { name, spikes, differing } of layers) {
        assert(spikes > 20, `${name} has ${spikes} spikes`);
        assert.equal(differing, 0, name);
      }
      assert(readout < 1e-5, `${readout}`);
    },
  );
}
