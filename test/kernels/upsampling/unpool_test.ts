import { close, counts, equalInner, noise } from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { zeros } from "../../oracle/tensor.ts";
import { unpool, unpoolInputGradient } from "../../oracle/layers/transposed.ts";
import { loadVectors } from "../../fixtures/reference_vectors.ts";
import { adjoint, forward } from "../layers/synapse_kernels.ts";
import { layerFor, THETA } from "../layers/synapse_setting.ts";

const SCALE = 1.1 * THETA;

/** An unpool's weights are fixed. */
const NONE = zeros([1, 1, 1, 1, 1]);

gpuTest("unpool() and its adjoint agree with unpool_2", async () => {
  const { params, tensors } = loadVectors<{ kernel: number }>("unpool_2");
  const layer = layerFor({ unpool: params.kernel }, tensors.x.shape);
  close(await forward(layer, tensors.x, NONE), tensors.y);
  close(await adjoint(layer, tensors.gout, NONE), tensors.gin);
});

for (
  const [T, H, W, window, P] of [
    [1, 1, 1, 1, 1],
    [31, 2, 5, 3, 1],
    [33, 4, 3, 2, 8],
    [70, 1, 3, 4, 1],
  ]
) {
  gpuTest(`unpool() agrees with its twin, T = ${T}, P = ${P}`, async () => {
    const x = counts([2, 3, H, W, T], T, 0.3, P === 1 ? 1 : 255);
    const layer = layerFor({ unpool: window }, x.shape);
    const y = await forward(layer, x, NONE, { P });
    close(y, unpool(x, window, SCALE));
    const dy = noise(y.shape, 1);
    const dx = await adjoint(layer, dy, NONE, { below: 3 });
    close(dx, unpoolInputGradient(dy, window, SCALE));
    equalInner(y, dy, x, dx);
  });
}
