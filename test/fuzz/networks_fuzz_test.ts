import assert from "node:assert/strict";
import { join } from "node:path";
import { NetworkError } from "../../scripts/bridges/network/network_error.ts";
import { fromNet } from "../../scripts/bridges/netx/from_net.ts";
import { readNet } from "../../scripts/bridges/netx/net_file.ts";
import { fromNir } from "../../scripts/bridges/nir/read/from_nir.ts";
import { readNir } from "../../scripts/bridges/nir/graph/nir_file.ts";
import { readTorch } from "../../scripts/bridges/torch/torch_file.ts";
import { fuzzTest } from "./fuzz.ts";
import { mutated } from "./mutations.ts";

const BRIDGES = join(import.meta.dirname!, "..", "scripts", "bridges");
const read = (path: string) => Deno.readFileSync(join(BRIDGES, path));

fuzzTest("nir", {
  share: 0.05,
  inputs: mutated([read("nir/dense.nir"), read("nir/conv.nir")], [
    ...["LIF", "Linear", "tau", "TREE", "SNOD", "HEAP", "\0\0\0\0", "input"],
  ]),
  refusal: NetworkError,
  async read(bytes) {
    const { layers, weights } = fromNir(await readNir(new Blob([bytes])));
    assert(layers.length > 0);
    for (const { shape, data } of Object.values(weights)) {
      assert.equal(data.length, shape.reduce((a, b) => a * b, 1));
    }
  },
});

fuzzTest("netx", {
  share: 0.05,
  inputs: mutated([read("netx/chain.net")], [
    ...["dense", "conv", "CUBA", "neuron", "TREE", "SNOD", "HEAP", "\0\0\0\0"],
  ]),
  refusal: NetworkError,
  async read(bytes) {
    const { layers } = fromNet(await readNet(new Blob([bytes])));
    assert(layers.length > 0);
  },
});

const TORCH = ["slayer", "slayer_old", "jelly", "snntorch"];

fuzzTest("PyTorch's files", {
  share: 0.05,
  inputs: mutated(TORCH.map((name) => read(`torch/${name}.pth`)), [
    ...["PK\x03\x04", "storage", "torch\nFloatStorage\n", "R", ".", "(", "t"],
    ...["\x8a\x08", "\xff\xff\xff\xff", "Q", "K\xff", "u"],
  ]),
  refusal: NetworkError,
  async read(bytes) {
    for (
      const { shape, data } of (await readTorch(new Blob([bytes]))).values()
    ) {
      assert.equal(data.length, shape.reduce((a, b) => a * b, 1));
    }
  },
});
